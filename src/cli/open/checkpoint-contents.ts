/**
 * What a checkpoint holds: between the trainer's snapshot and the files of a checkpoint, and from there to a policy that
 * plays. docs/run-directory.md describes the files.
 *
 *   model.safetensors       θ̄, the policy that is served
 *   optimizer.safetensors   learner.* θ · magnet.* · adam.* · critic.* the estimator's · pool.N.* the pool's members
 *   vocabulary.json         of a policy that reads text, the words by token
 *   state.json              optimizerSteps · baselines, with pool.N for the members' scores · episodes · decisions · games
 */

import { z } from "zod";
import type { Config } from "../../config/schema.ts";
import type { Game } from "../../games/game.ts";
import { getGame } from "../../games/registry.ts";
import { decodeSafetensors, encodeSafetensors } from "../../nn/safetensors.ts";
import { arraysOf, type TensorShape, type WeightArray, withoutPrefix, withPrefix } from "../../nn/weights.ts";
import { parseOpponents } from "../../players/opponent-mix.ts";
import { trainingOpponents } from "../../players/opponents.ts";
import { networkPolicy } from "../../policies/network-policy.ts";
import type { Policy } from "../../policies/policy.ts";
import type { PolicyKind, PolicyModel } from "../../policies/policy-kind.ts";
import { ruleTensors } from "../../rl/rules/registry.ts";
import type { Snapshot } from "../../rl/train.ts";
import { type Checkpoint, checkpointName } from "../../run/checkpoint-folder.ts";
import { firstIssue, UserError } from "../../util/errors.ts";

const MODEL = "model.safetensors";
const OPTIMIZER = "optimizer.safetensors";
const VOCABULARY = "vocabulary.json";
const POOL = "pool.";

/** What state.json says of the trainer. */
const stateSchema = z.looseObject({
  optimizerSteps: z.int().min(0),
  /** Of the estimator, by its names; and the score of each member of the pool, by `pool.N`. */
  baselines: z.record(z.string().regex(/^(?!pool\.)|^pool\.\d+$/), z.number()).default({}),
  episodes: z.int().min(0),
  decisions: z.int().min(0),
  /** Version of the rules, by game. */
  games: z.record(z.string(), z.int()).default({}),
});

/** The settings that determine the tensors of a checkpoint. */
type Learned = Pick<Config, "games" | "nn" | "rl">;

/** The files of a checkpoint, and what its state.json says. */
export function toFiles(
  { learner, estimator, pool, episodes, decisions }: Snapshot,
  { games, vocabulary }: Pick<PolicyModel, "games" | "vocabulary">,
) {
  const optimizer = [
    ...withPrefix("learner", learner.weights),
    ...withPrefix("magnet", learner.magnet),
    ...learner.optimizer.arrays,
    ...estimator.arrays,
    ...pool.flatMap(({ update, weights }) => withPrefix(`${POOL}${update}`, weights)),
  ];
  const scores = Object.fromEntries(pool.map(({ update, score }) => [`${POOL}${update}`, score]));
  return {
    files: {
      [MODEL]: encodeSafetensors(learner.averaged),
      [OPTIMIZER]: encodeSafetensors(optimizer),
      ...(vocabulary ? { [VOCABULARY]: new TextEncoder().encode(`${JSON.stringify(vocabulary)}\n`) } : {}),
    },
    state: {
      optimizerSteps: learner.optimizer.steps,
      baselines: { ...estimator.numbers, ...scores },
      episodes,
      decisions,
      games: Object.fromEntries(games.map(({ id, version }) => [id, version])),
    },
  };
}

/** The snapshot that a checkpoint's files hold. Throws a UserError (exit 3) where they are not of this run. */
export function toSnapshot(checkpoint: Checkpoint, run: string, config: Learned, kind: PolicyKind): Snapshot {
  const state = stateOf(checkpoint, run);
  checkGames(checkpoint, run, config);
  const { update } = checkpoint;
  const games = config.games.map(getGame);
  const model = kind.model(config.nn, games);
  checkVocabulary(checkpoint, run, model);
  const numbers = Object.entries(state.baselines);
  const members = isPooled(config) ? numbers.filter(([name]) => name.startsWith(POOL)) : [];
  if (isPooled(config) && members.length === 0) {
    throw new UserError(3, `${run}: the checkpoint holds no pool, which rl.opponents "${config.rl.opponents}" needs.`);
  }
  const optimizerTensors = model.optimizerTensors(config.rl.adam);
  const remembered = ruleTensors(config.rl, games, model.writing !== undefined);
  const averaged = readTensors(checkpoint, MODEL, run, model.tensors);
  const arrays = readTensors(checkpoint, OPTIMIZER, run, [
    ...withPrefix("learner", model.tensors),
    ...withPrefix("magnet", model.tensors),
    ...optimizerTensors,
    ...remembered,
    ...members.flatMap(([name]) => withPrefix(name, model.tensors)),
  ]);
  return {
    update,
    learner: {
      weights: withoutPrefix("learner", arrays),
      averaged,
      magnet: withoutPrefix("magnet", arrays),
      optimizer: {
        arrays: arraysOf(optimizerTensors, arrays),
        steps: state.optimizerSteps,
      },
    },
    estimator: {
      numbers: Object.fromEntries(numbers.filter(([name]) => !name.startsWith(POOL))),
      arrays: arraysOf(remembered, arrays),
    },
    pool: members.map(([name, score]) => ({
      update: Number(name.slice(POOL.length)),
      score,
      weights: withoutPrefix(name, arrays),
    })),
    episodes: state.episodes,
    decisions: state.decisions,
  };
}

