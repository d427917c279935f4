/** The probabilities beside the moves of `spiral replay`: those of the run that a log belongs to, or of a named player. */
import type { Game } from "../../games/game.ts";
import { withoutTalk } from "../../games/parts/talk.ts";
import { getGame } from "../../games/registry.ts";
import { GameGraph, type Infoset } from "../../graph/game-graph.ts";
import type { Policy } from "../../policies/policy.ts";
import { policyKind } from "../../policies/registry.ts";
import type { Episode } from "../../record/episode.ts";
import type { EpisodeProbabilities, ProbabilitiesOf } from "../../replay/probabilities.ts";
import { type CheckpointEntry, readEntries } from "../../run/checkpoint-folder.ts";
import type { ResolvedRun } from "../../run/directory.ts";
import { readCheckpoint, readRunConfig } from "../../run/read.ts";
import { UserError } from "../../util/errors.ts";
import { loadPolicy, type SavedPolicy } from "./checkpoint-contents.ts";
import { solveAloud } from "./exact.ts";
import { checkPlayers, closePlayers } from "./players.ts";
import { startTrained } from "./trained-backend.ts";

export interface OpenProbabilities {
  readonly of: ProbabilitiesOf;
  /** Of the run or the player. */
  readonly name: string;
  readonly dispose: () => void | Promise<void>;
}

/** Checkpoints whose weights are kept in memory. */
const MOST_LOADED = 8;

interface RunLog {
  /** Path of the log. */
  readonly path: string;
  /** The run that it belongs to. */
  readonly run: ResolvedRun | undefined;
  /** Whether the person asked for probabilities. */
  readonly isAsked: boolean;
  readonly warn: (message: string) => void;
}

/** If there are none, throws a UserError (exit 3) if they are asked for; otherwise it warns and returns undefined. */
export async function runProbabilities({ path, run, isAsked, warn }: RunLog): Promise<OpenProbabilities | undefined> {
  try {
    if (!run) throw new UserError(3, `${path} lies in no run's folder. Name a policy: --probabilities-of latest.`);
    return await openRun(run, warn);
  } catch (error) {
    if (isAsked || !(error instanceof UserError)) throw error;
    warn(`No probabilities are shown: ${error.message}`);
    return undefined;
  }
}

/**
 * For each episode, the checkpoint that the run asks for; else the last that was saved before the update it was played in, or
 * the first if none was; else the newest. Throws a UserError (exit 3) if the run has no checkpoint.
 */
async function openRun(run: ResolvedRun, warn: (message: string) => void): Promise<OpenProbabilities> {
  const config = readRunConfig(run.dir);
  const learned = config.games.map((id) => getGame(id).id);
  const { entries } = readEntries(run.dir);
  if (run.checkpoint !== undefined || entries.length === 0) readCheckpoint(run, warn);
  const kind = await policyKind(config.nn.policy);
  await startTrained(config.nn.backend, [config.nn], warn);
  const loaded = new Map<number, SavedPolicy>();
  const load = (checkpoint: number): SavedPolicy => {
    const known = loaded.get(checkpoint) ?? loadPolicy(readCheckpoint({ ...run, checkpoint }), run.name, kind);
    loaded.delete(checkpoint);
    loaded.set(checkpoint, known);
    const [oldest] = loaded.keys();
    if (loaded.size > MOST_LOADED && oldest !== undefined) {
      loaded.get(oldest)?.dispose();
      loaded.delete(oldest);
    }
    return known;
  };
  return {
    of: lastKept((episode) => {
      if (!learned.includes(rulesOf(episode).id)) return undefined;
      const checkpoint = run.checkpoint ?? checkpointFor(episode, entries);
      return checkpoint === undefined ? undefined : episodeProbabilities(load(checkpoint).policy, episode);
    }),
    name: run.name,
    dispose: () => {
      for (const { dispose } of loaded.values()) dispose();
    },
  };
}

/** Update of the checkpoint whose policy stands for the one that played. */
function checkpointFor({ update }: Episode, entries: readonly CheckpointEntry[]): number | undefined {
  const before = update === undefined ? entries.at(-1) : entries.findLast((entry) => entry.update < update);
  return (before ?? entries[0])?.update;
}

/** Throws a UserError (exit 2) if the spec names no player that has probabilities. */
export function checkPlayerProbabilities(spec: string, runs: string): () => Promise<OpenProbabilities> {
  const open = checkPlayers([spec], { runs });
  return async () => {
    const players = await open();
    const [player] = players;
    if (player?.kind !== "policy") throw new UserError(2, `${spec} has no probabilities to show.`);
    const policies = new Map<string, Policy>();
    const policyOf = (game: Game): Policy => {
      if (player.name === "nash" || player.name === "sloppy") solveAloud(game);
      const policy = policies.get(game.id) ?? player.policy(game);
      policies.set(game.id, policy);
      return policy;
    };
    return {
      of: lastKept((episode) => {
        const game = rulesOf(episode);
        return player.plays(game) ? episodeProbabilities(policyOf(game), episode) : undefined;
      }),
      name: player.name,
      dispose: () => closePlayers(players),
    };
  };
}

/** The game that policies know: without talk. */
const rulesOf = (episode: Episode): Game => withoutTalk(getGame(episode.game));

/** The same function, which remembers its last result. */
function lastKept(probabilitiesOf: ProbabilitiesOf): ProbabilitiesOf {
  let last: { readonly episode: Episode; readonly result: EpisodeProbabilities | undefined } | undefined;
  return (episode) => {
    if (last?.episode !== episode) last = { episode, result: probabilitiesOf(episode) };
    return last.result;
  };
}

/** The policy is asked about a decision when it is first shown. */
function episodeProbabilities(policy: Policy, episode: Episode): EpisodeProbabilities {
  const infosets = infosetsOf(episode);
  const ask = (infoset: Infoset) => {
    const [distribution = []] = policy.distributions([infoset]);
    const { game, state, actions } = infoset;
    return actions.map((action, slot) => ({
      name: game.actionName(state, action),
      probability: distribution[slot] as number,
    }));
  };
  const answerAt = (ply: number): string | undefined =>
    episode.said?.find((said) => said.ply === ply)?.answers.at(-1)?.text;
  return {
    policy: policy.name,
    at: keptByPly((ply) => infosets[ply] && ask(infosets[ply])),
    words: keptByPly((ply) => {
      const [infoset, answer] = [infosets[ply], answerAt(ply)];
      return infoset && answer !== undefined ? policy.words?.(infoset, answer) : undefined;
    }),
  };
}

/** The same function, which remembers its results. */
function keptByPly<T>(at: (ply: number) => T): (ply: number) => T {
  const known = new Map<number, T>();
  return (ply) => {
    if (!known.has(ply)) known.set(ply, at(ply));
    return known.get(ply) as T;
  };
}

/** By ply, the information set of the player to move; undefined for chance. It ends where the rules are broken. */
function infosetsOf(episode: Episode): (Infoset | undefined)[] {
  const graph = new GameGraph(rulesOf(episode));
  const infosets: (Infoset | undefined)[] = [];
  let node = graph.root;
  for (const action of episode.actions) {
    const slot = node.turn.kind === "end" ? -1 : node.turn.actions.indexOf(action);
    if (slot < 0) break;
    infosets.push(node.infoset);
    node = graph.child(node, slot);
  }
  // The player that forfeited decided here.
  infosets.push(episode.forfeit && node.infoset);
  return infosets;
}
