/**
 * NashConv of a strategy that is known from answers only: a player was asked K times at each information set, and σ̂ are the
 * shares of its answers. NashConv(σ̂) is biased upwards, most near an equilibrium, because the best response to σ̂ exploits the
 * noise too. Resampled strategies have the same bias, so their percentiles miss the true value. This band is wide enough for all
 * best responses at once. With g_b(σ) the gain of the pure strategy b against σ,
 *
 *   NashConv(σ) = max_{b₀} g_{b₀}(σ) + max_{b₁} g_{b₁}(σ)        |max_b x_b − max_b y_b| ≤ max_b |x_b − y_b|
 *
 *   NashConv(σ̂) − NashConv(σ) ≤ U = Σ_i max_b [g_b(σ̂) − g_b(σ)]      NashConv(σ) − NashConv(σ̂) ≤ L = Σ_i max_b [g_b(σ) − g_b(σ̂)]
 *
 *   band = [NashConv(σ̂) − q₀.₉₅(U), NashConv(σ̂) + q₀.₉₅(L)], and not below 0
 *
 * The laws of U and L come from strategies σ* that are drawn at each information set from the Dirichlet distribution of the
 * answers with ½ added to each action, around their mean σ̄ (so that the ½ does not move the band): U* = Σ_i max_b [g_b(σ*) − g_b(σ̄)],
 * L* with the sign changed. As no path meets an information set twice, the mean of g_b(σ*) is g_b(σ̄).
 *
 * A maximum over b is one scan backward, as that of a best response, on the difference of two strategies: at an information set I
 *
 *   b(I) = argmax_a Σ_{s ∈ I} [r*(s) v*(s·a) − r̄(s) v̄(s·a)]        r, v: reach and value (best-response.ts)
 *
 * That is the maximum if every node has one history, as in Kuhn and Leduc poker. Where histories share nodes, it is the choice
 * of a b that looks at the node alone, and the band rests on that.
 */
import { CHANCE, END } from "../graph/flat-graph.ts";
import { gamma, middle95, quantile, uniforms } from "../util/bootstrap-interval.ts";
import type { CompiledGame } from "./compiled-game.ts";
import { nashConv } from "./nash-conv.ts";
import { counterfactualReach } from "./reach.ts";
import { greedyStrategy, type Strategy } from "./strategy.ts";

/** Legal answers at each representative of the game, by slot; undefined where nobody asked. [representatives] */
export type AnswerCounts = readonly (readonly number[] | undefined)[];

export interface NashConvBand {
  /** NashConv of the shares of the answers. */
  readonly plugIn: number;
  /** The band. */
  readonly ci95: readonly [number, number];
  /** Of the most frequent answers: NashConv, and the middle 95 % of it over the drawn strategies. */
  readonly greedy: { readonly plugIn: number; readonly range95: readonly [number, number] };
  /** Draws of U and of L, each ascending. [draws] */
  readonly over: Float64Array;
  readonly under: Float64Array;
}

/** With so many draws, an end of the band is uncertain by about 4 % of its distance from the plug-in. */
const DRAWS = 1000;
/** Added to the count of each action. */
const PRIOR = 0.5;

/**
 * The band for these answers. Where nobody asked, the strategy is that of `rest` [entries], and certain; there `rest` is needed.
 * The draws depend on the answers alone.
 */
export function nashConvBand(
  compiled: CompiledGame,
  counts: AnswerCounts,
  { rest, draws = DRAWS }: { readonly rest?: Strategy | undefined; readonly draws?: number } = {},
): NashConvBand {
  const estimate = shares(compiled, counts, rest);
  const mean = strategyFrom(compiled, counts, rest, (n) => n.map((k) => k + PRIOR));
  const uniform = uniforms(`band ${JSON.stringify(counts)}`);
  const [over, under, greedy] = [new Float64Array(draws), new Float64Array(draws), new Float64Array(draws)];
  const centre = withReach(compiled, mean);
  for (let draw = 0; draw < draws; draw++) {
    const drawn = withReach(
      compiled,
      strategyFrom(compiled, counts, rest, (n) => n.map((k) => gamma(k + PRIOR, uniform))),
    );
    over[draw] = furthest(compiled, drawn, centre, 0) + furthest(compiled, drawn, centre, 1);
    under[draw] = furthest(compiled, centre, drawn, 0) + furthest(compiled, centre, drawn, 1);
    greedy[draw] = nashConv(compiled, greedyStrategy(compiled, drawn.strategy)).nashConv;
  }
  const plugIn = nashConv(compiled, estimate).nashConv;
  const greedyPlugIn = nashConv(compiled, greedyStrategy(compiled, estimate)).nashConv;
  const [least, most] = middle95(greedy.sort());
  return {
    plugIn,
    ci95: bandAround(plugIn, over.sort(), under.sort()),
    greedy: { plugIn: greedyPlugIn, range95: [Math.min(least, greedyPlugIn), Math.max(most, greedyPlugIn)] },
    over,
    under,
  };
}