/** The weights of the policy that a checkpoint serves, for a run with these settings. */
export function servedWeights(
  checkpoint: Checkpoint,
  run: string,
  { nn, games: ids }: Pick<Config, "games" | "nn">,
  kind: PolicyKind,
): { readonly weights: readonly WeightArray[]; readonly bytes: Uint8Array } {
  const model = kind.model(nn, ids.map(getGame));
  checkVocabulary(checkpoint, run, model);
  const { tensors } = model;
  const weights = arraysOf(tensors, readTensors(checkpoint, MODEL, run, tensors));
  return { weights, bytes: checkpoint.files[MODEL] as Uint8Array };
}

export interface SavedPolicy {
  /** `name@000600`. */
  readonly name: string;
  readonly checkpoint: string;
  readonly games: readonly Game[];
  readonly policy: Policy;
  dispose(): void;
}

/** The averaged policy of a checkpoint, on the backend that runs. `kind` is the one that its config names. */
export function loadPolicy(
  checkpoint: Checkpoint & { readonly config: Config },
  run: string,
  kind: PolicyKind,
): SavedPolicy {
  const { nn, games: ids } = checkpoint.config;
  checkGames(checkpoint, run, checkpoint.config);
  const games = ids.map(getGame);
  const model = kind.model(nn, games);
  checkVocabulary(checkpoint, run, model);
  const network = model.network(readTensors(checkpoint, MODEL, run, model.tensors));
  const name = `${run}@${checkpointName(checkpoint.update)}`;
  return {
    name,
    checkpoint: checkpointName(checkpoint.update),
    games,
    policy: networkPolicy(name, network, model),
    dispose: () => network.dispose(),
  };
}

/** The games must be those of the run's config in the same order, as the tensors are laid out by it. */
export function checkGames(checkpoint: Checkpoint, run: string, config: Pick<Config, "games">): void {
  const versions = Object.entries(stateOf(checkpoint, run).games);
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

/** The words must be those that the policy learned, as a token is the index of a word. */
function checkVocabulary({ files }: Checkpoint, run: string, { vocabulary }: PolicyModel): void {
  if (!vocabulary) return;
  const bytes = files[VOCABULARY];
  if (!bytes) throw new UserError(3, `${run}: the checkpoint holds no ${VOCABULARY}.`);
  let saved: unknown;
  try {
    saved = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new UserError(3, `${run}: ${VOCABULARY} is not valid JSON.`, { cause: error });
  }
  const words = z.array(z.string()).safeParse(saved);
  if (!words.success) throw new UserError(3, `${run}: ${VOCABULARY} is not a list of words.`);
  const at = vocabulary.findIndex((word, token) => words.data[token] !== word);
  if (at < 0 && words.data.length === vocabulary.length) return;
  const first = at < 0 ? vocabulary.length : at;
  const [there, here] = [words.data[first], vocabulary[first]].map((word) =>
    word === undefined ? "none" : `"${word}"`,
  );
  throw new UserError(
    3,
    `${run}: ${VOCABULARY} is not of these games: word ${first} is ${there} there and ${here} here. Train anew.`,
  );
}

const isPooled = ({ rl }: Learned): boolean =>
  parseOpponents(rl.opponents, trainingOpponents).some(({ name }) => name === "pool");

function stateOf({ state }: Checkpoint, run: string): z.infer<typeof stateSchema> {
  const parsed = stateSchema.safeParse(state);
  if (parsed.success) return parsed.data;
  throw new UserError(3, `${run}: the checkpoint's state.json is not that of a run: ${firstIssue(parsed.error)}.`);
}

/**
 * The tensors of a file, by name, in the order of `expected`. Throws a UserError (exit 3) that names the first tensor that is
 * missing, of another shape, not among `expected`, or holds a number that is not finite.
 */
function readTensors(
  { files }: Checkpoint,
  file: string,
  run: string,
  expected: readonly TensorShape[],
): WeightArray[] {
  const bytes = files[file];
  if (!bytes) throw new UserError(3, `${run}: the checkpoint holds no ${file}.`);
  let arrays: WeightArray[];
  try {
    arrays = decodeSafetensors(bytes);
  } catch (error) {
    throw new UserError(3, `${run}: ${file} cannot be read: ${(error as Error).message}.`, { cause: error });
  }
  const wrong = (what: string): UserError => new UserError(3, `${run}: ${file} is not of this run's network: ${what}.`);
  const byName = new Map(arrays.map((array) => [array.name, array]));
  const found = expected.map(({ name, shape }) => {
    const array = byName.get(name);
    byName.delete(name);
    if (array && String(array.shape) === String(shape)) return array;
    const what = array ? `its ${name} is [${array.shape.join(", ")}]` : `it has no tensor ${name}`;
    throw wrong(`${what}, and [${shape.join(", ")}] is needed`);
  });
  const [extra] = byName.keys();
  if (extra !== undefined) throw wrong(`it has a tensor ${extra} that the network has not`);
  const broken = found.find(({ values }) => !values.every(Number.isFinite));
  if (!broken) return found;
  const hint = "The training diverged, or the file was altered. Take an earlier checkpoint";
  throw new UserError(3, `${run}: ${file} holds a number in ${broken.name} that is not finite. ${hint}.`);
}
