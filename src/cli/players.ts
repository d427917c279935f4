/** From the specs of a command line to players who are ready to play. */
import type { Game } from "../games/game.ts";
import { greedy, type Policy } from "../games/policy.ts";
import { opponents } from "../players/opponents.ts";
import type { Player, PolicyPlayer } from "../players/player.ts";
import { fixedNames, type PlayerSpec, parseSpec, whoThereIs } from "../players/spec.ts";
import { type ResolvedRun, resolveRun } from "../run/directory.ts";
import { readCheckpoint } from "../run/run.ts";
import { assertNever, didYouMean, UserError } from "../util/errors.ts";
import type { LlmFlags } from "./llm-options.ts";
import { checkAll } from "./options.ts";

export interface OpenPlayerOptions {
  /** The folder that holds runs. */
  readonly runs: string;
  /** Of the command, for `llm:` players. */
  readonly llm?: LlmFlags;
  /** Makes the player `human`, where the command has a place for one. */
  readonly human?: () => Player;
}

/**
 * A player for each spec, in order; the same spec twice is two players. Everything that is wrong with any of them is one
 * UserError. TensorFlow.js is loaded where a run is among them and not otherwise. End with `closePlayers`.
 */
export async function openPlayers(specs: readonly string[], options: OpenPlayerOptions): Promise<Player[]> {
  const checked = checkAll<PreparedPlayer[]>(...specs.map((spec) => () => prepare(spec, options)));
  const runs = checked.flatMap((prepared) => ("run" in prepared ? [prepared.run] : []));
  const openRun = runs.length > 0 ? await runOpener(runs) : undefined;
  const open: Player[] = [];
  const opened = (player: Player): Player => {
    open.push(player);
    return player;
  };
  try {
    return checkAll<Player[]>(
      ...checked.map((prepared) => () => {
        if (!("run" in prepared)) return opened(prepared.open());
        if (!openRun) throw new Error("no backend runs");
        return opened(openRun(prepared.run));
      }),
    );
  } catch (error) {
    await closePlayers(open);
    throw error;
  }
}

/** Lets go of what players hold: weights, connections, the terminal. */
export async function closePlayers(players: readonly Player[]): Promise<void> {
  for (const player of players) await player.dispose?.();
}

/** A player that needs nothing but to be opened; or a checkpoint, which needs a backend. */
type PreparedPlayer = { readonly open: () => Player } | { readonly run: PreparedRun };

interface PreparedRun {
  readonly name: string;
  readonly checkpoint: ReturnType<typeof readCheckpoint>;
  readonly greedy: boolean;
}

function prepare(text: string, options: OpenPlayerOptions): PreparedPlayer {
  const spec = parseSpec(text);
  switch (spec.kind) {
    case "fixed":
      return { open: () => fixedPlayer(spec.name) };
    case "run":
      return { run: prepareRun(spec, options.runs) };
    case "human":
      if (options.human) return { open: options.human };
      throw new UserError(2, "A person plays in: spiral play --vs <player>");
    case "mcts":
    case "llm":
      throw new UserError(2, `${spec.kind} cannot play yet.`);
    default:
      return assertNever(spec);
  }
}

function fixedPlayer(name: string): PolicyPlayer {
  const opponent = opponents.find((candidate) => candidate.name === name);
  if (!opponent) throw new Error(`there is no player ${name}`);
  return { kind: "policy", name, plays: opponent.plays, policy: opponent.make };
}

function prepareRun({ run, greedy }: Extract<PlayerSpec, { kind: "run" }>, parent: string): PreparedRun {
  const resolved = foundRun(run, parent);
  return { name: resolved.name, checkpoint: readCheckpoint(resolved), greedy };
}

function foundRun(run: string, parent: string): ResolvedRun {
  try {
    return resolveRun(run, parent);
  } catch (error) {
    // What is no run may have been meant for another kind of player.
    const hint = didYouMean(run, fixedNames);
    if (!(error instanceof UserError) || run === "latest" || hint === "") throw error;
    throw new UserError(2, `Unknown player "${run}".${hint} ${whoThereIs()}`, { cause: error });
  }
}

async function runOpener(runs: readonly PreparedRun[]): Promise<(run: PreparedRun) => PolicyPlayer> {
  const [{ startBackend }, { loadPolicy }] = await Promise.all([import("../nn/backend.ts"), import("./snapshot.ts")]);
  const backends = new Set(runs.map(({ checkpoint }) => checkpoint.config.nn.backend));
  const [first] = backends;
  await startBackend(backends.size === 1 && first ? first : "auto");
  return ({ name, checkpoint, greedy: isGreedy }) => {
    const saved = loadPolicy(checkpoint, name);
    const policy = isGreedy ? greedy(saved.policy) : saved.policy;
    const ids = saved.games.map(({ id }) => id);
    return {
      kind: "policy",
      name: policy.name,
      plays: ({ id }) => ids.includes(id),
      policy: (game) => playing(policy, game, ids),
      dispose: saved.dispose,
    };
  };
}

function playing(policy: Policy, game: Game, ids: readonly string[]): Policy {
  if (ids.includes(game.id)) return policy;
  throw new UserError(2, `${policy.name} does not play ${game.id}. It has learned ${ids.join(", ")}.`);
}
