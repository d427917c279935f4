/** Between what the trainer hands over and what a checkpoint's files hold; and from there to a policy that plays. */
import { opponentNames } from "../../config/check.ts";
import type { Config } from "../../config/schema.ts";
import type { Game } from "../../games/game.ts";
import { getGame } from "../../games/registry.ts";
import { Mlp, type WeightArray } from "../../nn/mlp.ts";
import { decodeSafetensors, encodeSafetensors } from "../../nn/safetensors.ts";
import { parseOpponents } from "../../players/opponent-mix.ts";
import { FeatureLayout } from "../../policies/features/layout.ts";
import { neuralPolicy } from "../../policies/network-policy.ts";
import type { Policy } from "../../policies/policy.ts";
import type { Snapshot } from "../../rl/train.ts";
import { type Checkpoint, checkpointName } from "../../run/checkpoint.ts";
import { UserError } from "../../util/errors.ts";

const MODEL = "model.safetensors";
const OPTIMIZER = "optimizer.safetensors";

export function toFiles(snapshot: Snapshot, games: readonly Game[]) {
  const { model, optimizer, update: _, ...state } = snapshot;
  return {
    files: { [MODEL]: encodeSafetensors(model), [OPTIMIZER]: encodeSafetensors(optimizer) },
    state: { ...state, games: Object.fromEntries(games.map(({ id, version }) => [id, version])) },
  };
}

export function toSnapshot(checkpoint: Checkpoint, run: string, config: Config): Snapshot {
  checkGames(checkpoint, run, config);
  const { update, state } = checkpoint;
  const baselines = (state.baselines ?? {}) as Record<string, number>;
  const network = tensorShapes(config);
  const of = (owner: string) => network.map(([name, shape]) => [`${owner}.${name}`, shape] as const);
  const moments = (config.rl.adam.beta1 > 0 ? ["v", "m"] : ["v"]).flatMap((moment) =>
    network.map(([, shape], i) => [`adam.${moment}.${i}`, shape] as const),
  );
  const members = isPooled(config) ? Object.keys(baselines).filter((name) => name.startsWith("pool.")) : [];
  if (isPooled(config) && members.length === 0) {
    throw new UserError(3, `${run}: the checkpoint holds no pool, which rl.opponents "${config.rl.opponents}" needs.`);
  }
  const remembered = [...criticShapes(config), ...members.flatMap(of)];
  return {
    update,
    model: weights(checkpoint, MODEL, run, network),
    optimizer: weights(checkpoint, OPTIMIZER, run, [...of("learner"), ...of("magnet"), ...moments, ...remembered]),
    optimizerSteps: number(state.optimizerSteps, "optimizerSteps", run),
    baselines,
    episodes: number(state.episodes, "episodes", run),
    decisions: number(state.decisions, "decisions", run),
  };
}

export interface SavedPolicy {
  /** `name@000600`. */
  readonly name: string;
  readonly checkpoint: string;
  readonly games: readonly Game[];
  readonly policy: Policy;
  dispose(): void;
}

/** The averaged policy of a checkpoint, on the backend that runs. */
export function loadPolicy(checkpoint: Checkpoint & { readonly config: Config }, run: string): SavedPolicy {
  checkGames(checkpoint, run, checkpoint.config);
  const games = checkpoint.config.games.map(getGame);
  const layout = new FeatureLayout(games);
  const network = new Mlp(weights(checkpoint, MODEL, run, tensorShapes(checkpoint.config)));
  const name = `${run}@${checkpointName(checkpoint.update)}`;
  return {
    name,
    checkpoint: checkpointName(checkpoint.update),
    games,
    policy: neuralPolicy(name, layout, network),
    dispose: () => network.dispose(),
  };
}

/** The games must be those of the run's config in the same order, as their slices of the network follow it. */
function checkGames({ state }: Checkpoint, run: string, config: Config): void {
  const versions = Object.entries((state.games ?? {}) as Record<string, number>);
  const learned = versions.map(([id]) => id).join(", ");
  if (learned !== config.games.join(", ")) {
    const here = config.games.join(", ");
    throw new UserError(
      3,
      `${run}: the checkpoint is of a policy for ${learned || "no game"}, the run's config says ${here}.`,
    );
  }
  for (const [id, version] of versions) {
    const now = getGame(id).version;
    if (version !== now) {
      throw new UserError(
        3,
        `${run} learned version ${version} of ${id}, and this Spiral plays version ${now}. Train anew.`,
      );
    }
  }
}

const isPooled = ({ rl }: Config): boolean =>
  parseOpponents(rl.opponents, opponentNames).some(({ name }) => name === "pool");

type TensorShape = readonly [name: string, shape: readonly number[]];

/** The tensors of the network that a config describes, in the order of its file. */
function tensorShapes({ games, nn }: Config): TensorShape[] {
  const { inputs, outputs } = new FeatureLayout(games.map(getGame));
  return layerShapes([inputs, ...nn.hidden, outputs]);
}

/** Those of the critic and its optimizer, where the estimator has one. */
function criticShapes({ games, rl }: Config): TensorShape[] {
  if (rl.advantage !== "critic") return [];
  const { inputs } = new FeatureLayout(games.map(getGame));
  return layerShapes([inputs, ...rl.critic.hidden, 2]).flatMap(([name, shape], i) => [
    [`critic.${name}`, shape],
    [`critic.adam.v.${i}`, shape],
  ]);
}

function layerShapes(widths: readonly number[]): TensorShape[] {
  return widths.slice(1).flatMap((width, layer): TensorShape[] => [
    [`layer${layer}.weight`, [widths[layer] as number, width]],
    [`layer${layer}.bias`, [width]],
  ]);
}

function weights({ files }: Checkpoint, file: string, run: string, expected: readonly TensorShape[]): WeightArray[] {
  const bytes = files[file];
  if (!bytes) throw new UserError(3, `${run}: the checkpoint holds no ${file}.`);
  let arrays: WeightArray[];
  try {
    arrays = decodeSafetensors(bytes);
  } catch (error) {
    throw new UserError(3, `${run}: ${file} cannot be read: ${(error as Error).message}.`, { cause: error });
  }
  for (const [name, shape] of expected) {
    const array = arrays.find((candidate) => candidate.name === name);
    if (array && String(array.shape) === String(shape)) continue;
    const found = array ? `its ${name} is [${array.shape.join(", ")}]` : `it has no tensor ${name}`;
    throw new UserError(
      3,
      `${run}: ${file} is not of this run's network: ${found}, and [${shape.join(", ")}] is needed.`,
    );
  }
  return arrays;
}

function number(value: unknown, name: string, run: string): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new UserError(3, `${run}: the checkpoint's state.json has no number "${name}".`);
}
