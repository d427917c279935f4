/**
 * Tabular Monte Carlo CFR (Lanctot et al. 2009), for comparison of how many games a rule needs. Regrets and average strategies are
 * tables by information set; σ follows from the regrets by regret matching.
 *
 *   external sampling   a traversal for player i tries all actions of i, and samples one of chance and of the opponent:
 *                       v(a) − Σ_b σ(b) v(b) is added to the regrets of i; the opponent's σ is added to its average
 *   outcome sampling    a traversal plays one game, where i takes a random action with probability ε = .6; values are divided by
 *                       the probability of the sample, and the average is weighted by the reach (stochastically weighted)
 *
 * A traversal of external sampling ends at several leaves; `ends` counts them.
 */
import type { CompiledGame } from "../../src/exact/compiled-game.ts";
import type { Strategy } from "../../src/exact/strategy.ts";
import { CHANCE, END } from "../../src/graph/flat-graph.ts";
import type { Rng } from "../../src/util/rng.ts";

export interface Mccfr {
  /** One traversal for each player. */
  iterate(): void;
  /** The average strategy; uniform where there is none. */
  average(): Strategy;
  readonly traversals: number;
  readonly ends: number;
}

const EPSILON = 0.6;

export function mccfr(compiled: CompiledGame, sampling: "external" | "outcome", rng: Rng): Mccfr {
  const { kind, firstEdge, returns, target, probability, entry, infosets, firstEntry } = compiled;
  const entries = firstEntry[infosets.length];
  const regret = new Float64Array(entries);
  const total = new Float64Array(entries);
  let traversals = 0;
  let ends = 0;

  /** σ at the decision n: a probability for each edge. */
  function matched(n: number): Float64Array {
    const first = firstEdge[n];
    const sigma = new Float64Array(firstEdge[n + 1] - first);
    let sum = 0;
    for (let a = 0; a < sigma.length; a++) {
      sigma[a] = Math.max(0, regret[entry[first + a]]);
      sum += sigma[a];
    }
    return sum > 0 ? sigma.map((x) => x / sum) : sigma.fill(1 / sigma.length);
  }

  function sample(p: (a: number) => number, count: number): number {
    let u = rng.next();
    for (let a = 0; a < count - 1; a++) {
      u -= p(a);
      if (u < 0) return a;
    }
    return count - 1;
  }

  /** → the sampled value of node n to `seat`. */
  function external(n: number, seat: number): number {
    if (kind[n] === END) {
      ends++;
      return seat === 0 ? returns[n] : -returns[n];
    }
    const first = firstEdge[n];
    const count = firstEdge[n + 1] - first;
    if (kind[n] === CHANCE) return external(target[first + sample((a) => probability[first + a], count)], seat);
    const sigma = matched(n);
    if (kind[n] !== seat) {
      for (let a = 0; a < count; a++) total[entry[first + a]] += sigma[a];
      return external(target[first + sample((a) => sigma[a], count)], seat);
    }
    const values = sigma.map((_, a) => external(target[first + a], seat));
    const mean = values.reduce((sum, v, a) => sum + sigma[a] * v, 0);
    for (let a = 0; a < count; a++) regret[entry[first + a]] += values[a] - mean;
    return mean;
  }

  /**
   * `own` and `others`: the reach of node n by `seat`, and by the others; `drawn`: the probability of the sample so far.
   * → the return over the probability of the sample, and the reach of the end by σ and chance from n on
   */
  function outcome(n: number, seat: number, own: number, others: number, drawn: number): [number, number] {
    if (kind[n] === END) {
      ends++;
      return [(seat === 0 ? returns[n] : -returns[n]) / drawn, 1];
    }
    const first = firstEdge[n];
    const count = firstEdge[n + 1] - first;
    if (kind[n] === CHANCE) {
      const a = sample((b) => probability[first + b], count);
      const p = probability[first + a];
      const [u, tail] = outcome(target[first + a], seat, own, others * p, drawn * p);
      return [u, tail * p];
    }
    const sigma = matched(n);
    if (kind[n] !== seat) {
      const a = sample((b) => sigma[b], count);
      const [u, tail] = outcome(target[first + a], seat, own, others * sigma[a], drawn * sigma[a]);
      return [u, tail * sigma[a]];
    }
    for (let a = 0; a < count; a++) total[entry[first + a]] += (own / drawn) * sigma[a];
    const q = (a: number): number => EPSILON / count + (1 - EPSILON) * sigma[a];
    const chosen = sample(q, count);
    const [u, tail] = outcome(target[first + chosen], seat, own * sigma[chosen], others, drawn * q(chosen));
    const W = u * others;
    for (let a = 0; a < count; a++) {
      regret[entry[first + a]] += a === chosen ? W * tail * (1 - sigma[chosen]) : -W * tail * sigma[chosen];
    }
    return [u, tail * sigma[chosen]];
  }

  return {
    get traversals() {
      return traversals;
    },
    get ends() {
      return ends;
    },
    iterate() {
      for (const seat of [0, 1]) {
        traversals++;
        if (sampling === "external") external(0, seat);
        else outcome(0, seat, 1, 1, 1);
      }
    },
    average() {
      const average = new Float64Array(entries);
      for (let i = 0; i < infosets.length; i++) {
        const [start, end] = [firstEntry[i], firstEntry[i + 1]];
        let sum = 0;
        for (let e = start; e < end; e++) sum += total[e];
        for (let e = start; e < end; e++) average[e] = sum > 0 ? total[e] / sum : 1 / (end - start);
      }
      return average;
    },
  };
}
