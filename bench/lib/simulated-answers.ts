/** Players of Kuhn poker whose strategies are known, asked at every information set: how often an interval holds their NashConv. */

import { compareAnswers, significant } from "../../src/exact/compared-answers.ts";
import { type CompiledGame, compiledGame } from "../../src/exact/compiled-game.ts";
import { nashConv } from "../../src/exact/nash-conv.ts";
import { type AnswerCounts, nashConvBand, shares } from "../../src/exact/nash-conv-band.ts";
import { type Strategy, strategyOf } from "../../src/exact/strategy.ts";
import { kuhn } from "../../src/games/kuhn.ts";
import { nash } from "../../src/players/opponents.ts";
import { type Policy, uniform } from "../../src/policies/policy.ts";
import { gamma, middle95, uniforms } from "../../src/util/bootstrap-interval.ts";

export interface KnownPlayer {
  readonly name: string;
  /** How it plays when its answers are legal. */
  readonly policy: Policy;
  /** The share of its answers that are forfeits. */
  readonly forfeits: number;
}

const equilibrium = nash(kuhn, () => [0.8, 0.2]);
const mixed = (share: number): Policy => ({
  name: "near",
  distributions: (infosets) =>
    equilibrium.distributions(infosets).map((p) => p.map((x) => (1 - share) * x + share / p.length)),
});
/** Bets and calls with kings only. */
const kingsOnly: Policy = {
  name: "deterministic",
  distributions: (infosets) => infosets.map(({ key }) => Float64Array.from(key.startsWith("K") ? [0, 1] : [1, 0])),
};

export const KNOWN_PLAYERS: readonly KnownPlayer[] = [
  { name: "uniform", policy: uniform, forfeits: 0 },
  { name: "an equilibrium", policy: equilibrium, forfeits: 0 },
  { name: "near it, a fifth at random", policy: mixed(0.2), forfeits: 0 },
  { name: "deterministic", policy: kingsOnly, forfeits: 0 },
  { name: "forfeits three times in ten", policy: mixed(0.4), forfeits: 0.3 },
];

/** How often a probe of a player finds something in any of `variations` wordings, each asked about `samples` times at every set. */
export function findings(
  { name, policy, forfeits }: KnownPlayer,
  { samples, probes, variations, deals }: Readonly<Record<"samples" | "probes" | "variations" | "deals", number>>,
  /** The player in the varied wordings; the same one if none is given. */
  varied: KnownPlayer = { name, policy, forfeits },
): number {
  const compiled = compiledGame(kuhn);
  const u = uniforms(`probes of ${name} and ${varied.name}`);
  const asked = (player: KnownPlayer): number[][] =>
    simulatedAnswers(strategyOf(compiled, player.policy), samples, player.forfeits, u).map((counts) => [
      ...counts,
      samples - counts.reduce((a, b) => a + b, 0),
    ]);
  let found = 0;
  for (let probe = 0; probe < probes; probe++) {
    const usual = asked({ name, policy, forfeits });
    const ps = Array.from({ length: variations }, () => compareAnswers(usual, asked(varied), { deals, draws: 1 }).p);
    found += significant(ps).includes(true) ? 1 : 0;
  }
  return found / probes;
}

/** The legal answers of K at every information set of Kuhn poker. */
export function simulatedAnswers(strategy: Strategy, samples: number, forfeits: number, u: () => number): number[][] {
  const { infosets, firstEntry } = compiledGame(kuhn);
  return infosets.map((_, i) => {
    const counts = [0, 0];
    for (let k = 0; k < samples; k++) {
      if (u() < forfeits) continue;
      counts[u() < strategy[firstEntry[i]] ? 0 : 1]++;
    }
    return counts;
  });
}

type Interval = (compiled: CompiledGame, counts: AnswerCounts, draws: number) => readonly [number, number];

export const band: Interval = (compiled, counts, draws) => nashConvBand(compiled, counts, { draws }).ci95;

/** What the band is instead of: the middle 95 % of NashConv over strategies drawn from the answers. */
export const percentileBootstrap: Interval = (compiled, counts, draws) => {
  const u = uniforms(`percentile ${JSON.stringify(counts)}`);
  const values = Float64Array.from({ length: draws }, () => {
    const drawn = counts.map((n) => (n ?? []).map((k) => gamma(k + 0.5, u)));
    return nashConv(compiled, shares(compiled, drawn)).nashConv;
  });
  return middle95(values.sort());
};

export interface Coverage {
  readonly truth: number;
  /** Mean NashConv of the shares. */
  readonly plugIn: number;
  /** The share of intervals that hold the truth. */
  readonly covered: number;
  readonly meanWidth: number;
}

/** Measures a known player again and again, `samples` answers at each information set. */
export function coverage(
  { name, policy, forfeits }: KnownPlayer,
  interval: Interval,
  { samples, measurements, draws }: { readonly samples: number; readonly measurements: number; readonly draws: number },
): Coverage {
  const compiled = compiledGame(kuhn);
  const strategy = strategyOf(compiled, policy);
  const truth = nashConv(compiled, strategy).nashConv;
  const u = uniforms(`answers of ${name}, ${samples}`);
  let [covered, width, plugIn] = [0, 0, 0];
  for (let m = 0; m < measurements; m++) {
    const counts = simulatedAnswers(strategy, samples, forfeits, u);
    const [low, high] = interval(compiled, counts, draws);
    covered += low <= truth + 1e-9 && truth <= high + 1e-9 ? 1 : 0;
    width += high - low;
    plugIn += nashConv(compiled, shares(compiled, counts)).nashConv;
  }
  return {
    truth,
    plugIn: plugIn / measurements,
    covered: covered / measurements,
    meanWidth: width / measurements,
  };
}
