import { describe, expect, it } from "vitest";
import {
  band,
  coverage,
  KNOWN_PLAYERS,
  percentileBootstrap,
  simulatedAnswers,
} from "../../bench/lib/simulated-answers.ts";
import { type CompiledGame, compiledGame } from "../../src/exact/compiled-game.ts";
import { expectedValue } from "../../src/exact/expected-value.ts";
import { nashConv } from "../../src/exact/nash-conv.ts";
import { furthest, nashConvBand, nashConvChange, shares, withReach } from "../../src/exact/nash-conv-band.ts";
import { type Strategy, strategyOf } from "../../src/exact/strategy.ts";
import { getGame } from "../../src/games/registry.ts";
import { nash } from "../../src/players/opponents.ts";
import { uniforms } from "../../src/util/bootstrap-interval.ts";
import { randomPolicy } from "../helpers.ts";

const kuhn = getGame("kuhn");
const compiled = compiledGame(kuhn);

/** All 64 pure strategies of a seat of Kuhn poker, the other seat playing `strategy`. */
function* pureAgainst({ infosets, firstEntry }: CompiledGame, strategy: Strategy, seat: 0 | 1): Generator<Strategy> {
  const own = infosets.flatMap(({ player }, i) => (player === seat ? [firstEntry[i]] : []));
  for (let bits = 0; bits < 2 ** own.length; bits++) {
    const pure = strategy.slice();
    for (const [i, entry] of own.entries()) pure.set((bits >> i) & 1 ? [0, 1] : [1, 0], entry);
    yield pure;
  }
}

describe("the best responses of the band", () => {
  it.each([0, 1] as const)("are the maximum over all pure strategies of seat %i", (seat) => {
    const sign = seat === 0 ? 1 : -1;
    for (let seed = 0; seed < 10; seed++) {
      const [one, other] = [`a${seed}`, `b${seed}`].map((name) => strategyOf(compiled, randomPolicy(name)));
      const gains = (strategy: Strategy) =>
        [...pureAgainst(compiled, strategy, seat)].map((pure) => sign * expectedValue(compiled, pure));
      const others = gains(other as Strategy);
      const most = Math.max(...gains(one as Strategy).map((gain, i) => gain - (others[i] as number)));
      const found = furthest(
        compiled,
        withReach(compiled, one as Strategy),
        withReach(compiled, other as Strategy),
        seat,
      );
      expect(found).toBeCloseTo(most, 12);
    }
  });
});

describe("the band", () => {
  it.each(KNOWN_PLAYERS.map((player) => [player.name, player] as const))("holds the truth of %s", (_, player) => {
    const { covered, meanWidth } = coverage(player, band, { samples: 30, measurements: 40, draws: 60 });
    // If it covered 92 % of the time, less than 33 of 40 would come up once in 50 tries.
    expect(covered).toBeGreaterThanOrEqual(33 / 40);
    expect(meanWidth).toBeLessThan(0.8);
  });

  it("is no percentile bootstrap, which never holds the truth of an equilibrium", () => {
    const equilibrium = KNOWN_PLAYERS[1] as (typeof KNOWN_PLAYERS)[number];
    const { covered, truth, plugIn } = coverage(equilibrium, percentileBootstrap, {
      samples: 30,
      measurements: 40,
      draws: 60,
    });
    expect(truth).toBeCloseTo(0, 12);
    expect(plugIn).toBeGreaterThan(0.05);
    expect(covered).toBe(0);
  });

  it("narrows as answers come in, holds the plug-in, and is the same for the same answers", () => {
    const strategy = strategyOf(compiled, randomPolicy("player"));
    const width = (samples: number): number => {
      const counts = simulatedAnswers(strategy, samples, 0, uniforms("narrow"));
      const { plugIn, ci95, greedy } = nashConvBand(compiled, counts, { draws: 100 });
      expect(plugIn).toBeCloseTo(nashConv(compiled, shares(compiled, counts)).nashConv, 12);
      expect(ci95[0]).toBeLessThanOrEqual(plugIn);
      expect(ci95[1]).toBeGreaterThanOrEqual(plugIn);
      expect(greedy.range95[0]).toBeLessThanOrEqual(greedy.plugIn);
      expect(nashConvBand(compiled, counts, { draws: 100 }).ci95).toEqual(ci95);
      return ci95[1] - ci95[0];
    };
    const [few, many] = [width(30), width(3000)];
    expect(few / many).toBeGreaterThan(6);
    expect(few / many).toBeLessThan(16);
  });

  it("of answers that were never legal is as wide as it can be, around uniform play", () => {
    const { plugIn, ci95 } = nashConvBand(compiled, Array(12).fill([0, 0]), { draws: 100 });
    expect(plugIn).toBeCloseTo(11 / 12, 12);
    expect(ci95[1] - ci95[0]).toBeGreaterThan(1.5);
  });

  it("is of equilibrium play where nobody asked", () => {
    const rest = strategyOf(compiled, nash(kuhn));
    const none = nashConvBand(compiled, Array(12).fill(undefined), { rest, draws: 20 });
    expect(none.plugIn).toBeCloseTo(0, 12);
    expect(none.ci95[1]).toBeCloseTo(0, 12);
    // A player that folds its king to a bet loses what the king would have won.
    const king = compiled.representatives.findIndex(({ key }) => key === "K:b");
    const answers = compiled.representatives.map((_, i) => (i === king ? [1000, 0] : undefined));
    const { plugIn, ci95 } = nashConvBand(compiled, answers, { rest, draws: 100 });
    expect(plugIn).toBeGreaterThan(0.2);
    expect(ci95[0]).toBeGreaterThan(0.15);
  });

  it("takes the answers at one representative for all sets that are alike", () => {
    const leduc = compiledGame(getGame("leduc"));
    expect(leduc.representatives).toHaveLength(288);
    const counts = leduc.representatives.map(({ actions }) => actions.map(() => 10));
    const { plugIn, ci95 } = nashConvBand(leduc, counts, { draws: 5 });
    expect(plugIn).toBeCloseTo(nashConv(leduc, shares(leduc, counts)).nashConv, 12);
    expect(ci95[1]).toBeGreaterThan(plugIn);
  });

  it("of a change holds no change between two measurements of one player, and finds a large one", () => {
    const measured = (name: number, seed: string) =>
      nashConvBand(
        compiled,
        simulatedAnswers(strategyOf(compiled, KNOWN_PLAYERS[name].policy), 30, 0, uniforms(seed)),
        { draws: 100 },
      );
    const same = nashConvChange(measured(1, "a"), measured(1, "b"));
    expect(same.ci95[0]).toBeLessThanOrEqual(0);
    expect(same.ci95[1]).toBeGreaterThanOrEqual(0);
    const other = nashConvChange(measured(1, "a"), measured(0, "b"));
    expect(other.change).toBeGreaterThan(0.5);
    expect(other.ci95[0]).toBeGreaterThan(0);
  });
});
