/**
 * Episodes as text for people, modelled on chess's PGN: tags, then the moves by the game's names, outcomes of chance in braces.
 * The text is read back as the same episode, without the answers of players that answer in words.
 *
 *   [Game "kuhn"]
 *   [Version "1"]
 *   [First "random"]
 *   [Second "nash"]
 *   [Result "2 -2"]
 *   [Index "12"]
 *
 *   {K J} [check] [bet] [call]
 *
 * Tags may come in any order. A line that begins with ";" or "%" is a comment; braces are outcomes of chance, not comments.
 */
import type { Game, Turn } from "../games/game.ts";
import { getGame } from "../games/registry.ts";
import { UserError } from "../util/errors.ts";
import { type Episode, isName } from "./episode.ts";

const WIDTH = 100;
/** The beginning of a line that is a tag. */
export const TAG = /^\[[A-Z][A-Za-z]* "/;
export const COMMENT = /^[;%]/;
const WHOLE_TAG = /^\[([A-Z][A-Za-z]*) ("(?:[^"\\]|\\.)*")\]\s*$/;

/** The text of an episode, without the last newline. Throws a UserError if an action is not legal. */
export function formatNotation({
  game: id,
  version,
  update,
  index,
  players,
  opening,
  actions,
  returns,
  forfeit,
}: Episode): string {
  const tags = {
    Game: id,
    Version: version,
    First: players[0],
    Second: players[1],
    Result: returns.join(" "),
    Index: index,
    ...(update === undefined ? {} : { Update: update }),
    ...(opening === undefined ? {} : { Opening: opening }),
    ...(forfeit ? { Forfeit: forfeit.seat, Reason: forfeit.reason } : {}),
  };
  const lines = Object.entries(tags).map(([name, value]) => `[${name} ${JSON.stringify(String(value))}]`);
  const game = getGame(id);
  let state = game.initial();
  let line = "";
  lines.push("");
  for (const action of actions) {
    const turn = game.turn(state);
    const move = moveTexts(game, state, turn)[turn.kind === "end" ? -1 : turn.actions.indexOf(action)];
    if (move === undefined) throw new UserError(1, `action ${action} is not legal where it was taken`);
    if (line !== "" && line.length + 1 + move.length > WIDTH) {
      lines.push(line);
      line = "";
    }
    line += `${line === "" ? "" : " "}${move}`;
    state = game.apply(state, action);
  }
  return [...lines, line, ""].join("\n");
}

/** The episode in the text of one game. Throws a UserError with the reason if there is none. */
export function parseNotation(text: string): Episode {
  const lines = text.split("\n").filter((line) => !COMMENT.test(line));
  const tags = new Map<string, string>();
  let at = 0;
  for (; at < lines.length; at++) {
    const [, name, value] = WHOLE_TAG.exec(lines[at]) ?? [];
    if (name === undefined || value === undefined) {
      if (lines[at].trim() === "" && tags.size === 0) continue;
      break;
    }
    if (tags.has(name)) throw new UserError(1, `its tag ${name} is there twice`);
    tags.set(name, unquote(value));
  }
  const wrong = (tag: string): never => {
    throw new UserError(1, `its tag ${tag} is missing or is not what it should be`);
  };
  const count = (tag: string): number => {
    const value = tags.get(tag) ?? "";
    return /^\d{1,15}$/.test(value) ? Number(value) : wrong(tag);
  };
  const player = (tag: string): string => {
    const name = tags.get(tag);
    return isName(name) ? name : wrong(tag);
  };
  const game = getGame(tags.get("Game") ?? wrong("Game"));
  const returns = (tags.get("Result") ?? "").split(" ").map((part) => (part === "" ? Number.NaN : Number(part) + 0));
  const [first, second] = returns;
  if (returns.length !== 2 || !returns.every(Number.isFinite)) wrong("Result");
  const seat = tags.get("Forfeit");
  if (seat !== undefined && seat !== "0" && seat !== "1") wrong("Forfeit");
  return {
    game: game.id,
    version: count("Version"),
    ...(tags.has("Update") ? { update: count("Update") } : {}),
    index: count("Index"),
    players: [player("First"), player("Second")],
    ...(tags.has("Opening") ? { opening: count("Opening") } : {}),
    actions: readMoves(game, lines.slice(at).join("\n"), seat !== undefined),
    returns: [first, second],
    ...(seat === undefined ? {} : { forfeit: { seat: seat === "1" ? 1 : 0, reason: tags.get("Reason") ?? "" } }),
  };
}

/** The actions that the moves name. It walks the game, as the meaning of a name depends on the state. */
function readMoves(game: Game, text: string, isForfeit: boolean): number[] {
  const actions: number[] = [];
  let state = game.initial();
  for (let at = skipSpace(text, 0); ; at = skipSpace(text, at)) {
    const turn = game.turn(state);
    if (at === text.length) {
      if (turn.kind === "end" || isForfeit) return actions;
      throw new UserError(1, `its moves stop after ${actions.length} actions, before the game ends`);
    }
    if (turn.kind === "end")
      throw new UserError(1, `the game ends after ${actions.length} actions, and its text goes on`);
    // One name may begin with another, so the longest match is taken.
    let [found, length] = [-1, 0];
    for (const [slot, move] of moveTexts(game, state, turn).entries()) {
      if (move.length > length && text.startsWith(move, at)) [found, length] = [turn.actions[slot], move.length];
    }
    if (found < 0) {
      const next = text.slice(at, at + 40).split("\n", 1)[0];
      throw new UserError(1, `"${next}", at ply ${actions.length}, names nothing that can happen there`);
    }
    actions.push(found);
    state = game.apply(state, found);
    at += length;
  }
}

/** The names of the actions at a state, by slot. An action whose name is not unique has its number after the name. */
function moveTexts(game: Game, state: unknown, turn: Turn): string[] {
  if (turn.kind === "end") return [];
  const names = turn.actions.map((action) => game.actionName(state, action));
  const uses = new Map<string, number>();
  for (const name of names) uses.set(name, (uses.get(name) ?? 0) + 1);
  return names.map((name, slot) => {
    const unique = uses.get(name) === 1 ? name : `${name} #${turn.actions[slot]}`;
    return turn.kind === "chance" ? `{${unique}}` : unique;
  });
}

function skipSpace(text: string, at: number): number {
  while (at < text.length && /\s/.test(text[at])) at++;
  return at;
}

function unquote(text: string): string {
  try {
    return JSON.parse(text) as string;
  } catch {
    throw new UserError(1, `${text.slice(0, 40)} is no text in quotation marks`);
  }
}
