/** Feeds mutated files to every reader, and counts what is read, what is refused, and what is neither. */
import { UserError } from "../../src/util/errors.ts";
import { Rng } from "../../src/util/rng.ts";

/** A reader and real files that it reads. */
export interface Target {
  readonly name: string;
  readonly samples: readonly Uint8Array[];
  /** By default that of bytes and text. */
  readonly mutate: (sample: Uint8Array, rng: Rng, others: readonly Uint8Array[]) => Uint8Array;
  /** Throws a UserError if the file is refused, and any other error if it is used in silence though it is damaged. */
  readonly read: (bytes: Uint8Array) => void | Promise<void>;
}

interface Failure {
  readonly target: string;
  readonly input: number;
  readonly bytes: Uint8Array;
  readonly error: unknown;
}

export interface Report {
  readonly inputs: number;
  /** By target. */
  readonly read: Readonly<Record<string, number>>;
  readonly refused: Readonly<Record<string, number>>;
  readonly failures: readonly Failure[];
}

/** Input i depends on (seed, i) alone; the targets take turns. `begin` is called before each input. */
export async function fuzz(
  targets: readonly Target[],
  inputs: number,
  seed: number,
  begin: (input: number, target: string) => void = () => {},
): Promise<Report> {
  const count = (): Record<string, number> => Object.fromEntries(targets.map(({ name }) => [name, 0]));
  const [read, refused] = [count(), count()];
  const failures: Failure[] = [];
  const everything = targets.flatMap(({ samples }) => samples);
  for (let input = 0; input < inputs; input++) {
    const { name, samples, mutate, read: take } = targets[input % targets.length];
    const rng = new Rng(seed).fork("fuzz", input);
    const bytes = mutate(samples[rng.below(samples.length)], rng, everything);
    begin(input, name);
    try {
      await take(bytes);
      read[name]++;
    } catch (error) {
      if (error instanceof UserError) refused[name]++;
      else failures.push({ target: name, input, bytes, error });
    }
  }
  return { inputs, read, refused, failures };
}
