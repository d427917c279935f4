/** Has the workers of a queue ask a language model. They answer in blocks, and only this process writes the answers, in order. */
import type { Game } from "../../games/game.ts";
import type { QueueAddress } from "../../jobs/queue/connection.ts";
import { queueRunner } from "../../jobs/queue/coordinator.ts";
import { dropBatch } from "../../jobs/queue/streams.ts";
import { WrongAnswer } from "../../jobs/runner.ts";
import { type KeptAnswer, keptAnswers } from "../../run/answers-folder.ts";
import { UserError } from "../../util/errors.ts";
import { nameOf, type Task } from "../measure/ask.ts";
import type { AskedSets } from "../measure/sets.ts";
import { note } from "../terminal/output.ts";
import type { QueuedAnswers } from "./answers-job.ts";
import { openQueue } from "./opened.ts";
import type { SentModel } from "./sent-models.ts";

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
  /** Those that are not there yet, in order. */
  readonly missing: readonly Task[];
  readonly keep: (answer: KeptAnswer) => void;
  readonly signal: AbortSignal;
  /** Whether no more may be spent. */
  readonly isSpent: () => boolean;
}

/** As `askAll`, with workers. */
export async function askWorkers({ address, called, model }: QueuedModel, questions: Questions): Promise<void> {
  const { game, dir, asked, wanted, samples, logprobs, missing, keep, signal, isSpent } = questions;
  const common = {
    kind: "answers" as const,
    game: game.id,
    rules: game.version,
    sets: wanted,
    logprobs,
    called,
    model,
  };
  const open = new Set(missing.map(keyOf));
  const { queue, batch, goOn, close } = await openQueue(address, {
    about: "eval",
    place: dir,
    identity: { ...common, samples },
  });
  const spent = new AbortController();
  try {
    const run = queueRunner<QueuedAnswers>({
      ...{ queue, batch, inOrder: true, say: note },
      async receive(job, bytes) {
        for (const answer of answersIn(bytes, job, asked)) if (open.delete(keyOf(answer))) keep(answer);
        if (isSpent()) spent.abort();
      },
    });
    // The same blocks whatever is missing, so that a command that goes on finds what workers have done meanwhile.
    const tasks = Array.from({ length: samples }, (_, sample) =>
      asked.sets.map((set, place) => ({ set, place, sample })),
    );
    const jobs = blocksOf(tasks.flat(), BLOCK).flatMap((block, number) => {
      if (!block.some((task) => open.has(keyOf(task)))) return [];
      return {
        ...common,
        id: `${called} at ${game.id}, answers ${number * BLOCK + 1} to ${number * BLOCK + block.length}`,
        tasks: block.map(({ place, sample }): [number, number] => [place, sample]),
      };
    });
    const { problems } = await run(jobs, { signal: AbortSignal.any([signal, spent.signal]), onDone: () => {} });
    if (problems.length > 0) throw new UserError(1, [...problems]);
    // Nobody may ask on.
    if (spent.signal.aborted) await dropBatch(queue, batch.build.id, batch.id);
    else if (signal.aborted) note(goOn);
  } finally {
    await close();
  }
}

const keyOf = ({ set, sample }: Pick<KeptAnswer, "set" | "sample"> | Task): string =>
  `${typeof set === "string" ? set : nameOf(set)} ${sample}`;

const blocksOf = <T>(all: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));

function answersIn(bytes: Uint8Array, { id, tasks }: QueuedAnswers, { sets }: AskedSets): readonly KeptAnswer[] {
  const answers = keptAnswers(Buffer.from(bytes).toString());
  const wanted = tasks.map(([place, sample]) => keyOf({ set: sets[place] as Task["set"], sample }));
  if (answers && answers.map(keyOf).join("\n") === wanted.join("\n")) return answers;
  throw new WrongAnswer(1, `A worker has sent other answers than those of job ${id}.`);
}
