/** Has the workers of a queue ask a language model. They answer in blocks, and only this process writes the answers, in order. */
import type { Game } from "../../games/game.ts";
import type { QueueAddress } from "../../jobs/queue/connection.ts";
import { dropBatch, queueRunner } from "../../jobs/queue/coordinator.ts";
import { WrongAnswer } from "../../jobs/runner.ts";
import type { Wording } from "../../players/llm/wording.ts";
import { type KeptAnswer, keptAnswers } from "../../run/answers-folder.ts";
import { UserError } from "../../util/errors.ts";
import { nameOf, type Task } from "../measure/ask.ts";
import type { AskedSets } from "../measure/sets.ts";
import { note } from "../terminal/output.ts";
import type { QueuedAnswers } from "./answers-job.ts";
import { openQueue } from "./opened.ts";
import { needsOf, type SentModel } from "./sent-models.ts";

/** Answers of a job. If its worker is killed, so many are asked for again. */
const BLOCK = 8;

export interface QueuedModel {
  readonly address: QueueAddress;
  readonly called: string;
  readonly model: SentModel;
}

interface Questions {
  readonly game: Game;
  /** Where the answers are written. */
  readonly dir: string;
  readonly asked: AskedSets;
  /** Information sets that were wanted. */
  readonly wanted: number | undefined;
  readonly samples: number;
  readonly logprobs: boolean;
  readonly wording: Wording;
  /** Those that are not there yet, in order. */
  readonly missing: readonly Task[];
  readonly keep: (answer: KeptAnswer) => void;
  readonly signal: AbortSignal;
  /** Whether no more may be spent. */
  readonly isSpent: () => boolean;
}

/** As `askAll`, with workers. */
export async function askWorkers({ address, called, model }: QueuedModel, questions: Questions): Promise<void> {
  const { game, dir, asked, wanted, samples, logprobs, wording, missing, keep, signal, isSpent } = questions;
  const common: Omit<QueuedAnswers, "id" | "tasks"> = {
    kind: "answers",
    ...{ game: game.id, rules: game.version, sets: wanted, logprobs, called, model },
    wording: { ...wording, names: wording.names?.map(([word, by]): [string, string] => [word, by]) },
  };
  const jobOf = (tasks: QueuedAnswers["tasks"]): QueuedAnswers => {
    const numbers = tasks.map(([place, sample]) => sample * asked.sets.length + place + 1);
    return { ...common, id: `${called} at ${game.id}, answers ${listed(numbers)}`, tasks };
  };
  const open = new Set(missing.map(keyOf));
  const isOpen = ([place, sample]: QueuedAnswers["tasks"][number]): boolean =>
    open.has(keyOf({ set: asked.sets[place] as Task["set"], sample }));
  const { queue, batch, goOn, close } = await openQueue(address, {
    about: `measurement of ${called} at ${game.id}`,
    place: dir,
    identity: { ...common, samples },
    needs: needsOf([model]),
  });
  const spent = new AbortController();
  try {
    const run = queueRunner<QueuedAnswers>({
      ...{ queue, batch, inOrder: true, say: note },
      async receive(job, bytes) {
        for (const answer of answersIn(bytes, job, asked)) if (open.delete(keyOf(answer))) keep(answer);
        if (isSpent()) spent.abort();
        const rest = job.tasks.filter(isOpen);
        return rest.length > 0 ? jobOf(rest) : undefined;
      },
    });
    // The same blocks whatever is missing, so that a command that goes on finds what workers have done meanwhile.
    const tasks = Array.from({ length: samples }, (_, sample) =>
      asked.sets.map((_set, place): [number, number] => [place, sample]),
    );
    const blocks = blocksOf(tasks.flat(), BLOCK).filter((block) => block.some(isOpen));
    const { problems } = await run(blocks.map(jobOf), {
      signal: AbortSignal.any([signal, spent.signal]),
      onDone: () => {},
    });
    if (problems.length > 0) throw new UserError(1, [...problems]);
    // Nobody may ask on.
    if (spent.signal.aborted) await dropBatch(queue, batch);
    else if (signal.aborted) note(goOn);
  } finally {
    await close();
  }
}

const keyOf = ({ set, sample }: Pick<KeptAnswer, "set" | "sample"> | Task): string =>
  `${typeof set === "string" ? set : nameOf(set)} ${sample}`;

const blocksOf = <T>(all: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));

/** `1 to 8`, or `1, 2, 5` where there are gaps. */
function listed(numbers: readonly number[]): string {
  const [first = 0, last = first] = [numbers[0], numbers.at(-1)];
  return last - first === numbers.length - 1 && last > first ? `${first} to ${last}` : numbers.join(", ");
}

/** At least one of the answers that the job asks for, each once and in order. */
function answersIn(bytes: Uint8Array, { id, tasks }: QueuedAnswers, { sets }: AskedSets): readonly KeptAnswer[] {
  const answers = keptAnswers(Buffer.from(bytes).toString());
  const wanted = tasks.map(([place, sample]) => keyOf({ set: sets[place] as Task["set"], sample }));
  const places = answers?.map((answer) => wanted.indexOf(keyOf(answer))) ?? [];
  const areOrdered = places.every((place, i) => place > (places[i - 1] ?? -1));
  if (answers && answers.length > 0 && areOrdered) return answers;
  throw new WrongAnswer(1, `A worker has sent other answers than those of job ${id}.`);
}
