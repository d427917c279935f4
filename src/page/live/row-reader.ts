/**
 * Reads what a list shows of a game from its line in a log, without parsing the line in full: it begins with fixed keys in a fixed order
 * (record/episode.ts), so that one expression reads them. The checksum is left for when the game is opened. A line that is not of this
 * form is parsed, to find out why.
 */
import { isName, parseEpisode } from "../../record/episode.ts";
import type { ListedRow, PackedList } from "../listed.ts";

/** Bytes of a line in which its head is searched first. */
const HEAD_BYTES = 4096;
const HEAD =
  /^\{"game":"([\w:=.-]+)","version":\d+,(?:"update":(\d+),)?"index":(\d+),"players":(\["(?:[^"\\]|\\.)*","(?:[^"\\]|\\.)*"\]),(?:"opening":\d+,)?"actions":\[([\d,]*)\],"returns":\[(-?[\d.e+-]+),(-?[\d.e+-]+)\](?:,"forfeit":\{"seat":([01]),)?/;
/** A line ends in `,"check":"01234567"}`. */
const CHECK = Buffer.from(',"check":"');
const END_BYTES = CHECK.length + 10;
const CR = 13;

export class RowReader {
  /** What games have in common, once each; rows refer to it. */
  readonly heads: PackedList["heads"][number][] = [];
  readonly #places = new Map<string, number>();

  /** The row of line number `line`; undefined if it is empty. Throws a UserError if it is no episode. */
  row(bytes: Buffer, line: number): ListedRow | undefined {
    const end = bytes.length - (bytes[bytes.length - 1] === CR ? 1 : 0) - END_BYTES;
    const isEnded = end > 0 && bytes.compare(CHECK, 0, CHECK.length, end, end + CHECK.length) === 0;
    const head = isEnded ? HEAD.exec(bytes.toString("utf8", 0, Math.min(bytes.length, HEAD_BYTES))) : null;
    if (head) {
      const [, game = "", update, index, players = "", actions = "", return0, return1, forfeit] = head;
      const place = this.#placeOf(game, players);
      const returns = [Number(return0), Number(return1)] as const;
      if (place !== undefined && returns.every(Number.isFinite)) {
        const plies = actions === "" ? 0 : commasIn(actions) + 1;
        const played = update === undefined ? null : Number(update);
        const row = [line, place, played, Number(index), plies, ...returns] as const;
        return forfeit === undefined ? row : [...row, forfeit === "0" ? 0 : 1];
      }
    }
    return this.#parsed(bytes.toString("utf8").replace(/\r$/, ""), line);
  }

  /** Of a line whose head is unusual: a long game, or no episode. */
  #parsed(text: string, line: number): ListedRow | undefined {
    if (text.trim() === "") return undefined;
    const { game, players, update = null, index, actions, returns, forfeit } = parseEpisode(text);
    const place = this.#place(game, JSON.stringify(players), players);
    const row = [line, place, update, index, actions.length, ...returns] as const;
    return forfeit ? [...row, forfeit.seat] : row;
  }

  /** The index of what games have in common; undefined if `players`, as JSON, are not two names. */
  #placeOf(game: string, players: string): number | undefined {
    const known = this.#places.get(`${game}\n${players}`);
    if (known !== undefined) return known;
    const names = namesIn(players);
    return names && this.#place(game, players, names);
  }

  #place(game: string, json: string, players: readonly [string, string]): number {
    const key = `${game}\n${json}`;
    const place = this.#places.get(key) ?? this.heads.push({ game, players }) - 1;
    this.#places.set(key, place);
    return place;
  }
}

function namesIn(json: string): [string, string] | undefined {
  try {
    const [first, second] = JSON.parse(json);
    return isName(first) && isName(second) ? [first, second] : undefined;
  } catch {
    return undefined;
  }
}

function commasIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf(","); at >= 0; at = text.indexOf(",", at + 1)) count++;
  return count;
}
