/** From the specs of a command line to players who are ready to play. */

import type { Config } from "../../config/schema.ts";
import type { Game } from "../../games/game.ts";
import { BEST_RESPONSE, bestResponseTo } from "../../players/best-response.ts";
import { chatClient } from "../../players/llm/client.ts";
import { mctsPlayer } from "../../players/mcts.ts";
import type { Opponent } from "../../players/opponents.ts";
import { inTalk, type Player, type PolicyPlayer } from "../../players/player.ts";
import { fixedNames, type Named, type PlayerSpec, parseSpec, whoThereIs } from "../../players/spec.ts";
import { greedy, type Policy } from "../../policies/policy.ts";
import type { PolicyKind } from "../../policies/policy-kind.ts";
import { policyKind } from "../../policies/registry.ts";
import { type ResolvedRun, resolveRun } from "../../run/directory.ts";
import { readCheckpoint } from "../../run/read.ts";
import { assertNever, didYouMean, UserError } from "../../util/errors.ts";
import { checkAll } from "../check-all.ts";
import type { LlmOptions } from "../flags/llm.ts";
import { modelPlayer, SHARED, settingsOfModels } from "../models/model-player.ts";
import { clientHooks, type LlmSettings } from "../models/settings.ts";
import { usageText } from "../models/usage-text.ts";
import { note, warn } from "../terminal/output.ts";
import type { SavedPolicy } from "./checkpoint-contents.ts";
import { compiledAloud } from "./exact.ts";

export interface OpenPlayerOptions {
  /** The folder that holds runs. */
  readonly runs: string;
  /** The command's options for `llm:` players, if they may play in it. */
  readonly llm?: LlmOptions;
  /** The settings of `llm:` players, where they were made elsewhere (settingsOfModels). */
  readonly models?: ReadonlyMap<string, LlmSettings>;
  /** Whether a backend runs already; runs are then loaded on it. */
  readonly backendRuns?: boolean;
  /** Makes the player `human`, if a person may play in the command. */
  readonly human?: () => Player;
}

/**
 * A player for each spec, in order; the same spec twice is two players. Everything that is wrong with any of them is one
 * UserError. A backend is started only if one of them is a run. End with `closePlayers`.
 */
export const openPlayers = async (specs: readonly string[], options: OpenPlayerOptions): Promise<Player[]> =>
  checkPlayers(specs, options)();

/** The second half of `openPlayers`, with the settings of the networks that it opens. */
export type PlayersToOpen<P = Player> = (() => Promise<P[]>) & { readonly networks: readonly Config["nn"][] };

/** The first half of `openPlayers`: throws the problems of the specs; returns the second half. */
export function checkPlayers(specs: readonly string[], options: OpenPlayerOptions): PlayersToOpen {
  const [prepared, settings] = checkAll(
    () => checkAll<PreparedPlayer[]>(...specs.map((spec) => () => prepare(spec, options))),
    () => options.models ?? (options.llm ? settingsOfModels(specs, options.llm) : new Map<string, LlmSettings>()),
    () => checkPeople(specs),
  );
  const networks = prepared.flatMap((player) => runsIn(player).map(({ checkpoint }) => checkpoint.config.nn));
  const open = () => openPrepared(prepared, settings, networks, options.backendRuns === true);
  return Object.assign(open, { networks });
}

function checkPeople(specs: readonly string[]): void {
  if (specs.filter((spec) => spec.trim() === "human").length <= 1) return;
  throw new UserError(2, "There is one terminal: human can be named once.");
}

async function openPrepared(
  prepared: readonly PreparedPlayer[],
  llm: ReadonlyMap<string, LlmSettings>,
  networks: readonly Config["nn"][],
  backendRuns: boolean,
): Promise<Player[]> {
  const load = networks.length > 0 ? await policyLoader(networks, backendRuns) : undefined;
  // One for all models with the same settings, so that a limit on requests is one limit.
  const all = [...llm.values()];
  const clients = new Map([...llm].map(([name, settings]) => [name, chatClient(settings, clientHooks(), all)]));
  const policyPlayer = (player: PreparedPolicy): PolicyPlayer => {
    if ("open" in player) return player.open();
    if (load) return runPlayer(player.run, load);
    throw new Error("what a player needs was not made");
  };
  const make = (player: PreparedPlayer): Player => {
    if ("open" in player) return player.open();
    if ("run" in player) return player.isExploited ? exploiter(policyPlayer(player)) : policyPlayer(player);
    const name = llm.has(player.model) ? player.model : SHARED;
    const [settings, client] = [llm.get(name), clients.get(name)];
    if (!settings || !client) throw new Error("what a player needs was not made");
    return modelPlayer(player.model, settings, client, player.adviser && policyPlayer(player.adviser));
  };
  const open: Player[] = [];
  try {
    checkAll(...prepared.map((player) => () => open.push(inTalk(make(player)))));
    return open;
  } catch (error) {
    await closePlayers(open);
    throw error;
  }
}

/**
 * Releases the weights, connections and terminal that players hold. Says what the answers of language models came to, as they are paid
 * for, unless a report `isShown` that says it.
 */
export async function closePlayers(players: readonly Player[], isShown = false): Promise<void> {
  for (const player of players) {
    const usage = player.kind === "asked" ? player.usage?.() : undefined;
    if (usage && usage.answers > 0 && !isShown) note(`${player.name}: ${usageText(usage)}`);
    await player.dispose?.();
  }
}

