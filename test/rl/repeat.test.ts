/** Every estimator, loss, magnet and opponent: the same bytes from the same seed, and from where a run was interrupted. */
import { describe, expect, it } from "vitest";
import { getGame } from "../../src/games/registry.ts";
import { startBackend } from "../../src/nn/backend.ts";
import { tf } from "../../src/nn/tf.ts";
import type { TrainSettings } from "../../src/rl/settings.ts";
import { type Snapshot, train } from "../../src/rl/train.ts";
import { UserError } from "../../src/util/errors.ts";
import { onTensors, recorder, smallRun } from "../helpers.ts";
import { bytesOf, throughFiles } from "../run/checkpoints.ts";
import { names } from "./advantages/estimators.ts";

await startBackend("kernels");

const UPDATES = 14;

function settingsOf(rl: Partial<TrainSettings["rl"]>, seed = 1): TrainSettings {
  const base = smallRun(
    [
      [getGame("kuhn"), 24],
      [getGame("ttt"), 4],
    ],
    UPDATES,
    seed,
  );
  return {
    ...base,
    nn: { policy: "mlp", hidden: [8], outputScale: 0.5 },
    rl: {
      ...base.rl,
      critic: { lambda: 0.9, learningRate: 0.01, hidden: [8] },
      magnet: { kind: "averaged", coefficient: 0.5, every: 3 },
      pool: { every: 3, size: 2, sampling: "winrate" },
      ...rl,
    },
    run: { logEvery: 1, evaluateEvery: 100, checkpointEvery: 4, keepEpisodes: 2 },
  };
}

interface Run {
  readonly bytes: { readonly metrics: string; readonly episodes: string; readonly snapshots: readonly string[] };
  readonly last: Snapshot;
}

/** All that a run hands out, as text. */
async function run(settings: TrainSettings, stopAt?: number, resume?: Snapshot): Promise<Run> {
  const { hooks, metrics, episodes, snapshots } = recorder(undefined, stopAt);
  await train(settings, hooks, resume);
  const bytes = {
    metrics: metrics.map((row) => `${JSON.stringify(row)}\n`).join(""),
    episodes: episodes.map((row) => `${JSON.stringify(row)}\n`).join(""),
    snapshots: snapshots.map((snapshot) => bytesOf(snapshot, settings)),
  };
  return { bytes, last: snapshots.at(-1) as Snapshot };
}

const variants: Readonly<Record<string, Partial<TrainSettings["rl"]>>> = {
  ...Object.fromEntries(names.map((advantage) => [advantage, { advantage }])),
  ppo: { loss: "ppo" },
  explorers: { explorers: { share: 0.5, exploration: 0.3, after: 6 } },
  "no magnet": { magnet: { kind: "none", coefficient: 0.5, every: 3 } },
  "magnet uniform": { magnet: { kind: "uniform", coefficient: 0.5, every: 3 } },
  random: { opponents: "random" },
  pool: { opponents: "pool" },
  mixture: { opponents: "self=0.5,pool=0.25,nash=0.25" },
  "critic, ppo, pool": { advantage: "critic", loss: "ppo", opponents: "self=0.5,pool=0.5" },
  mirror: { rule: "mirror" },
  "mirror, pool": { rule: "mirror", opponents: "self=0.5,pool=0.5" },
  "shared, ppo, pool": { advantage: "shared", loss: "ppo", opponents: "self=0.5,pool=0.5" },
};

describe("the same seed", () => {
  const models = new Map<string, string>();
  it.each(Object.entries(variants))("gives the same bytes: %s", async (name, rl) => {
    const [first, second] = [await run(settingsOf(rl)), await run(settingsOf(rl))];
    expect(second.bytes).toEqual(first.bytes);
    expect(first.bytes.snapshots.length).toBe(4);
    const other = await run(settingsOf(rl, 2), 2);
    expect(first.bytes.metrics.startsWith(other.bytes.metrics)).toBe(false);
    models.set(name, String(first.last.learner.averaged.flatMap(({ values }) => [...values])));
  });

  it("and another setting give another policy, but for `shared` in self-play, which is `none`", () => {
    expect(models.size).toBe(Object.keys(variants).length);
    expect(models.get("shared")).toBe(models.get("none"));
    expect(new Set(models.values()).size).toBe(models.size - 1);
  });
});

it("explorers change nothing before they come", async () => {
  const [without, some] = [await run(settingsOf({})), await run(settingsOf(variants.explorers ?? {}))];
  // After updates 4, 8, 12 and 14.
  expect(some.bytes.snapshots[0]).toBe(without.bytes.snapshots[0]);
  expect(some.bytes.snapshots[1]).not.toBe(without.bytes.snapshots[1]);
});

