/**
 * The best checkpoint of a run, by the evaluations at the updates of its checkpoints. It has the least
 *
 *   cost(u) = Σ_games NashConv_u / NashConv_untrained
 *
 * Games without an exact NashConv are left out. If no game of the run has one, the cost is − Σ_games (mean return against random
 * play), whose noise the best then shares. Of equal costs the earliest is best. A checkpoint without an evaluation is never best.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../util/errors.ts";
import { readJson } from "../util/files.ts";
import { type CheckpointEntry, checkpointName, readEntries } from "./checkpoint-folder.ts";
import { type Evaluation, evaluationSchema } from "./metrics.ts";

/** The entry of the least cost, the earliest of several. `cost` is undefined for checkpoints that were not evaluated. */
export function leastCost(
  entries: readonly CheckpointEntry[],
  cost: (update: number) => number | undefined,
): CheckpointEntry | undefined {
  let [best, least]: [CheckpointEntry | undefined, number] = [undefined, Number.POSITIVE_INFINITY];
  for (const entry of entries) {
    const here = cost(entry.update) ?? Number.POSITIVE_INFINITY;
    if (here < least) [best, least] = [entry, here];
  }
  return best;
}

/** The cost of each update of a run; undefined if it was not evaluated, or its file is damaged. */
export function evaluatedCost(dir: string): (update: number) => number | undefined {
  const first = readEvaluation(dir, 0);
  const untrained = (id: string): number => first?.untrained?.[id] ?? first?.games[id]?.nashConv ?? 0;
  return (update) => {
    const evaluation = readEvaluation(dir, update);
    if (!evaluation) return undefined;
    const games = Object.entries(evaluation.games);
    const exact = games.filter(([, { nashConv }]) => nashConv !== undefined);
    if (exact.length === 0) {
      return games.reduce((sum, [, { meanReturnVsRandom = 0 }]) => sum - meanReturnVsRandom, 0);
    }
    // A game without an untrained value, or whose untrained policy is perfect, counts as it is.
    return exact.reduce((sum, [id, { nashConv = 0 }]) => sum + nashConv / (untrained(id) || 1), 0);
  };
}

export interface BestCheckpoint {
  readonly update: number;
  /** Its evaluation, by game. */
  readonly games: Evaluation["games"];
}

/** The best checkpoint of a run; undefined if no checkpoint was evaluated. */
export function bestCheckpoint(dir: string): BestCheckpoint | undefined {
  const update = leastCost(readEntries(dir).entries, evaluatedCost(dir))?.update;
  const evaluation = update === undefined ? undefined : readEvaluation(dir, update);
  return update === undefined || !evaluation ? undefined : { update, games: evaluation.games };
}

/** Whether the evaluation at `update` is worse than that at `other`. */
export function isWorse(dir: string, update: number, other: number): boolean {
  const [here, there] = [update, other].map(evaluatedCost(dir));
  return here !== undefined && there !== undefined && here > there;
}

/** The update of `RUN@best`. Throws a UserError (exit 3) if no checkpoint was evaluated. */
export function bestUpdate(dir: string, name: string): number {
  const best = bestCheckpoint(dir);
  if (best) return best.update;
  const { entries } = readEntries(dir);
  if (entries.length === 0) {
    throw new UserError(3, `${name} has no best checkpoint, as it has none. Go on with: spiral train --resume ${name}`);
  }
  const there = entries.map(({ update }) => checkpointName(update)).join(", ");
  const hint = `Name one of them: ${name}@${checkpointName((entries.at(-1) as CheckpointEntry).update)}`;
  const rule = "A checkpoint is evaluated if run.checkpointEvery is a multiple of run.evaluateEvery";
  throw new UserError(3, `${name} has no best checkpoint: none of ${there} was evaluated. ${rule}. ${hint}`);
}

/** The evaluation at an update; undefined if there is none, or if it is damaged: that must not stop a run. */
function readEvaluation(dir: string, update: number): Evaluation | undefined {
  const path = join(dir, "eval", `${checkpointName(update)}.json`);
  if (!existsSync(path)) return undefined;
  try {
    return evaluationSchema.safeParse(readJson(path)).data;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
