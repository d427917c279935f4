/** A small run, written as `spiral train` writes one: every file of it, with a critic and a pool. */
import { toFiles } from "../../src/cli/open/checkpoint-contents.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { Config } from "../../src/config/schema.ts";
import type { Game } from "../../src/games/game.ts";
import { getGame } from "../../src/games/registry.ts";
import type { TensorShape, WeightArray } from "../../src/nn/weights.ts";
import { kind } from "../../src/policies/features/mlp.ts";
import { formatEpisode } from "../../src/record/episode.ts";
import { estimatorTensors } from "../../src/rl/advantages/registry.ts";
import type { Snapshot } from "../../src/rl/train.ts";
import { createRun } from "../../src/run/run.ts";
import { Rng } from "../../src/util/rng.ts";
import { randomEpisodes } from "./sample-games.ts";

export interface SampleRun {
  readonly dir: string;
  readonly name: string;
  readonly config: Config;
  readonly games: readonly Game[];
  /** The last checkpoint's. */
  readonly files: ReturnType<typeof toFiles>;
}

const UPDATES = 20;

export function sampleRun(parent: string): SampleRun {
  const sets = ["games=kuhn,ttt", "nn.hidden=5,3", "rl.advantage=critic", "rl.critic.hidden=4", `run.dir=${parent}`];
  const { config } = loadConfig({ sets: [...sets, `updates=${UPDATES}`, "rl.opponents=self=0.5,pool=0.5"] });
  const games = config.games.map(getGame);
  const writer = createRun({ config, name: "sample", argv: ["train"], backend: "js" });
  let files = toFiles(snapshot(config, games, 0), { games });
  for (let update = 0; update <= UPDATES; update += 10) {
    const evaluation = { kuhn: { nashConv: 1 / (update + 1), greedyNashConv: 1 }, ttt: { meanReturnVsRandom: 0.5 } };
    const learned =
      update === 0 ? {} : { loss: 0.25, entropy: { kuhn: 0.5, ttt: 1.5 }, baselines: { "critic.steps": 7 } };
    writer.metrics({ update, episodes: 64 * update, decisions: 200 * update, ...learned, evaluation, seconds: update });
    writer.episodes(randomEpisodes(["kuhn", "ttt"], 4, update).map(formatEpisode));
    writer.evaluation(update, { update, games: evaluation });
    files = toFiles(snapshot(config, games, update), { games });
    if (update > 0) writer.checkpoint(update, files.files, files.state);
  }
  writer.finish("finished");
  return { dir: writer.dir, name: writer.name, config, games, files };
}

function snapshot({ nn, rl }: Config, games: readonly Game[], update: number): Snapshot {
  const model = kind.model(nn, games);
  const rng = new Rng("sample").fork("update", update);
  const arrays = (tensors: readonly TensorShape[]): WeightArray[] =>
    tensors.map((tensor) => ({
      ...tensor,
      values: Float32Array.from({ length: tensor.shape.reduce((a, b) => a * b, 1) }, () => rng.normal()),
    }));
  return {
    update,
    learner: {
      weights: arrays(model.tensors),
      averaged: arrays(model.tensors),
      magnet: arrays(model.tensors),
      optimizer: { arrays: arrays(model.optimizerTensors(rl.adam)), steps: update },
    },
    estimator: { numbers: { "critic.steps": update }, arrays: arrays(estimatorTensors("critic", rl, games)) },
    pool: [{ update: 5, score: 0.5, weights: arrays(model.tensors) }],
    episodes: 64 * update,
    decisions: 200 * update,
  };
}
