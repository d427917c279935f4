/** What several tests share: policies at random, a statistic, a small training run that is recorded. */
import { onTestFinished } from "vitest";
import type { Game } from "../src/games/game.ts";
import { GameGraph, type Infoset } from "../src/graph/game-graph.ts";
import { startBackend } from "../src/nn/backend.ts";
import type { Distribution, Policy } from "../src/policies/policy.ts";
import type { Episode } from "../src/record/episode.ts";
import type { TrainSettings } from "../src/rl/settings.ts";
import type { MetricsRow, Snapshot, TrainHooks } from "../src/rl/train.ts";
import { uniformAt } from "../src/util/rng.ts";

/** The graph of a game, every state of it visited. */
export function wholeGraph(game: Game): GameGraph {
  const graph = new GameGraph(game);
  graph.expand(20_000);
  return graph;
}

/**
 * A policy with no pattern: some distributions nearly uniform, some nearly pure, about a quarter of the actions never
 * played. A function of (seed, player, key), whatever is asked in what order.
 */
export function randomPolicy(seed: number | string): Policy {
  return { name: `random-${seed}`, distributions: (infosets) => infosets.map((set) => randomDistribution(seed, set)) };
}

export function randomDistribution(
  seed: number | string,
  { player, key, actions }: Pick<Infoset, "player" | "key" | "actions">,
): Distribution {
  const stream = hashOf(`${seed}|${player}|${key}`);
  const power = 1 + 8 * uniformAt(stream, 0, 0);
  const certain = Math.floor(uniformAt(stream, 0, 1) * actions.length);
  const weights = new Float64Array(actions.length);
  let sum = 0;
  for (let slot = 0; slot < weights.length; slot++) {
    const isPlayed = slot === certain || uniformAt(stream, 1, slot) >= 0.25;
    const weight = isPlayed ? (0.02 + uniformAt(stream, 2, slot)) ** power : 0;
    weights[slot] = weight;
    sum += weight;
  }
  return weights.map((w) => w / sum);
}

/** The 32-bit FNV-1a hash of a text, which names a stream of random numbers in far less time than `Rng` does. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

/** How far observed counts lie from the expected ones, in standard deviations of a normal (Wilson and Hilferty's cube root). */
export function chiSquaredZ(counts: ArrayLike<number>, expected: ArrayLike<number>): number {
  let statistic = 0;
  let freedom = -1;
  for (let i = 0; i < counts.length; i++) {
    const e = expected[i] as number;
    if (e === 0 && counts[i] === 0) continue;
    statistic += ((counts[i] as number) - e) ** 2 / e;
    freedom++;
  }
  if (freedom < 1) return statistic > 0 ? Number.POSITIVE_INFINITY : 0;
  const spread = 2 / (9 * freedom);
  return (Math.cbrt(statistic / freedom) - (1 - spread)) / Math.sqrt(spread);
}

/** Settings of a run of a second or so; what a test is about it overrides. */
export function smallRun(games: readonly (readonly [Game, number])[], updates: number, seed = 1): TrainSettings {
  return {
    seed,
    updates,
    games: games.map(([game, episodes]) => ({ game, episodes })),
    nn: { policy: "mlp", hidden: [32, 32], outputScale: 0.01 },
    rl: {
      rule: "spiral",
      decay: "linear",
      halfLife: 200,
      explorers: { share: 0, exploration: 0.1, after: 0 },
      exploration: 0.2,
      mirror: {
        stepSize: 2,
        floor: 0.006,
        steps: 8,
        minibatches: 4,
        critic: { hidden: [32], learningRate: { start: 0.003, end: 0.0003 }, steps: 2, after: 5 },
      },
      advantage: "rae",
      baselineDecay: 0.95,
      loss: "pg",
      learningRate: { start: 0.01, end: 0.0001 },
      adam: { beta1: 0, beta2: 0.999, epsilon: 1e-8 },
      critic: { lambda: 0.95, learningRate: 0.003, hidden: [32] },
      ppo: { clip: 0.2, epochs: 2, minibatches: 2 },
      opponents: "self",
      pool: { every: 10, size: 3, sampling: "uniform" },
      magnet: { kind: "averaged", coefficient: 0.5, every: Math.max(1, Math.floor(updates / 12)) },
      averaging: 0.95,
      entropy: { start: 0.1, end: 0.05 },
    },
    weights: {
      kuhn: { entropy: 0, magnet: 0.4 },
      ttt: { entropy: 1, magnet: 1 },
      negotiation: { entropy: 0.3, magnet: 1 },
    },
    run: { logEvery: 10, evaluateEvery: 20, checkpointEvery: 1_000_000, keepEpisodes: 2 },
  };
}

export interface Recorded {
  readonly metrics: MetricsRow[];
  readonly episodes: Episode[];
  readonly snapshots: Snapshot[];
  readonly hooks: TrainHooks;
}

/** Hooks that keep all they are handed; `stopAt` interrupts after that update. */
export function recorder(
  evaluate: (policy: Policy) => Record<string, unknown> = () => ({}),
  stopAt = Number.POSITIVE_INFINITY,
): Recorded {
  const metrics: MetricsRow[] = [];
  const episodes: Episode[] = [];
  const snapshots: Snapshot[] = [];
  return {
    metrics,
    episodes,
    snapshots,
    hooks: {
      evaluate,
      metrics: (row) => void metrics.push(row),
      episodes: (kept) => void episodes.push(...kept),
      checkpoint: (snapshot) => void snapshots.push(snapshot),
      progress: (update) => update >= stopAt,
    },
  };
}

/** The rest of a test computes on TensorFlow.js, whose tensors can be counted; its file computes on our kernels, which are quicker. */
export async function onTensors(): Promise<void> {
  await startBackend("wasm");
  onTestFinished(() => startBackend("kernels").then(() => {}));
}
