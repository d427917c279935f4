/**
 * An equilibrium of a game with hidden information by CFR+ (Tammelin 2014): at every information set,
 *
 *   Q⁺(a) ← max(0, Q⁺(a) + v(a) − Σ_b σ(b) v(b))      σ(a) ∝ Q⁺(a), uniform where all are 0
 *
 * with v the counterfactual values (weighted by the reach of chance and the opponent), the two players in turn, and the
 * strategy served the average of the σ weighted by t and by the player's own reach. That its NashConv after t iterations
 * is O(1/√t) is proved; how fast it falls in fact varies from game to game, and is mostly faster.
 */
import type { Game } from "../games/game.ts";
import type { Policy } from "../policies/policy.ts";
import { oncePerGame, tablePolicy } from "../policies/table-policy.ts";
import { CHANCE, END, type GameTree, gameTree, type Strategy } from "./compiled-game.ts";

export interface CfrSolver {
  /** Iterations done so far; each updates both players. */
  readonly iterations: number;
  iterate(times: number): void;
  /** The average strategy so far; uniform before the first iteration. */
  average(): Strategy;
}

export function cfrPlus(tree: GameTree): CfrSolver {
  const size = tree.entries[tree.infosets.length] as number;
  const regret = new Float64Array(size);
  const total = new Float64Array(size);
  const strategy = new Float64Array(size);
  let t = 0;
  matchRegrets(tree, regret, strategy);
  return {
    get iterations() {
      return t;
    },
    iterate(times) {
      for (const end = t + times; t < end; ) {
        t += 1;
        for (const seat of [0, 1] as const) {
          updateRegrets(tree, strategy, seat, regret);
          matchRegrets(tree, regret, strategy);
          addAverage(tree, strategy, seat, t, total);
        }
      }
    },
    average() {
      const average = new Float64Array(size);
      matchRegrets(tree, total, average);
      return average;
    },
  };
}

/** The strategy proportional to `weights` at each information set; uniform where they are all 0. */
function matchRegrets({ entries, infosets }: GameTree, weights: Float64Array, strategy: Strategy): void {
  for (let i = 0; i < infosets.length; i++) {
    const start = entries[i] as number;
    const end = entries[i + 1] as number;
    let sum = 0;
    for (let e = start; e < end; e++) sum += weights[e] as number;
    for (let e = start; e < end; e++) strategy[e] = sum > 0 ? (weights[e] as number) / sum : 1 / (end - start);
  }
}

/** Probability of reaching each node by those whose moves count: chance and one player, or one player alone. [N] */
function reachOf(
  { kind, edges, target, probability, entry }: GameTree,
  strategy: Strategy,
  seat: 0 | 1,
  chance: boolean,
) {
  const reach = new Float64Array(kind.length);
  reach[0] = 1;
  for (let n = 0; n < kind.length; n++) {
    const k = kind[n];
    for (let edge = edges[n] as number; edge < (edges[n + 1] as number); edge++) {
      const p =
        k === CHANCE
          ? chance
            ? (probability[edge] as number)
            : 1
          : k === seat
            ? (strategy[entry[edge] as number] as number)
            : 1;
      (reach[target[edge] as number] as number) += (reach[n] as number) * p;
    }
  }
  return reach;
}

function updateRegrets(tree: GameTree, strategy: Strategy, seat: 0 | 1, regret: Float64Array): void {
  const { kind, edges, target, probability, entry } = tree;
  const sign = seat === 0 ? 1 : -1;
  const reach = reachOf(tree, strategy, seat === 0 ? 1 : 0, true);
  const value = new Float64Array(kind.length);
  for (let n = kind.length - 1; n >= 0; n--) {
    const k = kind[n];
    if (k === END) {
      value[n] = sign * (tree.value[n] as number);
      continue;
    }
    let mean = 0;
    for (let edge = edges[n] as number; edge < (edges[n + 1] as number); edge++) {
      const p = k === CHANCE ? probability[edge] : strategy[entry[edge] as number];
      mean += (p as number) * (value[target[edge] as number] as number);
    }
    value[n] = mean;
    if (k !== seat) continue;
    for (let edge = edges[n] as number; edge < (edges[n + 1] as number); edge++) {
      const gain = (value[target[edge] as number] as number) - mean;
      (regret[entry[edge] as number] as number) += (reach[n] as number) * gain;
    }
  }
  for (let e = 0; e < regret.length; e++) regret[e] = Math.max(0, regret[e] as number);
}

/** Adds t · own reach · σ at the information sets of `seat`. */
function addAverage(tree: GameTree, strategy: Strategy, seat: 0 | 1, t: number, total: Float64Array): void {
  const { kind, edges, entry } = tree;
  const reach = reachOf(tree, strategy, seat, false);
  for (let n = 0; n < kind.length; n++) {
    if (kind[n] !== seat) continue;
    for (let edge = edges[n] as number; edge < (edges[n + 1] as number); edge++) {
      const e = entry[edge] as number;
      (total[e] as number) += t * (reach[n] as number) * (strategy[e] as number);
    }
  }
}

/** Leaves Kuhn poker and its match of five hands at a NashConv of about 1.5e-4, Leduc poker at about 5e-4. */
const ITERATIONS = 1000;
/** Iterations times states, so that a larger game takes seconds as well: Liar's Dice gets 270, and ends at about 2e-3. */
const MOST_VISITS = 40_000_000;

/** Solved at a game's first call. */
export const cfrPolicy = oncePerGame(solve);

function solve(game: Game): Policy {
  const tree = gameTree(game);
  const solver = cfrPlus(tree);
  solver.iterate(Math.min(ITERATIONS, Math.ceil(MOST_VISITS / tree.kind.length)));
  const strategy = solver.average();
  const table = tree.infosets.map(
    ({ player, key }, i) => [`${player}${key}`, strategy.slice(tree.entries[i], tree.entries[i + 1])] as const,
  );
  return tablePolicy("nash", game, new Map(table));
}
