/** Advantages of small batches, computed by hand. */
import { describe, expect, it } from "vitest";
import { learnerEpisodes, learnerSits } from "../../../src/rl/advantages/advantage.ts";
import type { Trajectories } from "../../../src/selfplay/plan.ts";
import { byCell, gamesOf, learnerDecisions, opponent, playBatch } from "../batches.ts";
import { make, type Name } from "./estimators.ts";

const half = { baselineDecay: 0.5 };
/** By episode and seat: the advantage that every one of its decisions has. */
function byEpisode(trajectories: Trajectories, name: Name): (number | undefined)[][] {
  const advantages = byCell(trajectories, ...(make(name, half).advantages([trajectories]) as [Float64Array]));
  const found: (number | undefined)[][] = Array.from({ length: trajectories.plan.episodes }, () => [
    undefined,
    undefined,
  ]);
  const decisions = learnerDecisions(trajectories);
  for (const { cell, episode, seat } of decisions) {
    const row = found[episode];
    expect([undefined, advantages[cell]]).toContain(row[seat]);
    row[seat] = advantages[cell];
  }
  return found;
}
const close = (rows: readonly (readonly (number | undefined)[])[]) =>
  rows.map((row) => row.map((x) => (x === undefined ? undefined : expect.closeTo(x, 12))));

describe("three games in self-play, returns (1, 4), (−1, 0), (2, 0), α = ½", () => {
  const games = [
    [0, 0, 1, 0],
    [2, 1, 1],
    [4, 0, 1, 1],
  ];
  const trajectories = { ...gamesOf("kuhn", games), returns: Float64Array.of(1, 4, -1, 0, 2, 0) };
  const [root2, root14] = [Math.sqrt(2), Math.sqrt(14)];

  it.each<[Name, number[][]]>([
    [
      "none",
      [
        [1, 4],
        [-1, 0],
        [2, 0],
      ],
    ],
    // First: b = 0, ½, −¼. Second: b = 0, 2, 1.
    [
      "rae",
      [
        [1, 4],
        [-1.5, -2],
        [2.25, -1],
      ],
    ],
    // The means of the games are 2½, −½, 1: b = 0, 1¼, 3/8.
    [
      "shared",
      [
        [1, 4],
        [-2.25, -1.25],
        [1.625, -0.375],
      ],
    ],
    // The means of the roles are 2/3 and 4/3 …
    [
      "group",
      [
        [1 / 3, 8 / 3],
        [-5 / 3, -4 / 3],
        [4 / 3, -4 / 3],
      ],
    ],
    // … and their standard deviations √14/3 and 4√2/3.
    [
      "group-std",
      [
        [1 / root14, root2],
        [-5 / root14, -1 / root2],
        [4 / root14, -1 / root2],
      ],
    ],
    [
      "rloo",
      [
        [0.5, 4],
        [-2.5, -2],
        [2, -2],
      ],
    ],
  ])("%s", (name, expected) => {
    expect(byEpisode(trajectories, name)).toEqual(close(expected));
  });
});

describe("four games against another, seats swapped, the learner's returns 1, 2, 3, −4, α = ½", () => {
  const games = [
    [0, 0, 1, 0],
    [0, 1, 1],
    [4, 0, 1, 1],
    [4, 1, 0],
  ];
  const returns = Float64Array.of(1, 90, 80, 2, 3, 70, 60, -4);
  const trajectories = { ...gamesOf("kuhn", games, { opponent }), returns };

  it.each<[Name, number[]]>([
    ["none", [1, 2, 3, -4]],
    // First: b = 0, ½. Second: b = 0, 1.
    ["rae", [1, 2, 2.5, -5]],
    // b = 0, ½, 1¼, 2⅛.
    ["shared", [1, 1.5, 1.75, -6.125]],
    // The means are 2 and −1, the standard deviations 1 and 3.
    ["group", [-1, 3, 1, -3]],
    ["group-std", [-1, 1, 1, -1]],
    ["rloo", [-2, 6, 2, -6]],
  ])("%s", (name, [a, b, c, d]) => {
    expect(byEpisode(trajectories, name)).toEqual(
      close([
        [a, undefined],
        [undefined, b],
        [c, undefined],
        [undefined, d],
      ]),
    );
  });
});

it("infoset: three times the jack to open, twice the king after a check, the others alone", () => {
  // Deals: 0 is J against Q, 1 J against K, 3 Q against K. Returns of the first: −2, −1, 1, −2.
  const games = [
    [0, 1, 1],
    [1, 0, 1, 0],
    [1, 1, 0],
    [3, 0, 1, 1],
  ];
  const trajectories = gamesOf("kuhn", games);
  const advantages = byCell(trajectories, ...(make("infoset").advantages([trajectories]) as [Float64Array]));
  const found = learnerDecisions(trajectories).map(({ episode, cell, infoset }) => [
    `${episode} ${infoset.key}`,
    expect.closeTo(advantages[cell], 12),
  ]);
  expect([
    // −2 − mean(−1, 1); alone, 2 less the mean of the second's other games, (1 − 1 + 2) / 3.
    ["0 J:", -2],
    ["0 Q:b", 4 / 3],
    // −1 − mean(−2, 1); 1 − 2; alone, −1 − (−2 + 1 − 2) / 3.
    ["1 J:", -0.5],
    ["1 K:k", -1],
    ["1 J:kb", 0],
    // 1 − mean(−2, −1); alone, −1 − (2 + 1 + 2) / 3.
    ["2 J:", 2.5],
    ["2 K:b", -8 / 3],
    // Alone, −2 − (−2 − 1 + 1) / 3; 2 − 1; as before.
    ["3 Q:", -4 / 3],
    ["3 K:k", 1],
    ["3 Q:kb", -4 / 3],
  ]).toEqual(found);
});

it("rae settles near the mean return of a role that gains on average", () => {
  const estimator = make("rae", { baselineDecay: 0.95 });
  const constant = { ...playBatch("kuhn", 400, 5), returns: new Float64Array(800).map((_, i) => (i % 2 ? -1 : 1)) };
  estimator.advantages([constant]);
  expect(estimator.save().numbers["kuhn/first"]).toBeCloseTo(1, 6);
  expect(estimator.save().numbers["kuhn/second"]).toBeCloseTo(-1, 6);
});

it("shared is no baseline at all in self-play, where what one gains the other loses", () => {
  const trajectories = playBatch("kuhn", 50, 5);
  expect(make("shared").advantages([trajectories])).toEqual(make("none").advantages([trajectories]));
  const against = playBatch("kuhn", 50, 5, { opponent });
  expect(make("shared").advantages([against])).not.toEqual(make("none").advantages([against]));
});

it.each([
  ["self-play", {}, false],
  ["against another, seats swapped", { opponent }, true],
  ["against another, seats kept", { opponent }, false],
])("the learner's episodes by seat: %s", (_, shape, paired) => {
  const played = playBatch("kuhn", 7, 5, shape);
  const trajectories = { ...played, plan: { ...played.plan, paired } };
  for (const seat of [0, 1]) {
    const { first, step } = learnerEpisodes(trajectories.plan, seat);
    const found: number[] = [];
    for (let episode = first; episode < 7; episode += step) found.push(episode);
    expect(found).toEqual([0, 1, 2, 3, 4, 5, 6].filter((episode) => learnerSits(trajectories, episode, seat)));
  }
});
