/** Between what the trainer hands over and what a checkpoint's files hold; and from there to a policy that plays. */
import type { Config } from "../config/schema.ts";
import { FeatureLayout } from "../games/features.ts";
import type { Game } from "../games/game.ts";
import type { Policy } from "../games/policy.ts";
import { getGame } from "../games/registry.ts";
import { Mlp, type WeightArray } from "../nn/mlp.ts";
import { decodeSafetensors, encodeSafetensors } from "../nn/safetensors.ts";
import { neuralPolicy } from "../players/neural.ts";
import type { Snapshot } from "../rl/train.ts";
import { type Checkpoint, checkpointName } from "../run/checkpoint.ts";
import { UserError } from "../util/errors.ts";

const MODEL = "model.safetensors";
const OPTIMIZER = "optimizer.safetensors";

export function toFiles(snapshot: Snapshot, games: readonly Game[]) {
  const { model, optimizer, update: _, ...state } = snapshot;
  return {
    files: { [MODEL]: encodeSafetensors(model), [OPTIMIZER]: encodeSafetensors(optimizer) },
    state: { ...state, games: Object.fromEntries(games.map(({ id, version }) => [id, version])) },
  };
}

export function toSnapshot(checkpoint: Checkpoint, run: string): Snapshot {
  checkGames(checkpoint, run);
  const { update, state } = checkpoint;
  return {
    update,
    model: weights(checkpoint, MODEL, run),
    optimizer: weights(checkpoint, OPTIMIZER, run),
    optimizerSteps: number(state.optimizerSteps, "optimizerSteps", run),
    baselines: (state.baselines ?? {}) as Record<string, number>,
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
  checkGames(checkpoint, run);
  const games = checkpoint.config.games.map(getGame);
  const layout = new FeatureLayout(games);
  const arrays = weights(checkpoint, MODEL, run);
  const network = new Mlp(arrays);
  const [first, last] = [network.variables[0], network.variables.at(-1)];
  if (first?.shape[0] !== layout.inputs || last?.shape[0] !== layout.outputs) {
    network.dispose();
    throw new UserError(3, `${run}: ${MODEL} is a network for other games than ${checkpoint.config.games.join(", ")}.`);
  }
  const name = `${run}@${checkpointName(checkpoint.update)}`;
  return {
    name,
    checkpoint: checkpointName(checkpoint.update),
    games,
    policy: neuralPolicy(name, layout, network),
    dispose: () => network.dispose(),
  };
}

function checkGames({ state }: Checkpoint, run: string): void {
  for (const [id, version] of Object.entries((state.games ?? {}) as Record<string, number>)) {
    const now = getGame(id).version;
    if (version !== now) {
      throw new UserError(
        3,
        `${run} learned version ${version} of ${id}, and this Spiral plays version ${now}. Train anew.`,
      );
    }
  }
}

function weights({ files }: Checkpoint, file: string, run: string): WeightArray[] {
  const bytes = files[file];
  if (!bytes) throw new UserError(3, `${run}: the checkpoint holds no ${file}.`);
  try {
    return decodeSafetensors(bytes);
  } catch (error) {
    throw new UserError(3, `${run}: ${file} cannot be read: ${(error as Error).message}.`, { cause: error });
  }
}

function number(value: unknown, name: string, run: string): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new UserError(3, `${run}: the checkpoint's state.json has no number "${name}".`);
}