/** A player that can be opened as it is, one that needs an endpoint, or one that needs a backend. */
type PreparedPlayer =
  | { readonly open: () => Player }
  | PreparedModel
  /** `isExploited`: the player is a best response to the run. */
  | { readonly run: PreparedRun; readonly isExploited: boolean };

interface PreparedModel {
  readonly model: string;
  readonly adviser?: PreparedPolicy | undefined;
}

type PreparedPolicy = { readonly open: () => PolicyPlayer } | { readonly run: PreparedRun };

/** The runs that a player needs. */
function runsIn(player: PreparedPlayer): PreparedRun[] {
  if ("run" in player) return [player.run];
  return "model" in player && player.adviser && "run" in player.adviser ? [player.adviser.run] : [];
}

interface PreparedRun {
  readonly name: string;
  readonly checkpoint: ReturnType<typeof readCheckpoint>;
  readonly greedy: boolean;
}

function prepare(text: string, options: OpenPlayerOptions): PreparedPlayer {
  const spec = parseSpec(text);
  switch (spec.kind) {
    case "fixed":
      return { open: () => fixedPlayer(spec.opponent) };
    case "mcts":
      return { open: () => mctsPlayer(spec.settings) };
    case "run":
      return { run: prepareRun(spec, options.runs), isExploited: false };
    case "best-response": {
      const { of } = spec;
      if (of.kind === "run") return { run: prepareRun(of, options.runs), isExploited: true };
      return { open: () => exploiter(fixedPlayer(of.opponent)) };
    }
    case "llm":
      if (options.llm || options.models)
        return { model: spec.model, adviser: spec.advise && prepareNamed(spec.advise, options) };
      throw new UserError(
        2,
        `Language models play in spiral match, arena and play, and are measured by spiral eval; ${text} cannot play here.`,
      );
    case "human":
      if (options.human) return { open: options.human };
      throw new UserError(2, "A person plays in spiral play, match and arena; human cannot play here.");
    default:
      return assertNever(spec);
  }
}

const prepareNamed = (spec: Named, { runs }: OpenPlayerOptions): PreparedPolicy =>
  spec.kind === "run" ? { run: prepareRun(spec, runs) } : { open: () => fixedPlayer(spec.opponent) };

export function fixedPlayer({ name, plays, make }: Opponent): PolicyPlayer {
  return { kind: "policy", name, plays, policy: make };
}

function prepareRun({ run, greedy }: Extract<PlayerSpec, { kind: "run" }>, parent: string): PreparedRun {
  const resolved = foundRun(run, parent);
  return { name: resolved.name, checkpoint: readCheckpoint(resolved, warn), greedy };
}

function foundRun(run: string, parent: string): ResolvedRun {
  try {
    return resolveRun(run, parent, warn, " Players that are no runs: spiral players");
  } catch (error) {
    // The word may be a misspelt name of another kind of player.
    const hint = didYouMean(run, fixedNames);
    if (!(error instanceof UserError) || run === "latest" || hint === "") throw error;
    throw new UserError(2, `Unknown player "${run}".${hint} ${whoThereIs()}`, { cause: error });
  }
}

type LoadPolicy = (checkpoint: PreparedRun["checkpoint"], run: string) => SavedPolicy;

/** Starts the backend of the runs, or the best one if they differ, and loads their kinds of policy. */
async function policyLoader(settings: readonly Config["nn"][], backendRuns: boolean): Promise<LoadPolicy> {
  const [{ startTrained }, { loadPolicy }] = await Promise.all([
    import("./trained-backend.ts"),
    import("./checkpoint-contents.ts"),
  ]);
  const [backend = "auto", ...others] = new Set(settings.map((nn) => nn.backend));
  if (!backendRuns) await startTrained(others.length === 0 ? backend : "auto", settings);
  const kinds = new Map<string, PolicyKind>();
  for (const { policy } of settings) kinds.set(policy, await policyKind(policy));
  return (checkpoint, run) => loadPolicy(checkpoint, run, kinds.get(checkpoint.config.nn.policy) as PolicyKind);
}

function runPlayer({ name, checkpoint, greedy: isGreedy }: PreparedRun, load: LoadPolicy): PolicyPlayer {
  const saved = load(checkpoint, name);
  const policy = isGreedy ? greedy(saved.policy) : saved.policy;
  const ids = saved.games.map(({ id }) => id);
  return {
    kind: "policy",
    name: policy.name,
    plays: ({ id }) => ids.includes(id),
    policy: (game) => playing(policy, game, ids),
    dispose: saved.dispose,
  };
}

function playing(policy: Policy, game: Game, ids: readonly string[]): Policy {
  if (ids.includes(game.id)) return policy;
  throw new UserError(2, `${policy.name} does not play ${game.id}. It has learned ${ids.join(", ")}.`);
}

/** `best-response:of=PLAYER`. It plays the games that `of` plays and that can be walked. It owns `of`. */
function exploiter(of: PolicyPlayer): PolicyPlayer {
  const name = `${BEST_RESPONSE}:of=${of.name}`;
  const known = new Map<Game, Policy>();
  return {
    kind: "policy",
    name,
    plays: (game) => game.walkable && of.plays(game),
    policy(game) {
      const policy = of.policy(game);
      if (!game.walkable)
        throw new UserError(2, `${name} does not play ${game.id}, which has too many states to walk.`);
      compiledAloud(game);
      const exploiting = known.get(game) ?? bestResponseTo(policy, game);
      known.set(game, exploiting);
      return exploiting;
    },
    ...(of.dispose ? { dispose: of.dispose } : {}),
  };
}
