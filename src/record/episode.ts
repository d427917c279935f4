/**
 * The record of one game, and its line in episodes.jsonl. The actions include the outcomes of chance, so the rules and this
 * record are enough to replay and verify a game. A line ends in its checksum, which detects every altered character.
 */
import type { Seat } from "../games/game.ts";
import { UserError } from "../util/errors.ts";
import { sha256 } from "../util/sha256.ts";
import type { Spoken } from "./talk.ts";

export interface Episode {
  /** Id of the game, parameters included. */
  readonly game: string;
  /** Version of the game's rules. */
  readonly version: number;
  /** The training update in which it was played; absent outside of training. */
  readonly update?: number | undefined;
  /** The number of the game in its update or match, from 0. */
  readonly index: number;
  /** Names of the players in seats 0 and 1. */
  readonly players: readonly [string, string];
  /** The number of plies at the beginning that nobody chose, because the game started from an opening; absent if 0. */
  readonly opening?: number | undefined;
  /** All actions to the end or the forfeit, outcomes of chance included. */
  readonly actions: readonly number[];
  readonly returns: readonly [number, number];
  /** The seat that forfeited when it was to move, and why; absent if the game was played to its end. */
  readonly forfeit?: { readonly seat: Seat; readonly reason: string } | undefined;
  /** What the players said to each other, by ply; absent if they said nothing. */
  readonly talk?: readonly Spoken[] | undefined;
  /** The answers of players that answer in words; absent if there are none. */
  readonly said?: readonly Said[] | undefined;
}

/** One answer of a player that answers in words. */
export interface Utterance {
  readonly text: string;
  /** Why it was no legal action; absent if it was one. */
  readonly illegal?: string;
  /** Whether the limit on tokens ended the answer, which then names no action. */
  readonly cutOff?: true;
  readonly promptTokens?: number;
  readonly completionTokens?: number;
}

/** The answers at one decision: any illegal ones, then the last. */
export interface Said {
  readonly ply: number;
  readonly answers: readonly Utterance[];
}

/** One line of JSON, without the newline. The keys have a fixed order, `check` last. */
export function formatEpisode(episode: Episode): string {
  const { game, version, update, index, players, opening, actions, returns, forfeit, talk, said } = episode;
  const json = JSON.stringify({
    game,
    version,
    update,
    index,
    players,
    opening,
    actions,
    returns,
    forfeit,
    talk,
    said,
  });
  return `${json.slice(0, -1)},"check":"${checksum(json)}"}`;
}

/** The episode in a line of a log. Throws a UserError with the reason if there is none. */
export function parseEpisode(line: string): Episode {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new UserError(1, "not valid JSON");
  }
  // The checksum is of the characters, so the same JSON in another spelling does not pass.
  const body = /^(\{.*),"check":"([0-9a-f]{8})"\}$/s.exec(line);
  if (!body || !isRecord(value)) throw new UserError(1, "not an episode: it does not end in a checksum");
  if (checksum(`${body[1]}}`) !== body[2]) throw new UserError(1, "altered: its checksum does not match");
  const { game, version, update, index, players, opening, actions, returns, forfeit, talk, said } = value;
  const wrong = (key: string, expected: string): never => {
    throw new UserError(1, `"${key}" must be ${expected}`);
  };
  return {
    game: isId(game) ? game : wrong("game", "the id of a game"),
    version: isCount(version) ? version : wrong("version", "a whole number"),
    ...(update === undefined ? {} : { update: isCount(update) ? update : wrong("update", "a whole number") }),
    index: isCount(index) ? index : wrong("index", "a whole number"),
    players: isPair(players, isName) ? players : wrong("players", "two names"),
    ...(opening === undefined ? {} : { opening: isCount(opening) ? opening : wrong("opening", "a whole number") }),
    actions: Array.isArray(actions) && actions.every(isCount) ? actions : wrong("actions", "a list of whole numbers"),
    returns: isPair(returns, isFiniteNumber) ? returns : wrong("returns", "two numbers"),
    ...(forfeit === undefined
      ? {}
      : { forfeit: isForfeit(forfeit) ? forfeit : wrong("forfeit", "a seat and a reason") }),
    ...(talk === undefined
      ? {}
      : {
          talk: Array.isArray(talk) && talk.every(isSpoken) ? talk : wrong("talk", "a list of plies, seats and texts"),
        }),
    ...(said === undefined
      ? {}
      : { said: Array.isArray(said) && said.every(isSaid) ? said : wrong("said", "a list of plies and answers") }),
  };
}

/** The first 32 bits of the SHA-256 of the line without its checksum, in hexadecimal. */
const checksum = (json: string): string => (sha256(json)[0] >>> 0).toString(16).padStart(8, "0");

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
/** Ids and names are shown on a terminal, so they may not contain control characters. */
const isId = (value: unknown): value is string => typeof value === "string" && /^[\w:=.-]+$/.test(value);
export const isName = (value: unknown): value is string => typeof value === "string" && !/\p{Cc}/u.test(value);
const isFiniteNumber = (value: unknown): value is number => Number.isFinite(value);
const isText = (value: unknown): value is string => typeof value === "string";
const isSeat = (value: unknown): value is Seat => value === 0 || value === 1;
const isForfeit = (value: unknown): value is NonNullable<Episode["forfeit"]> =>
  isRecord(value) && isSeat(value.seat) && isText(value.reason);
const isSpoken = (value: unknown): value is Spoken =>
  isRecord(value) && isCount(value.ply) && isSeat(value.seat) && isText(value.text);
const isSaid = (value: unknown): value is Said =>
  isRecord(value) && isCount(value.ply) && Array.isArray(value.answers) && value.answers.every(isUtterance);
const isUtterance = (value: unknown): value is Utterance =>
  isRecord(value) &&
  isText(value.text) &&
  (value.illegal === undefined || isText(value.illegal)) &&
  (value.cutOff === undefined || value.cutOff === true) &&
  [value.promptTokens, value.completionTokens].every((count) => count === undefined || isCount(count));
const isPair = <T>(value: unknown, is: (item: unknown) => item is T): value is [T, T] =>
  Array.isArray(value) && value.length === 2 && value.every(is);
