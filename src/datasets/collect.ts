/** Rows from the games of logs, those that are wanted. */
import type { Infoset } from "../graph/game-graph.ts";
import type { Episode } from "../record/episode.ts";
import { isOfGame } from "../replay/select.ts";
import { UserError } from "../util/errors.ts";
import { type Decision, DecisionReader } from "./decisions.ts";
import { completionsRow, type Format, messagesRow, preferencesRow, type Row, rankedPair, regretOf } from "./rows.ts";

export const OUTCOMES = ["won", "drawn", "lost"] as const;
type Outcome = (typeof OUTCOMES)[number];

export interface Wanted {
  readonly format: Format;
  /** Of `completions`. */
  readonly reward: "return" | "regret";
  /** Of `preferences`: pairs whose values differ by more, in units of the game's largest return. */
  readonly gap: number;
  /** Id of a game; without parameters, the game with any. */
  readonly game?: string | undefined;
  /** The name of a player; that of a run stands for all its checkpoints. */
  readonly player?: string | undefined;
  /** How the game ended for the player that decides. */
  readonly outcomes?: readonly Outcome[] | undefined;
  /** Decisions that give away at most this much. Where that is not known, none. */
  readonly maxRegret?: number | undefined;
  /** The most rows. */
  readonly limit: number;
}

/** What the rows were taken from; counted while they are. */
export class Counts {
  episodes = 0;
  decisions = 0;
  rows = 0;
  /** By id of the game: its version and the rows that it gave. */
  readonly games = new Map<string, { readonly version: number; rows: number }>();
  /** Ids of games whose values are not known, so that decisions in them were left out. */
  readonly unknown = new Set<string>();
}

interface Source {
  readonly name: string;
  readonly episodes: Iterable<Episode>;
}

/** Yields the rows. A game that breaks its rules is left out, and `warn` is called. */
export function* rowsOf(
  sources: readonly Source[],
  wanted: Wanted,
  counts: Counts,
  warn: (message: string) => void,
): Generator<Row, void, undefined> {
  const reader = new DecisionReader();
  const pairs = new Pairs(wanted.gap);
  for (const { name, episodes } of sources) {
    for (const episode of episodes) {
      if (!isOfGame(episode, wanted.game)) continue;
      const decisions = readBy(reader, episode, (problem) => warn(`${name}: ${problem}; left out.`));
      counts.episodes += decisions ? 1 : 0;
      for (const decision of decisions ?? []) {
        if (!isWanted(decision, wanted, counts)) continue;
        counts.decisions++;
        const row = wanted.format === "preferences" ? pairs.add(decision) : rowOf(decision, wanted);
        if (row) yield counted(row, decision.infoset, counts);
        if (counts.rows >= wanted.limit) return;
      }
    }
  }
  for (const { infoset, row } of pairs.rows()) {
    yield counted(row, infoset, counts);
    if (counts.rows >= wanted.limit) return;
  }
}

function readBy(reader: DecisionReader, episode: Episode, warn: (problem: string) => void): Decision[] | undefined {
  try {
    return reader.decisionsOf(episode);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    warn(error.message);
    return undefined;
  }
}

function isWanted(
  decision: Decision,
  { format, reward, player, outcomes, maxRegret }: Wanted,
  counts: Counts,
): boolean {
  if (player !== undefined && decision.player !== player && !decision.player.startsWith(`${player}@`)) return false;
  if (outcomes && !outcomes.includes(outcomeOf(decision.reward))) return false;
  const needsValues =
    format === "preferences" || maxRegret !== undefined || (format === "completions" && reward === "regret");
  const { game } = decision.infoset;
  if (needsValues && !game.walkable) {
    counts.unknown.add(game.id);
    return false;
  }
  return maxRegret === undefined || regretOf(decision) <= maxRegret;
}

const outcomeOf = (reward: number): Outcome => (reward > 0 ? "won" : reward < 0 ? "lost" : "drawn");

const rowOf = (decision: Decision, { format, reward }: Wanted): Row | undefined =>
  format === "messages" ? messagesRow(decision) : completionsRow(decision, reward);

function counted(row: Row, { game }: Infoset, counts: Counts): Row {
  const known = counts.games.get(game.id) ?? { version: game.version, rows: 0 };
  known.rows++;
  counts.games.set(game.id, known);
  counts.rows++;
  return row;
}

/** Preferences: one row for each pair of actions of an information set, however often it was played. */
class Pairs {
  readonly #gap: number;
  readonly #found = new Map<
    string,
    { readonly infoset: Infoset; readonly make: (count: number) => Row; count: number }
  >();

  constructor(gap: number) {
    this.#gap = gap;
  }

  add(decision: Decision): undefined {
    const ranked = rankedPair(decision, this.#gap);
    if (!ranked) return;
    const { infoset } = decision;
    const key = JSON.stringify([infoset.game.id, infoset.player, infoset.key, ranked.chosen, ranked.rejected]);
    const known = this.#found.get(key);
    if (known) known.count++;
    else this.#found.set(key, { infoset, make: (count) => preferencesRow(infoset, ranked, count), count: 1 });
  }

  *rows(): Generator<{ readonly infoset: Infoset; readonly row: Row }> {
    for (const { infoset, make, count } of this.#found.values()) yield { infoset, row: make(count) };
  }
}
