/** Each estimator of advantages as the plainest loop over episodes that its formula allows. The critic has a file of its own. */
import type { Trajectories } from "../../src/selfplay/plan.ts";
import { learnerDecisions, learnerHas } from "../rl/batches.ts";

export const DECAY = 0.9;

/** Advantages of a batch, laid out like its decisions; `memory` is what earlier batches left. */
type Plain = (batch: readonly Trajectories[], memory: Map<string, number>) => Float64Array[];

const SEATS = [0, 1] as const;
const mean = (xs: readonly number[]): number => xs.reduce((sum, x) => sum + x, 0) / xs.length;

/** From the advantage of (trajectories, episode, seat), which every turn of it gets. */
function spread(
  batch: readonly Trajectories[],
  of: (t: Trajectories, episode: number, seat: 0 | 1) => number,
): Float64Array[] {
  return batch.map((t) => {
    const result = new Float64Array(t.decisions.length);
    for (const { cell, episode, seat } of learnerDecisions(t)) result[cell] = of(t, episode, seat);
    return result;
  });
}
const returnOf = (t: Trajectories, episode: number, seat: 0 | 1): number => t.returns[episode * 2 + seat];

/** The episodes in which the learner has the seat. */
const episodesOf = (t: Trajectories, seat: 0 | 1): number[] =>
  Array.from({ length: t.plan.episodes }, (_, e) => e).filter((e) => learnerHas(t, e, seat));

/** Walks the episodes in order; `baseline` names the moving average that an episode's seat is held against. */
function movingAverage(moves: (t: Trajectories, episode: number) => [baseline: string, towards: number][]): Plain {
  return (batch, memory) => {
    const before = new Map<string, number>();
    for (const t of batch) {
      for (let e = 0; e < t.plan.episodes; e++) {
        for (const [name, towards] of moves(t, e)) {
          const b = memory.get(name) ?? 0;
          before.set(`${batch.indexOf(t)} ${e} ${name}`, b);
          memory.set(name, DECAY * b + (1 - DECAY) * towards);
        }
      }
    }
    return spread(batch, (t, e, seat) => {
      const { id, roles } = t.plan.graph.game;
      const of = (name: string) => before.get(`${batch.indexOf(t)} ${e} ${name}`);
      return returnOf(t, e, seat) - (of(`${id}/${roles[seat]}`) ?? of(id) ?? Number.NaN);
    });
  };
}

const others = (xs: readonly number[], i: number): number => mean(xs.filter((_, j) => j !== i));
const leaveOneOut = (xs: readonly number[], i: number): number => {
  const x = xs[i];
  return xs.length === 1 ? x : x - others(xs, i);
};

/** From the returns of the role in these games, and which of them is meant. */
const group =
  (relative: (returns: readonly number[], i: number) => number): Plain =>
  (batch) =>
    spread(batch, (t, e, seat) => {
      const episodes = episodesOf(t, seat);
      return relative(
        episodes.map((other) => returnOf(t, other, seat)),
        episodes.indexOf(e),
      );
    });

export const plain: Readonly<Record<string, Plain>> = {
  none: (batch) => spread(batch, returnOf),
  rae: movingAverage((t, e) => {
    const { id, roles } = t.plan.graph.game;
    return SEATS.filter((seat) => learnerHas(t, e, seat)).map((s) => [`${id}/${roles[s]}`, returnOf(t, e, s)]);
  }),
  shared: movingAverage((t, e) => [
    [t.plan.graph.game.id, mean(SEATS.filter((seat) => learnerHas(t, e, seat)).map((seat) => returnOf(t, e, seat)))],
  ]),
  group: group((returns, i) => returns[i] - mean(returns)),
  "group-std": group((returns, i) => {
    const centre = mean(returns);
    const deviation = Math.sqrt(mean(returns.map((r) => (r - centre) ** 2)));
    return returns.length === 1 ? 0 : (returns[i] - centre) / deviation;
  }),
  rloo: group(leaveOneOut),
  infoset: (batch) => {
    const decisions = batch.flatMap((t) => learnerDecisions(t).map((d) => ({ ...d, t })));
    const alone = group(leaveOneOut)(batch, new Map());
    return batch.map((t, i) => {
      const result = new Float64Array(t.decisions.length);
      for (const { cell, orbit, ret } of learnerDecisions(t)) {
        const here = decisions.filter((d) => d.orbit === orbit && !(d.t === t && d.cell === cell));
        result[cell] = here.length === 0 ? alone[i][cell] : ret - mean(here.map((d) => d.ret));
      }
      return result;
    });
  },
};
