/** The training loop gives the same bytes from the same seed, and after an interruption at any update. */
import assert from "node:assert/strict";
import { beforeAll, describe, expect, it } from "vitest";
import { evaluateExactly } from "../../src/exact/nash-conv.ts";
import { getGame } from "../../src/games/registry.ts";
import { startBackend } from "../../src/nn/backend.ts";
import { tf } from "../../src/nn/tf.ts";
import type { Policy } from "../../src/policies/policy.ts";
import { verifyEpisode } from "../../src/record/verify.ts";
import { type Snapshot, train } from "../../src/rl/train.ts";
import { onTensors, type Recorded, recorder, smallRun } from "../helpers.ts";
import { throughFiles } from "../run/checkpoints.ts";

beforeAll(() => startBackend("kernels"));

const UPDATES = 30;
const games = ["kuhn", "ttt"].map(getGame);
const settingsOf = (seed = 1) => ({
  ...smallRun(
    [
      [getGame("kuhn"), 96],
      [getGame("ttt"), 24],
    ],
    UPDATES,
    seed,
  ),
  run: { logEvery: 4, evaluateEvery: 10, checkpointEvery: 8, keepEpisodes: 3 },
});
const measure = (policy: Policy) =>
  Object.fromEntries(games.map((game) => [game.id, evaluateExactly(game, policy)?.nashConv]));

async function run(seed = 1, stopAt?: number, resume?: Snapshot): Promise<Recorded & { last: number }> {
  const recorded = recorder(measure, stopAt);
  const last = await train(settingsOf(seed), recorded.hooks, resume);
  return { ...recorded, last };
}

/** The run that the others are held against; played once. */
let reference: ReturnType<typeof run> | undefined;
const uninterrupted = () => {
  reference ??= run();
  return reference;
};

const compare = ({ metrics, episodes, snapshots }: Recorded) => ({ metrics, episodes, final: snapshots.at(-1) });

describe("a run", () => {
  it("is the same twice, and another from another seed", async () => {
    const first = await uninterrupted();
    assert.deepEqual(compare(await run()), compare(first));
    const other = await run(2);
    expect(other.episodes).not.toEqual(first.episodes);
    expect(other.snapshots.at(-1)?.learner.averaged).not.toEqual(first.snapshots.at(-1)?.learner.averaged);
    expect(other.metrics.at(-1)?.loss).not.toBe(first.metrics.at(-1)?.loss);
  });

  it("reports what it was told to, when it was told to", async () => {
    const { metrics, episodes, snapshots, last } = await uninterrupted();
    expect(last).toBe(UPDATES);
    expect(metrics.map(({ update }) => update)).toEqual([0, 4, 8, 10, 12, 16, 20, 24, 28, 30]);
    const evaluated = metrics.filter((row) => "kuhn" in row);
    expect(evaluated.map(({ update }) => update)).toEqual([0, 10, 20, 30]);
    expect(snapshots.map(({ update }) => update)).toEqual([8, 16, 24, 30]);
    expect(episodes.length).toBe(UPDATES * 2 * 3);
    for (const episode of episodes) assert.equal(verifyEpisode(episode), undefined);
    expect(new Set(episodes.map(({ update }) => update)).size).toBe(UPDATES);
    const final = metrics.at(-1);
    expect(final?.episodes).toBe(UPDATES * (96 + 24));
    // Kuhn has 2 or 3 decisions, tic-tac-toe 5 to 9.
    expect(final?.decisions as number).toBeGreaterThan(UPDATES * (96 * 2 + 24 * 5));
    expect(final?.decisions as number).toBeLessThan(UPDATES * (96 * 3 + 24 * 9));
    expect(Object.keys(snapshots.at(-1)?.estimator.numbers ?? {}).sort()).toEqual(
      ["kuhn/first", "kuhn/second", "ttt/O", "ttt/X"].sort(),
    );
    for (const entropy of Object.values(metrics[1]?.entropy as Record<string, number>)) {
      expect(entropy > 0 && entropy < Math.log(9)).toBe(true);
    }
  });

  it("first measures the policy that it starts with, which is near uniform", async () => {
    const { metrics } = await uninterrupted();
    expect(metrics[0]?.kuhn as number).toBeCloseTo(11 / 12, 1);
    expect(metrics[0]?.ttt as number).toBeCloseTo(1.92, 1);
  });

  it("plays other games in every update", async () => {
    const { episodes } = await uninterrupted();
    const deals = episodes.filter(({ game }) => game === "kuhn").map(({ actions }) => actions[0]);
    const perUpdate = Array.from({ length: UPDATES }, (_, u) => String(deals.slice(u * 3, u * 3 + 3)));
    expect(new Set(perUpdate).size).toBeGreaterThan(20);
  });
});

describe("a run that was interrupted", () => {
  it.each([[1], [7], [8], [29], [3, 11, 12, 28]])(
    "goes on as if it had not been, after %s",
    async (...stops: number[]) => {
      const whole = compare(await uninterrupted());
      const parts: Recorded[] = [];
      let snapshot: Snapshot | undefined;
      for (const stop of [...stops, undefined]) {
        const part = await run(1, stop, snapshot && throughFiles(snapshot, settingsOf()));
        expect(part.last).toBe(stop ?? UPDATES);
        expect(part.snapshots.at(-1)?.update).toBe(part.last);
        snapshot = part.snapshots.at(-1);
        parts.push(part);
      }
      const metrics = parts.flatMap((part) => part.metrics);
      const episodes = parts.flatMap((part) => part.episodes);
      assert.deepEqual({ metrics, episodes, final: snapshot }, whole);
    },
  );

  it("says which checkpoints were due, and which were for the interruption alone", async () => {
    const due: [number, boolean][] = [];
    for (const stop of [8, 9]) {
      const { hooks } = recorder(undefined, stop);
      await train(settingsOf(), { ...hooks, checkpoint: (s, isDue) => void due.push([s.update, isDue]) });
    }
    expect(due).toEqual([
      [8, true],
      [8, true],
      [9, false],
    ]);
  });

  it("and is over has nothing more to do", async () => {
    const { snapshots } = await uninterrupted();
    const again = await run(1, undefined, snapshots.at(-1));
    expect([again.last, again.metrics, again.snapshots]).toEqual([UPDATES, [], []]);
  });
});

it("a run that cannot begin leaves no tensors", async () => {
  await onTensors();
  const before = [tf.memory().numTensors, tf.backend().numDataIds()];
  const settings = smallRun([[getGame("negotiation-private"), 4]], 1);
  const impossible = { ...settings, rl: { ...settings.rl, opponents: "nash" } };
  await expect(train(impossible, recorder().hooks)).rejects.toThrow("too many states");
  expect([tf.memory().numTensors, tf.backend().numDataIds()]).toEqual(before);
});

it("a run leaves no tensors, not even one that fails half way", async () => {
  await onTensors();
  const before = [tf.memory().numTensors, tf.backend().numDataIds()];
  const { hooks } = recorder();
  const failing = {
    ...hooks,
    progress: (): boolean => {
      throw new Error("disk full");
    },
  };
  await expect(train(settingsOf(), failing)).rejects.toThrow("disk full");
  expect([tf.memory().numTensors, tf.backend().numDataIds()]).toEqual(before);
});
