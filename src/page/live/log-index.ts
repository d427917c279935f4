/**
 * An index of an episode log: where each line begins, and what a list shows of its game (row-reader.ts). Lines that are appended later
 * are added to the index. A log that became shorter, another file, or a log that was cut and has grown again is indexed anew.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { type Episode, parseEpisode } from "../../record/episode.ts";
import { LONGEST_LINE } from "../../record/line-limit.ts";
import { markLength } from "../../util/encoding.ts";
import { UserError } from "../../util/errors.ts";
import { withDiskErrors } from "../../util/files.ts";
import type { ListedRow, PackedList } from "../listed.ts";
import { RowReader } from "./row-reader.ts";

const CHUNK = 1 << 20;
const LF = 10;
/** Bytes before the place that was read to, by which a log is known again. */
const TAIL = 64;
/** Problems that are kept. */
const PROBLEMS = 5;

export class LogIndex {
  readonly #path: string;
  #file = "";
  #reader = new RowReader();
  #rows: ListedRow[] = [];
  /** Where the line of each row begins and ends. */
  #starts: number[] = [];
  #ends: number[] = [];
  #line = 0;
  #read = 0;
  #tail: Buffer = Buffer.alloc(0);
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
    return { heads: this.#reader.heads, rows: this.#rows.slice(from, to) };
  }

  /** The games before that of a line, at most so many. */
  before(line: number, most: number): PackedList {
    const at = Math.max(0, this.#rowAt(line));
    return this.list(Math.max(0, at - most), at);
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
      if (file !== this.#file || size < this.#read || !tailOf(fd, this.#read).equals(this.#tail)) this.#forget(file);
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
          this.#tail = tailOf(fd, this.#read);
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
    [this.#reader, this.#problems] = [new RowReader(), []];
    [this.#rows, this.#starts, this.#ends] = [[], [], []];
    [this.#line, this.#read, this.#damaged] = [0, 0, 0];
    this.#tail = Buffer.alloc(0);
    this.#generation++;
  }

  #reject(line: number, problem: string): void {
    this.#damaged++;
    if (this.#problems.length < PROBLEMS) this.#problems.push(`line ${line}: ${problem}`);
  }

  #add(bytes: Buffer, start: number): void {
    const line = ++this.#line;
    try {
      const row = this.#reader.row(bytes, line);
      if (!row) return;
      this.#rows.push(row);
      this.#starts.push(start);
      this.#ends.push(start + bytes.length);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.#reject(line, error.message);
    }
  }
}

/** The last bytes before `end`. */
function tailOf(fd: number, end: number): Buffer {
  const tail = Buffer.alloc(Math.min(TAIL, end));
  return tail.subarray(0, readSync(fd, tail, 0, tail.length, end - tail.length));
}