const bandAround = (plugIn: number, over: Float64Array, under: Float64Array): [number, number] => [
  Math.max(0, plugIn - quantile(over, 0.95)),
  plugIn + quantile(under, 0.95),
];

/** The change of NashConv from one measured strategy to another, which was measured independently, with its band. */
export function nashConvChange(
  from: NashConvBand,
  to: NashConvBand,
): { readonly change: number; readonly ci95: readonly [number, number] } {
  const change = to.plugIn - from.plugIn;
  const uniform = uniforms(`change ${from.plugIn} ${to.plugIn}`);
  const sums = (one: Float64Array, other: Float64Array): Float64Array =>
    Float64Array.from(one, (x) => x + other[Math.floor(uniform() * other.length)]).sort();
  return {
    change,
    ci95: [change - quantile(sums(to.over, from.under), 0.95), change + quantile(sums(to.under, from.over), 0.95)],
  };
}

/** The shares of the answers; uniform where none was legal, `rest` where nobody asked. */
export const shares = (compiled: CompiledGame, counts: AnswerCounts, rest?: Strategy): Strategy =>
  strategyFrom(compiled, counts, rest, (n) => (n.some((k) => k > 0) ? n : n.map(() => 1)));

/** The strategy whose probabilities at each representative are proportional to `weightsOf` its counts. */
function strategyFrom(
  { representatives, canonicalEntry }: CompiledGame,
  counts: AnswerCounts,
  rest: Strategy | undefined,
  weightsOf: (counts: readonly number[]) => readonly number[],
): Strategy {
  // [entries of the representatives]
  const canonical: number[] = [];
  for (const [i, { actions }] of representatives.entries()) {
    const answers = counts[i];
    const weights = answers && weightsOf(answers);
    const sum = weights?.reduce((a, b) => a + b, 0) ?? 1;
    for (let slot = 0; slot < actions.length; slot++) canonical.push(weights ? weights[slot] / sum : Number.NaN);
  }
  return Float64Array.from(canonicalEntry, (from, entry) => {
    const p = canonical[from];
    return Number.isNaN(p) && rest ? rest[entry] : p;
  });
}

/** A strategy, and by seat the reach by chance and the other seat. */
export interface Reached {
  readonly strategy: Strategy;
  readonly reach: readonly [Float64Array, Float64Array];
}

export const withReach = (compiled: CompiledGame, strategy: Strategy): Reached => ({
  strategy,
  reach: [counterfactualReach(compiled, strategy, 0), counterfactualReach(compiled, strategy, 1)],
});

/** max_b [g_b(one) − g_b(other)] over the pure strategies b of `seat`. */
export function furthest(compiled: CompiledGame, one: Reached, other: Reached, seat: 0 | 1): number {
  const { kind, firstEdge, infoset, returns, target, probability, entry } = compiled;
  const sign = seat === 0 ? 1 : -1;
  const [r1, r2] = [one.reach[seat], other.reach[seat]];
  const [v1, v2] = [new Float64Array(kind.length), new Float64Array(kind.length)];
  for (let n = kind.length - 1; n >= 0; n--) {
    const mover = kind[n];
    if (mover === END) {
      v1[n] = v2[n] = sign * returns[n];
    } else if (mover === seat) {
      // The states of an information set are adjacent, and n is the last of them.
      let first = n;
      while (first > 0 && infoset[first - 1] === infoset[n]) first--;
      let best = Number.NEGATIVE_INFINITY;
      let bestSlot = 0;
      for (let slot = 0; slot < firstEdge[n + 1] - firstEdge[n]; slot++) {
        let sum = 0;
        for (let s = first; s <= n; s++) {
          const child = target[firstEdge[s] + slot];
          sum += r1[s] * v1[child] - r2[s] * v2[child];
        }
        if (sum > best) {
          best = sum;
          bestSlot = slot;
        }
      }
      for (let s = first; s <= n; s++) {
        const child = target[firstEdge[s] + bestSlot];
        v1[s] = v1[child];
        v2[s] = v2[child];
      }
      n = first;
    } else {
      let [mean1, mean2] = [0, 0];
      for (let edge = firstEdge[n]; edge < firstEdge[n + 1]; edge++) {
        const isChance = mover === CHANCE;
        mean1 += (isChance ? probability[edge] : one.strategy[entry[edge]]) * v1[target[edge]];
        mean2 += (isChance ? probability[edge] : other.strategy[entry[edge]]) * v2[target[edge]];
      }
      v1[n] = mean1;
      v2[n] = mean2;
    }
  }
  return v1[0] - v2[0];
}
