/**
 * Reads an episode log line by line, or games in notation one by one, in constant memory. A process that was killed may leave
 * an incomplete last line, which is dropped with a warning. Any other line that is no episode is reported with its number, and
 * reading continues.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { type Episode, parseEpisode } from "../record/episode.ts";
import { LONGEST_LINE } from "../record/line-limit.ts";
import { FIRST_TAG, parseNotation } from "../record/notation.ts";
import { UserError } from "../util/errors.ts";
import { withDiskErrors } from "../util/files.ts";

/** An episode, or the reason why there is none, with its line (its first line in notation), counted from 1. */
export type LogLine =
  | { readonly line: number; readonly episode: Episode }
  | { readonly line: number; readonly problem: string };

const CHUNK = 1 << 16;

/** `warn` is called for an incomplete last line. */
export function* readLog(path: string, warn: (message: string) => void): Generator<LogLine, void, undefined> {
  for (const { line, text, whole } of entriesOf(path)) {
    try {
      yield { line, episode: FIRST_TAG.test(text) ? parseNotation(text) : parseEpisode(text) };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      if (whole) yield { line, problem: error.message };
      else warn(`${path}:${line}: the last line is torn and was left out.`);
    }
  }
}

interface Entry {
  readonly line: number;
  readonly text: string;
  readonly whole: boolean;
}

/** The lines that are not empty; the lines of a game in notation are one entry. */
function* entriesOf(path: string): Generator<Entry, void, undefined> {
  let number = 0;
  let game: Entry | undefined;
  for (const { text, whole } of readLines(path)) {
    number++;
    if (FIRST_TAG.test(text)) {
      if (game) yield game;
      game = { line: number, text, whole };
    } else if (game) {
      game = { line: game.line, text: `${game.text}\n${text}`, whole };
      if (game.text.length > LONGEST_LINE) throw tooLong(path, game.line);
    } else if (!whole || text.trim() !== "") {
      yield { line: number, text, whole };
    }
  }
  if (game) yield game;
}

function* readLines(path: string): Generator<{ text: string; whole: boolean }, void, undefined> {
  const fd = withDiskErrors("read", path, () => openSync(path, "r"), 3);
  let line = 1;
  try {
    const chunk = Buffer.alloc(CHUNK);
    let parts: Buffer[] = [];
    let pending = 0;
    for (;;) {
      const count = withDiskErrors("read", path, () => readSync(fd, chunk, 0, CHUNK, null), 3);
      if (count === 0) break;
      let start = 0;
      for (let end = chunk.indexOf(10); end >= 0 && end < count; end = chunk.indexOf(10, start)) {
        const text = Buffer.concat([...parts, chunk.subarray(start, end)]).toString("utf8");
        parts = [];
        pending = 0;
        start = end + 1;
        line++;
        yield { text, whole: true };
      }
      parts.push(Buffer.from(chunk.subarray(start, count)));
      pending += count - start;
      if (pending > LONGEST_LINE) throw tooLong(path, line);
    }
    if (pending > 0) yield { text: Buffer.concat(parts).toString("utf8"), whole: false };
  } finally {
    closeSync(fd);
  }
}

function tooLong(path: string, line: number): UserError {
  const what = `this is longer than ${LONGEST_LINE >> 20} MiB, and so no episode`;
  return new UserError(
    3,
    `${path}:${line}: ${what}. Delete it, or name an episode log; a tournament plays the game again.`,
  );
}