it("with inverse-time decay a run is the beginning of a longer one", async () => {
  const settings = settingsOf({ rule: "mirror", decay: "inverse-time", halfLife: 5 });
  const [short, long] = [await run({ ...settings, updates: 8 }), await run({ ...settings, updates: 12 })];
  expect(long.bytes.snapshots[1]).toBe(short.bytes.snapshots[1]);
  expect(long.bytes.episodes.startsWith(short.bytes.episodes)).toBe(true);
  const linear = { ...settings, rl: { ...settings.rl, decay: "linear" } } as const;
  expect((await run(linear)).bytes.snapshots[1]).not.toBe(short.bytes.snapshots[1]);
});

describe("a run that was interrupted", () => {
  it.each([
    ["rae", "pg", "pool", "averaged"],
    ["shared", "pg", "self=0.5,pool=0.5", "uniform"],
    ["critic", "ppo", "self=0.5,pool=0.5", "averaged"],
    ["critic", "pg", "pool", "none"],
    ["infoset", "ppo", "self=0.5,pool=0.25,random=0.25", "averaged"],
  ] as const)("goes on to the byte: %s, %s, %s, magnet %s", async (advantage, loss, opponents, kind) => {
    await expectGoesOn(settingsOf({ advantage, loss, opponents, magnet: { kind, coefficient: 0.5, every: 3 } }));
  });

  it.each(["self", "self=0.5,pool=0.25,random=0.25"])("goes on to the byte: mirror, %s", async (opponents) => {
    await expectGoesOn(settingsOf({ rule: "mirror", opponents }));
  });

  it("goes on to the byte: explorers, and no set length", async () => {
    const settings = settingsOf({ explorers: { share: 0.5, exploration: 0.3, after: 6 }, halfLife: 5 });
    await expectGoesOn(settings);
    const open = { ...settings, updates: 0 };
    const first = await run(open, 5);
    const second = await run(open, 13, throughFiles(first.last, open));
    const whole = await run(open, 13);
    expect(first.bytes.metrics + second.bytes.metrics).toBe(whole.bytes.metrics);
    expect(bytesOf(second.last, open)).toBe(bytesOf(whole.last, open));
  });

  async function expectGoesOn(settings: TrainSettings): Promise<void> {
    const whole = await run(settings);
    const parts: Run[] = [];
    // The pool is full at 3 and loses a member at 6, 9 and 12.
    for (const stop of [1, 5, 8, 13, undefined]) {
      const last = parts.at(-1)?.last;
      parts.push(await run(settings, stop, last && throughFiles(last, settings)));
    }
    expect(parts.map(({ bytes }) => bytes.metrics).join("")).toBe(whole.bytes.metrics);
    expect(parts.map(({ bytes }) => bytes.episodes).join("")).toBe(whole.bytes.episodes);
    expect(bytesOf((parts.at(-1) as Run).last, settings)).toBe(bytesOf(whole.last, settings));
  }
});

it("decisions are the learner's alone, episodes everyone's", async () => {
  const settings = settingsOf({ opponents: "random" });
  const { hooks, metrics, episodes } = recorder();
  await train({ ...settings, run: { ...settings.run, keepEpisodes: "all" } }, hooks);
  let own = 0;
  for (const { game: id, players, actions } of episodes) {
    const game = getGame(id);
    expect([...players].sort()).toEqual(["learner", "random"]);
    let state = game.initial();
    for (const action of actions) {
      const turn = game.turn(state);
      if (turn.kind === "player" && players[turn.player] === "learner") own++;
      state = game.apply(state, action);
    }
  }
  expect(metrics.at(-1)).toMatchObject({ episodes: UPDATES * (24 + 4), decisions: own });
  expect(episodes.length).toBe(UPDATES * (24 + 4));
});

describe("a loss that is not a number", () => {
  it.each([
    ["rae", "pg"],
    ["critic", "ppo"],
  ] as const)("stops %s with %s at once, and says of which update", async (advantage, loss) => {
    await onTensors();
    const before = [tf.memory().numTensors, tf.backend().numDataIds()];
    const { hooks, metrics, snapshots } = recorder();
    const rates = { start: 1e30, end: 1e30 };
    const settings = settingsOf({ advantage, loss, learningRate: rates, opponents: "self=0.5,pool=0.5" });
    const failure = await train({ ...settings, run: { ...settings.run, checkpointEvery: 1 } }, hooks).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(UserError);
    const { exitCode, problems } = failure as UserError;
    const update = (snapshots.at(-1)?.update ?? 0) + 1;
    expect(exitCode).toBe(1);
    expect(problems).toEqual([
      expect.stringMatching(`^Training diverged: the loss of update ${update} is not a number`),
    ]);
    expect(update).toBeLessThan(4);
    expect(metrics.at(-1)?.update).toBe(update - 1);
    expect([tf.memory().numTensors, tf.backend().numDataIds()]).toEqual(before);
  });
});
