/**
 * The record of one game, and its line in episodes.jsonl. Chance is among the actions, so a game's rules and this record
 * are all that replaying and verifying need. A line ends in a checksum of itself: an altered character does not pass.
 */
import { createHash } from "node:crypto";
import { forfeitReturns } from "../games/forfeit.ts";
import type { Game, Seat, Turn } from "../games/game.ts";
import { getGame } from "../games/registry.ts";
import { UserError } from "../util/errors.ts";

export interface Episode {
  /** Id of the game, parameters included, and the version of its rules. */
  readonly game: string;
  readonly version: number;
  /** The training update it was played in; absent where it was not played for training. */
  readonly update?: number | undefined;
  /** Which game of that update (or match) it was. */
  readonly index: number;
  /** Who sat in seats 0 and 1. */
  readonly players: readonly [string, string];
  /** Every action from the start to the end, or to the forfeit; outcomes of chance included. */
  readonly actions: readonly number[];
  readonly returns: readonly [number, number];
  /** Who gave the game up when it was to move, and why; absent where it was played to its end. */
  readonly forfeit?: { readonly seat: Seat; readonly reason: string } | undefined;
  /** What players who answer in words answered, by ply; absent where nothing was said. */
  readonly said?: readonly Said[] | undefined;
}

/** One answer of a player that answers in words, for the log. */
export interface Utterance {
  readonly text: string;
  /** Why it was no legal action; absent where it was. */
  readonly illegal?: string;
  readonly promptTokens?: number;
  readonly completionTokens?: number;
}

export interface Said {
  readonly ply: number;
  readonly answers: readonly Utterance[];
}

/** One position of a replayed game; the last has no action. */
export interface Step {
  readonly ply: number;
  readonly state: unknown;
  readonly turn: Turn;
  readonly action: number | undefined;
  /** The action in brackets, or what chance brought. */
  readonly name: string | undefined;
}

/** One line of JSON without the newline; keys in a fixed order, `check` last. */
export function formatEpisode(episode: Episode): string {
  const { game, version, update, index, players, actions, returns, forfeit, said } = episode;
  const json = JSON.stringify({ game, version, update, index, players, actions, returns, forfeit, said });
  return `${json.slice(0, -1)},"check":"${checksum(json)}"}`;
}

/** The episode in a line of a log; a UserError says why it is none. */
export function parseEpisode(line: string): Episode {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new UserError(1, "not valid JSON");
  }
  // The checksum covers the characters as they stand, so equal JSON written differently does not pass either.
  const body = /^(\{.*),"check":"([0-9a-f]{8})"\}$/s.exec(line);
  if (!body || !isRecord(value)) throw new UserError(1, "not an episode: it does not end in a checksum");
  if (checksum(`${body[1]}}`) !== body[2]) throw new UserError(1, "altered: its checksum does not match");
  const { game, version, update, index, players, actions, returns, forfeit, said } = value;
  const wrong = (key: string, expected: string): never => {
    throw new UserError(1, `"${key}" must be ${expected}`);
  };
  return {
    game: isId(game) ? game : wrong("game", "the id of a game"),
    version: isCount(version) ? version : wrong("version", "a whole number"),
    ...(update === undefined ? {} : { update: isCount(update) ? update : wrong("update", "a whole number") }),
    index: isCount(index) ? index : wrong("index", "a whole number"),
    players: isPair(players, isName) ? players : wrong("players", "two names"),
    actions: Array.isArray(actions) && actions.every(isCount) ? actions : wrong("actions", "a list of whole numbers"),
    returns: isPair(returns, isFiniteNumber) ? returns : wrong("returns", "two numbers"),
    ...(forfeit === undefined
      ? {}
      : { forfeit: isForfeit(forfeit) ? forfeit : wrong("forfeit", "a seat and a reason") }),
    ...(said === undefined
      ? {}
      : { said: Array.isArray(said) && said.every(isSaid) ? said : wrong("said", "a list of plies and answers") }),
  };
}

