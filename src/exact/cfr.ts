/**
 * An equilibrium of a game with hidden information by CFR+ (Tammelin 2014). At every information set,
 *
 *   Q⁺(a) ← max(0, Q⁺(a) + v(a) − Σ_b σ(b) v(b))      σ(a) ∝ Q⁺(a), uniform if all are 0
 *
 * where v are counterfactual values (weighted by the reach of chance and the opponent). The two players are updated in turn. The
 * result is the average of the σ of all iterations t, weighted by t and by the player's own reach. Its NashConv after t
 * iterations is O(1/√t); in most games it falls faster.
 */
import type { Game } from "../games/game.ts";
import { CHANCE, END } from "../graph/flat-graph.ts";
import type { Policy } from "../policies/policy.ts";
import { tablePolicy } from "../policies/table-policy.ts";
import { memoised } from "../util/memoised.ts";
import { type CompiledGame, compiledGame } from "./compiled-game.ts";
import { counterfactualReach, ownReach } from "./reach.ts";
import type { Strategy } from "./strategy.ts";

export interface CfrSolver {
  /** Iterations done so far; each updates both players. */
  readonly iterations: number;
  iterate(times: number): void;
  /** The average strategy so far; uniform before the first iteration. */
  average(): Strategy;
}

export function cfrPlus(compiled: CompiledGame): CfrSolver {
  const entries = compiled.firstEntry[compiled.infosets.length];
  const regret = new Float64Array(entries);
  const total = new Float64Array(entries);
  const strategy = new Float64Array(entries);
  const scratch = { reach: new Float64Array(compiled.kind.length), value: new Float64Array(compiled.kind.length) };
  let t = 0;
  matchRegrets(compiled, regret, strategy);
  return {
    get iterations() {
      return t;
    },
    iterate(times) {
      for (const end = t + times; t < end; ) {
        t += 1;
        for (const seat of [0, 1] as const) {
          updateRegrets(compiled, strategy, seat, regret, scratch);
          matchRegrets(compiled, regret, strategy);
          addAverage(compiled, strategy, seat, t, total, scratch);
        }
      }
    },
    average() {
      const average = new Float64Array(entries);
      matchRegrets(compiled, total, average);
      return average;
    },
  };
}

/** The strategy proportional to `weights` at each information set; uniform if they are all 0. */
function matchRegrets({ firstEntry, infosets }: CompiledGame, weights: Float64Array, strategy: Strategy): void {
  for (let i = 0; i < infosets.length; i++) {
    const [start, end] = [firstEntry[i], firstEntry[i + 1]];
    let sum = 0;
    for (let e = start; e < end; e++) sum += weights[e];
    for (let e = start; e < end; e++) strategy[e] = sum > 0 ? weights[e] / sum : 1 / (end - start);
  }
}

/** Arrays that each iteration writes anew, from whatever they hold. [N] each */
interface Scratch {
  readonly reach: Float64Array;
  readonly value: Float64Array;
}

/**
 * Q⁺(a) ← max(0, Q⁺(a) + v(a) − Σ_b σ(b) v(b)) at the information sets of `seat`. Nodes that chance and the opponent do not
 * reach are left out: they change no regret, and the values of their parents count them with the weight 0.
 */
function updateRegrets(
  compiled: CompiledGame,
  strategy: Strategy,
  seat: 0 | 1,
  regret: Float64Array,
  scratch: Scratch,
): void {
  const { kind, firstEdge, returns, target, probability, entry } = compiled;
  const sign = seat === 0 ? 1 : -1;
  const reach = counterfactualReach(compiled, strategy, seat, scratch.reach);
  const { value } = scratch;
  for (let n = kind.length - 1; n >= 0; n--) {
    if (reach[n] === 0) continue;
    const [mover, end] = [kind[n], firstEdge[n + 1]];
    if (mover === END) {
      value[n] = sign * returns[n];
      continue;
    }
    let mean = 0;
    for (let edge = firstEdge[n]; edge < end; edge++) {
      const p = mover === CHANCE ? probability[edge] : strategy[entry[edge]];
      mean += p * value[target[edge]];
    }
    value[n] = mean;
    if (mover !== seat) continue;
    for (let edge = firstEdge[n]; edge < end; edge++) {
      regret[entry[edge]] += reach[n] * (value[target[edge]] - mean);
    }
  }
  for (let e = 0; e < regret.length; e++) regret[e] = Math.max(0, regret[e]);
}

/** Adds t · own reach · σ at the information sets of `seat`. */
function addAverage(
  compiled: CompiledGame,
  strategy: Strategy,
  seat: 0 | 1,
  t: number,
  total: Float64Array,
  scratch: Scratch,
): void {
  const { kind, firstEdge, entry } = compiled;
  const reach = ownReach(compiled, strategy, seat, scratch.reach);
  for (let n = 0; n < kind.length; n++) {
    if (kind[n] !== seat || reach[n] === 0) continue;
    for (let edge = firstEdge[n]; edge < firstEdge[n + 1]; edge++) {
      const e = entry[edge];
      total[e] += t * reach[n] * strategy[e];
    }
  }
}

/** After so many iterations NashConv is about 1.5e-4 in Kuhn poker and its match of five hands, and about 5e-4 in Leduc poker. */
const ITERATIONS = 1000;
/** Bounds iterations × states, so that a larger game takes seconds too. Liar's Dice gets 270 iterations: NashConv is 2e-3. */
const MOST_VISITS = 40_000_000;

/** The policy of `game` by CFR+. It is solved at the first call; `onIteration` is called after each iteration. */
export const cfrPolicy = memoised(solve);

function solve(game: Game, onIteration?: (iteration: number, total: number) => void): Policy {
  const compiled = compiledGame(game);
  const solver = cfrPlus(compiled);
  const total = Math.min(ITERATIONS, Math.ceil(MOST_VISITS / compiled.kind.length));
  while (solver.iterations < total) {
    solver.iterate(1);
    onIteration?.(solver.iterations, total);
  }
  const strategy = solver.average();
  const { infosets, firstEntry } = compiled;
  const table = infosets.map(
    ({ player, key }, i) => [`${player}${key}`, strategy.slice(firstEntry[i], firstEntry[i + 1])] as const,
  );
  return tablePolicy("nash", game, new Map(table));
}
