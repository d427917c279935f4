/** The advantages in a report are those that the estimators gave: the estimators themselves are asked about the same games. */
import { describe, expect, it } from "vitest";
import { kuhn } from "../../src/games/kuhn.ts";
import { GameGraph } from "../../src/graph/game-graph.ts";
import { advantagesOf } from "../../src/page/advantages.ts";
import type { Episode } from "../../src/record/episode.ts";
import type { AdvantageEstimator } from "../../src/rl/advantages/advantage.ts";
import { rae } from "../../src/rl/advantages/rae.ts";
import { shared } from "../../src/rl/advantages/shared.ts";
import { recordedTrajectories } from "../../src/selfplay/recorded.ts";

const DECAY = 0.9;
/** Deals, then passes (0) and bets (1). Every game has decisions of both seats. */
const GAMES = [
  { actions: [5, 1, 1], returns: [2, -2] },
  { actions: [1, 0, 1, 0], returns: [-1, 1] },
  { actions: [0, 0, 0], returns: [-1, 1] },
  { actions: [4, 1, 0], returns: [1, -1] },
] as const;
const BASELINES = { "kuhn/first": 0.25, "kuhn/second": -0.5, kuhn: 0.125 };
const line = { update: 7, episodes: 8, seconds: 1, baselines: BASELINES };

const episodes = (update: number, players: Episode["players"] = ["learner", "learner"]): Episode[] =>
  GAMES.map(({ actions, returns }, index) => ({ game: "kuhn", version: 1, update, index, players, actions, returns }));

const settings = (advantage: "rae" | "shared" | "none" | "group", rule: "spiral" | "mirror" = "spiral") => ({
  ...{ rule, advantage, baselineDecay: DECAY },
});

/** By game, those of the decisions of seat 0 and of seat 1: the first decision of each. */
function given(estimator: AdvantageEstimator): number[][] {
  estimator.restore({ numbers: BASELINES, arrays: [] });
  const graph = new GameGraph(kuhn);
  const games = GAMES.map(({ actions }) => ({ actions, opening: 0 }));
  const [all] = estimator.advantages([recordedTrajectories(graph, "learner", games)]);
  let at = 0;
  return GAMES.map(({ actions }) => {
    const own = [...(all?.subarray(at, at + actions.length - 1) ?? [])];
    at += actions.length - 1;
    return own.slice(0, 2);
  });
}

describe("the advantages of logged games", () => {
  it.each([
    ["rae", rae({ baselineDecay: DECAY })],
    ["shared", shared({ baselineDecay: DECAY })],
  ] as const)("are those of %s", (name, estimator) => {
    const of = advantagesOf(settings(name), [line]);
    const found = episodes(7).map((episode) => of(episode).advantages);
    const expected = given(estimator);
    expect(found.flat()).toHaveLength(8);
    found.flat().forEach((advantage, i) => {
      expect(advantage).toBeCloseTo(expected.flat()[i] ?? Number.NaN, 6);
    });
    expect(new Set(found.flat()).size).toBeGreaterThan(4);
  });

  it("are the returns where there is no baseline", () => {
    const of = advantagesOf(settings("none"), [{ ...line, baselines: {} }]);
    expect(episodes(7).map((episode) => of(episode).advantages)).toEqual(GAMES.map(({ returns }) => returns));
  });

  it("are of the learner alone", () => {
    const of = advantagesOf(settings("rae"), [line]);
    const [first, second] = episodes(7, ["pool@3", "learner"]);
    expect(of(first as Episode).advantages).toEqual([null, -1.5]);
    // −0.5 · 0.9 − 2 · 0.1 = −0.65; the first role's baseline has not moved.
    expect(of(second as Episode).advantages).toEqual([null, 1.65]);
    expect(of({ ...(second as Episode), index: 2, players: ["learner", "pool@3"] }).advantages).toEqual([-1.25, null]);
  });

  it.each([
    ["an update without a line of metrics", "rae", [line], 8],
    ["an update that learned from an expert", "rae", [{ ...line, demonstrations: true }], 7],
    ["a line without baselines", "rae", [{ update: 7, episodes: 8, seconds: 1 }], 7],
    ["an estimator that looks at the whole batch", "group", [line], 7],
  ] as const)("are not known for %s", (_, advantage, lines, update) => {
    const of = advantagesOf(settings(advantage), lines);
    expect(episodes(update).map((episode) => of(episode))).toEqual([{}, {}, {}, {}]);
  });

  it("are not known for mirror descent, nor after a game that is missing, nor for the next opponent", () => {
    expect(advantagesOf(settings("rae", "mirror"), [line])(episodes(7)[0] as Episode)).toEqual({});
    const [zero, one, two, three] = episodes(7) as [Episode, Episode, Episode, Episode];
    const gap = advantagesOf(settings("rae"), [line]);
    expect([zero, two, three].map((episode) => gap(episode).advantages !== undefined)).toEqual([true, false, false]);
    const next = advantagesOf(settings("rae"), [line]);
    expect([zero, one, zero, one].map((episode) => next(episode).advantages !== undefined)).toEqual([
      ...[true, true, false, false],
    ]);
  });
});