/**
 * Every position of an episode, the end included; a UserError at the first action that the rules do not allow. A forfeit is
 * an end at the position where the one who forfeits was to move.
 */
export function* replaySteps(
  game: Game,
  episode: Pick<Episode, "actions" | "forfeit">,
): Generator<Step, void, undefined> {
  const { forfeit } = episode;
  let state = game.initial();
  for (let ply = 0; ; ply++) {
    const turn = game.turn(state);
    const action = episode.actions[ply];
    if (turn.kind === "end") {
      if (action !== undefined) {
        throw new UserError(1, `the game ends after ${ply} actions, the episode has ${episode.actions.length}`);
      }
      if (forfeit) throw new UserError(1, `the game ends after ${ply} actions: there was nothing left to forfeit`);
      yield { ply, state, turn, action, name: undefined };
      return;
    }
    if (action === undefined && forfeit) {
      if (turn.kind !== "player" || turn.player !== forfeit.seat) {
        throw new UserError(1, `player ${forfeit.seat} forfeits at ply ${ply}, and it is not its turn`);
      }
      yield { ply, state, turn: { kind: "end", returns: forfeitReturns(forfeit.seat) }, action, name: undefined };
      return;
    }
    if (action === undefined) throw new UserError(1, `the episode stops after ${ply} actions, before the game ends`);
    if (!turn.actions.includes(action)) {
      const legal = turn.actions.map((a) => `${a} ${game.actionName(state, a)}`).join(", ");
      throw new UserError(1, `action ${action} at ply ${ply} is not legal; legal there: ${legal}`);
    }
    yield { ply, state, turn, action, name: game.actionName(state, action) };
    state = game.apply(state, action);
  }
}

/** What an episode and the rules disagree about; undefined where they agree. */
export function verifyEpisode(episode: Episode): string | undefined {
  try {
    const game = getGame(episode.game);
    if (game.version !== episode.version) {
      return `${game.id} is at version ${game.version} of its rules, the episode was played with ${episode.version}`;
    }
    for (const { turn } of replaySteps(game, episode)) {
      if (turn.kind !== "end") continue;
      const [first, second] = turn.returns;
      if (first !== episode.returns[0] || second !== episode.returns[1]) {
        return `the game returns ${first}, ${second}; the episode says ${episode.returns.join(", ")}`;
      }
    }
    // Whoever forfeits has answered too: at the ply after the last action.
    const answered = episode.actions.length + (episode.forfeit ? 1 : 0);
    const late = episode.said?.find(({ ply }) => ply >= answered);
    if (late) return `something was said at ply ${late.ply}, after the end`;
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

const checksum = (json: string): string => createHash("sha256").update(json).digest("hex").slice(0, 8);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
/** What is shown on a terminal: the characters that ids have, and names without control codes. */
const isId = (value: unknown): value is string => typeof value === "string" && /^[\w:=.-]+$/.test(value);
const isName = (value: unknown): value is string => typeof value === "string" && !/\p{Cc}/u.test(value);
const isFiniteNumber = (value: unknown): value is number => Number.isFinite(value);
const isText = (value: unknown): value is string => typeof value === "string";
const isForfeit = (value: unknown): value is NonNullable<Episode["forfeit"]> =>
  isRecord(value) && (value.seat === 0 || value.seat === 1) && isText(value.reason);
const isSaid = (value: unknown): value is Said =>
  isRecord(value) && isCount(value.ply) && Array.isArray(value.answers) && value.answers.every(isUtterance);
const isUtterance = (value: unknown): value is Utterance =>
  isRecord(value) &&
  isText(value.text) &&
  (value.illegal === undefined || isText(value.illegal)) &&
  [value.promptTokens, value.completionTokens].every((count) => count === undefined || isCount(count));
const isPair = <T>(value: unknown, is: (item: unknown) => item is T): value is [T, T] =>
  Array.isArray(value) && value.length === 2 && value.every(is);
