/** The figures of a batch in the metrics: returns by role and the distance to the magnet. */
import { beforeAll, expect, it } from "vitest";
import { getGame } from "../../src/games/registry.ts";
import { GameGraph } from "../../src/graph/game-graph.ts";
import { startBackend } from "../../src/nn/backend.ts";
import { klToMagnet, meanKl } from "../../src/rl/losses/magnet.ts";
import { train } from "../../src/rl/train.ts";
import { recorder, smallRun } from "../helpers.ts";

beforeAll(() => startBackend("kernels"));

const EPISODES = 24;
const settings = (rl: object) => {
  const run = smallRun([[getGame("kuhn"), EPISODES]], 6, 1);
  return { ...run, rl: { ...run.rl, ...rl }, run: { ...run.run, logEvery: 1, keepEpisodes: EPISODES } };
};
async function metricsOf(rl: object) {
  const recorded = recorder(() => ({}));
  await train(settings(rl), recorded.hooks);
  const rows = recorded.metrics.slice(1) as { update: number; returns: Record<string, number>; magnetKl: object }[];
  return { rows, episodes: recorded.episodes };
}

it.each(["spiral", "mirror"] as const)("%s: returns are those of the batch's games", async (rule) => {
  const { rows, episodes } = await metricsOf({ rule });
  expect(rows).toHaveLength(6);
  for (const { update, returns } of rows) {
    const played = episodes.filter((episode) => episode.update === update);
    expect(played).toHaveLength(EPISODES);
    const mean = (seat: number): number => played.reduce((sum, one) => sum + (one.returns[seat] ?? 0), 0) / EPISODES;
    expect(returns["kuhn/first"]).toBeCloseTo(mean(0), 12);
    expect(returns["kuhn/second"]).toBeCloseTo(mean(1), 12);
  }
});

it("the magnet is where the learner begins, and it moves away from it; without a magnet there is no distance", async () => {
  const every = 100;
  const { rows } = await metricsOf({ rule: "spiral", magnet: { kind: "averaged", coefficient: 0.1, every } });
  const distances = rows.map(({ magnetKl }) => (magnetKl as { kuhn: number }).kuhn);
  expect(distances[0]).toBeCloseTo(0, 6);
  for (const distance of distances.slice(1)) expect(distance).toBeGreaterThan(1e-6);
  const none = await metricsOf({ rule: "spiral", magnet: { kind: "none", coefficient: 0.1, every } });
  for (const { magnetKl } of none.rows) expect(magnetKl).toEqual({});
});

it("the distance is the mean over decisions by game, and the loss of the magnet without weights", () => {
  const infosetOf = (id: string) => {
    const graph = new GameGraph(getGame(id));
    const game = getGame(id);
    const dealt = game.apply(game.initial(), 5);
    return graph.node(dealt).infoset as NonNullable<ReturnType<GameGraph["node"]>["infoset"]>;
  };
  const kuhn = infosetOf("kuhn");
  const rows = [
    { infoset: kuhn, visits: 0.25 },
    { infoset: kuhn, visits: 0.75 },
  ];
  const policy = Float64Array.of(0.5, 0.5, 1, 0);
  const magnet = Float64Array.of(0.25, 0.75, 0.5, 0.5).map(Math.log);
  const logPolicy = policy.map((p) => Math.log(Math.max(p, 1e-300)));
  const expected = 0.25 * (0.5 * Math.log(2) + 0.5 * Math.log(2 / 3)) + 0.75 * Math.log(2);
  expect(meanKl(rows, policy, logPolicy, magnet).kuhn).toBeCloseTo(expected, 12);
  const magnetWeights = Float64Array.of(0.25, 0.25, 0.75, 0.75);
  const at = { policy, logPolicy, starts: Int32Array.of(0, 2, 4) };
  const loss = klToMagnet({ coefficient: 1 })(at, { magnetWeights, magnetLogPolicy: magnet }, new Float64Array(4));
  expect(loss).toBeCloseTo(expected, 12);
});
