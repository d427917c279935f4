/**
 * The exact action values of a strategy π that both seats follow. For an information set I of seat i and an action a,
 *
 *   Q(I, a) = Σ_{s ∈ I} β(s) v_i(s·a)      V(I) = Σ_a π(a | I) Q(I, a)      A(I, a) = Q(I, a) − V(I)
 *
 *   β(s) = r_i(s) / Σ_{s' ∈ I} r_i(s')     r_i: the reach by chance and the opponent (reach.ts)
 *
 * v_i(s·a) is the expected return of seat i from the state after a (expected-value.ts). β is what the seat believes about the
 * state, whatever it has played itself. So Q is the counterfactual value of an action divided by the reach of its set
 * (Zinkevich et al. 2007; Srinivasan et al. 2018, arXiv 1810.09026). It is also the mean return of the episodes in which I is
 * visited and a is taken, as the seat's own moves never tell the states of a set apart.
 *
 * For the expected return J_i and a strategy that is a softmax of logits z,
 *
 *   ∂J_i / ∂z(I, a) = P(I) π(a | I) A(I, a)        P: the probability that I is visited
 */
import { CHANCE, END } from "../graph/flat-graph.ts";
import type { Infoset } from "../graph/game-graph.ts";
import type { CompiledGame } from "./compiled-game.ts";
import { nodeValues } from "./expected-value.ts";
import { counterfactualReach, jointReach } from "./reach.ts";
import type { Strategy } from "./strategy.ts";

/**
 * In units of the game's returns, to the seat that decides. If chance and the opponent never lead to a set, π does not say
 * what to believe there: its numbers are NaN, unless the set has one state only.
 */
export interface ActionValues {
  /** Q of each action. [entries] */
  readonly q: Float64Array;
  /** V of each information set. [I] */
  readonly value: Float64Array;
  /** A of each action. [entries] */
  readonly advantage: Float64Array;
}

export function actionValues(compiled: CompiledGame, strategy: Strategy): ActionValues {
  const { kind, firstEdge, infoset, target, entry, infosets, firstEntry } = compiled;
  const reach = [counterfactualReach(compiled, strategy, 0), counterfactualReach(compiled, strategy, 1)];
  const returnOf = nodeValues(compiled, strategy);
  const states = new Int32Array(infosets.length);
  for (let n = 0; n < infoset.length; n++) if (infoset[n] >= 0) states[infoset[n]]++;

  const q = new Float64Array(strategy.length);
  const mass = new Float64Array(infosets.length);
  for (let n = 0; n < kind.length; n++) {
    const seat = kind[n];
    if (seat === CHANCE || seat === END) continue;
    const weight = states[infoset[n]] === 1 ? 1 : reach[seat][n];
    const signed = seat === 0 ? weight : -weight;
    mass[infoset[n]] += weight;
    for (let edge = firstEdge[n]; edge < firstEdge[n + 1]; edge++) q[entry[edge]] += signed * returnOf[target[edge]];
  }

  const value = new Float64Array(infosets.length);
  const advantage = new Float64Array(strategy.length);
  for (let i = 0; i < infosets.length; i++) {
    for (let e = firstEntry[i]; e < firstEntry[i + 1]; e++) {
      q[e] /= mass[i];
      value[i] += strategy[e] * q[e];
    }
    for (let e = firstEntry[i]; e < firstEntry[i + 1]; e++) advantage[e] = q[e] - value[i];
  }
  return { q, value, advantage };
}

/** What is true of a strategy at the information sets of one symmetry orbit, in terms of its representative. */
export interface ExactRow {
  /** The representative. */
  readonly infoset: Infoset;
  /** Plies before the decision, those of chance included; the most if paths differ. */
  readonly ply: number;
  /** The probability that an episode visits the orbit. */
  readonly reach: number;
  /** π, by slot. */
  readonly policy: Float64Array;
  /** A, by slot. */
  readonly advantage: Float64Array;
}

/** A row for each orbit. The strategy must respect the game's symmetries. */
export function exactRows(compiled: CompiledGame, strategy: Strategy): ExactRow[] {
  const { kind, infoset, infosets, firstEntry } = compiled;
  const { advantage } = actionValues(compiled, strategy);
  const nodeReach = jointReach(compiled, strategy);
  const nodePly = plies(compiled);
  const reach = new Map<Infoset, number>();
  const ply = new Int32Array(infosets.length);
  for (let n = 0; n < kind.length; n++) {
    if (infoset[n] < 0) continue;
    const { canonical } = infosets[infoset[n]];
    reach.set(canonical, (reach.get(canonical) ?? 0) + nodeReach[n]);
    ply[infoset[n]] = nodePly[n];
  }
  return infosets.flatMap((set, i) => {
    if (set.canonical !== set) return [];
    const [start, end] = [firstEntry[i], firstEntry[i + 1]];
    return {
      infoset: set,
      ply: ply[i],
      reach: reach.get(set) ?? 0,
      policy: strategy.slice(start, end),
      advantage: advantage.slice(start, end),
    };
  });
}

/** The length of the longest path from the root to each node. [N] */
function plies({ kind, firstEdge, target }: CompiledGame): Int32Array {
  const longest = new Int32Array(kind.length);
  for (let n = 0; n < kind.length; n++) {
    for (let edge = firstEdge[n]; edge < firstEdge[n + 1]; edge++) {
      longest[target[edge]] = Math.max(longest[target[edge]], longest[n] + 1);
    }
  }
  return longest;
}
