/**
 * An index of an episode log: where each line begins, and what a list shows of its game. A line is not parsed in full: its head has
 * fixed keys in a fixed order (record/episode.ts), so that one expression reads it; its checksum is checked when the game is opened.
 * Lines that are appended later are added to the index. A log that became shorter, or another file, is indexed anew.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { type Episode, isName, parseEpisode } from "../../record/episode.ts";
import { LONGEST_LINE } from "../../record/line-limit.ts";
import { markLength } from "../../util/encoding.ts";
import { UserError } from "../../util/errors.ts";
import { withDiskErrors } from "../../util/files.ts";
import type { ListedRow, PackedList } from "../listed.ts";

const CHUNK = 1 << 20;
const [LF, CR] = [10, 13];
/** Bytes of a line in which its head is searched first. */
const HEAD_BYTES = 4096;
const HEAD =
  /^\{"game":"([\w:=.-]+)","version":\d+,(?:"update":(\d+),)?"index":(\d+),"players":(\["(?:[^"\\]|\\.)*","(?:[^"\\]|\\.)*"\]),(?:"opening":\d+,)?"actions":\[([\d,]*)\],"returns":\[(-?[\d.e+-]+),(-?[\d.e+-]+)\](?:,"forfeit":\{"seat":([01]),)?/;
/** A line ends in `,"check":"01234567"}`. */
const CHECK = Buffer.from(',"check":"');
const END_BYTES = CHECK.length + 10;
/** Problems that are kept. */
const PROBLEMS = 5;

export class LogIndex {
  readonly #path: string;
  #file = "";
  #heads: PackedList["heads"][number][] = [];
  #places = new Map<string, number>();
  #rows: ListedRow[] = [];
  /** Where the line of each row begins and ends. */
  #starts: number[] = [];
  #ends: number[] = [];
  #line = 0;
  #read = 0;
  #problems: string[] = [];
  #damaged = 0;
  #torn = false;
  #generation = 0;
  #refreshing: Promise<void> | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Games in the index. */
  get count(): number {
    return this.#rows.length;
  }

  /** Rises when the log is indexed anew, so that games of before are others now. */
  get generation(): number {
    return this.#generation;
  }

  /** Lines that are no episode: how many, and the first few as `line 3: why`. */
  get damaged(): { readonly count: number; readonly problems: readonly string[] } {
    return { count: this.#damaged, problems: this.#problems };
  }

  /** Whether the log ends in a line that is not ended yet. */
  get torn(): boolean {
    return this.#torn;
  }

  /** The games with numbers from … to − 1, counted from 0 in the order of the log. */
  list(from: number, to: number): PackedList {
    return { heads: this.#heads, rows: this.#rows.slice(from, to) };
  }

  /** The game of a line. Throws a UserError (exit 3) if there is none, or if the line was altered. */
  episode(line: number): Episode {
    const at = this.#rowAt(line);
    const [start, end] = [this.#starts[at], this.#ends[at]];
    if (start === undefined || end === undefined) throw new UserError(3, `Line ${line} of the log is no game.`);
    return withDiskErrors("read", this.#path, () => {
      const fd = openSync(this.#path, "r");
      try {
        const bytes = Buffer.alloc(end - start);
        const text = bytes.toString("utf8", 0, readSync(fd, bytes, 0, bytes.length, start));
        return parseEpisode(text.replace(/\r$/, ""));
      } finally {
        closeSync(fd);
      }
    });
  }

  /** The row of a line, by bisection; −1 if it has none. */
  #rowAt(line: number): number {
    let [low, high] = [0, this.#rows.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#rows[middle]?.[0] ?? 0) < line) low = middle + 1;
      else high = middle;
    }
    return this.#rows[low]?.[0] === line ? low : -1;
  }

  /** Reads what was appended since the last call. Other work gets its turn between chunks. Throws a UserError if the log cannot be read. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #refresh(): Promise<void> {
    const fd = withDiskErrors("read", this.#path, () => openSync(this.#path, "r"), 3);
    try {
      const { ino, dev, size } = fstatSync(fd);
      const file = `${dev}:${ino}`;
      if (file !== this.#file || size < this.#read) this.#forget(file);
      let chunk = Buffer.alloc(CHUNK);
      let isSkipping = false;
      for (;;) {
        const count = withDiskErrors("read", this.#path, () => readSync(fd, chunk, 0, chunk.length, this.#read), 3);
        const mark = this.#read === 0 ? markLength(chunk.subarray(0, count), this.#path, 3) : 0;
        let start = mark;
        for (let end = chunk.indexOf(LF, start); end >= 0 && end < count; end = chunk.indexOf(LF, start)) {
          if (!isSkipping) this.#add(chunk.subarray(start, end), this.#read + start);
          isSkipping = false;
          start = end + 1;
        }
        if (count < chunk.length) {
          this.#torn = start < count;
          this.#read += start;
          return;
        }
        if (start > mark) {
          this.#read += start;
        } else if (chunk.length < LONGEST_LINE) {
          chunk = Buffer.alloc(2 * chunk.length);
        } else {
          if (!isSkipping) this.#reject(++this.#line, `longer than ${LONGEST_LINE >> 20} MiB`);
          isSkipping = true;
          this.#read += count;
        }
        await setImmediate();
      }
    } finally {
      closeSync(fd);
    }
  }

  #forget(file: string): void {
    this.#file = file;
    [this.#heads, this.#places, this.#problems] = [[], new Map(), []];
    [this.#rows, this.#starts, this.#ends] = [[], [], []];
    [this.#line, this.#read, this.#damaged] = [0, 0, 0];
    this.#generation++;
  }

  #reject(line: number, problem: string): void {
    this.#damaged++;
    if (this.#problems.length < PROBLEMS) this.#problems.push(`line ${line}: ${problem}`);
  }

  #add(bytes: Buffer, start: number): void {
    const line = ++this.#line;
    const row = this.#rowOf(bytes, line);
    if (!row) return;
    this.#rows.push(row);
    this.#starts.push(start);
    this.#ends.push(start + bytes.length);
  }

  #rowOf(bytes: Buffer, line: number): ListedRow | undefined {
    const end = bytes.length - (bytes[bytes.length - 1] === CR ? 1 : 0) - END_BYTES;
    const isEnded = end > 0 && bytes.compare(CHECK, 0, CHECK.length, end, end + CHECK.length) === 0;
    const head = isEnded ? HEAD.exec(bytes.toString("utf8", 0, Math.min(bytes.length, HEAD_BYTES))) : null;
    if (head) {
      const [, game = "", update, index, players = "", actions = "", return0, return1, forfeit] = head;
      const place = this.#headOf(game, players);
      const returns = [Number(return0), Number(return1)] as const;
      if (place !== undefined && returns.every(Number.isFinite)) {
        const plies = actions === "" ? 0 : commasIn(actions) + 1;
        const row = [
          line,
          place,
          update === undefined ? null : Number(update),
          Number(index),
          plies,
          ...returns,
        ] as const;
        return forfeit === undefined ? row : [...row, forfeit === "0" ? 0 : 1];
      }
    }
    return this.#rowOfWhole(bytes.toString("utf8").replace(/\r$/, ""), line);
  }

  /** Of a line whose head is unusual: a long game, or no episode. */
  #rowOfWhole(text: string, line: number): ListedRow | undefined {
    if (text.trim() === "") return undefined;
    try {
      const { game, players, update = null, index, actions, returns, forfeit } = parseEpisode(text);
      const place = this.#headOf(game, JSON.stringify(players));
      if (place === undefined) return undefined;
      const row = [line, place, update, index, actions.length, ...returns] as const;
      return forfeit ? [...row, forfeit.seat] : row;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.#reject(line, error.message);
      return undefined;
    }
  }

  /** The index of what games have in common; undefined if `players`, as JSON, are not two names. */
  #headOf(game: string, players: string): number | undefined {
    const key = `${game}\n${players}`;
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const names = namesIn(players);
    if (!names) return undefined;
    const place = this.#heads.push({ game, players: names }) - 1;
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
