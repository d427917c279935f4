/**
 * Reads an episode log line by line, or games in notation one by one, in constant memory. A process that was killed may leave
 * an incomplete last line, which is dropped with a warning. Any other line that is no episode is reported with its number, and
 * reading continues.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { type Episode, parseEpisode } from "../record/episode.ts";
import { LONGEST_LINE } from "../record/line-limit.ts";
import { COMMENT, parseNotation, TAG } from "../record/notation.ts";
import { markLength } from "../util/encoding.ts";
import { UserError } from "../util/errors.ts";
import { checkRegular, withDiskErrors } from "../util/files.ts";

/** An episode, or the reason why there is none, with its line (its first line in notation), counted from 1. */
export type LogLine =
  | { readonly line: number; readonly episode: Episode }
  | { readonly line: number; readonly problem: string };

const CHUNK = 1 << 16;

/**
 * Lines may end in CR LF, and a byte order mark is skipped. UTF-16 throws a UserError (exit 3). `warn` is called for an
 * incomplete last line.
 */
export function* readLog(path: string, warn: (message: string) => void): Generator<LogLine, void, undefined> {
  for (const { line, text, whole, isNotation } of entriesOf(path)) {
    try {
      yield { line, episode: isNotation ? parseNotation(text) : parseEpisode(text) };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      if (whole || (!isNotation && isJson(text))) yield { line, problem: error.message };
      else if (isNotation) warn(`${path}:${line}: the last game is torn and was left out: ${error.message}.`);
      else warn(`${path}:${line}: the last line is torn and was left out.`);
    }
  }
}

interface Entry {
  readonly line: number;
  readonly text: string;
  readonly whole: boolean;
  readonly isNotation: boolean;
}

/**
 * The lines that are not empty; the lines of a game in notation are one entry. A game begins at the first tag after another
 * game's moves, or at the first comment of the file.
 */
function* entriesOf(path: string): Generator<Entry, void, undefined> {
  let number = 0;
  let game: Entry | undefined;
  let hasEnded = false;
  for (const { text, whole } of readLines(path)) {
    number++;
    const isTag = TAG.test(text);
    const isComment = COMMENT.test(text);
    if (game && (isTag ? hasEnded : !isComment && !game.isNotation && text.trim() !== "")) {
      yield game;
      game = undefined;
    }
    if (game) game = { line: game.line, text: `${game.text}\n${text}`, whole, isNotation: game.isNotation || isTag };
    else if (isTag || isComment) game = { line: number, text, whole, isNotation: isTag };
    else if (!whole || text.trim() !== "") yield { line: number, text, whole, isNotation: false };
    if (!isComment) hasEnded = game?.isNotation === true && !isTag;
    if (game && game.text.length > LONGEST_LINE) throw tooLong(path, game.line);
  }
  if (game) yield game;
}

function* readLines(path: string): Generator<{ text: string; whole: boolean }, void, undefined> {
  checkRegular(path);
  const fd = withDiskErrors("read", path, () => openSync(path, "r"), 3);
  let line = 1;
  try {
    const chunk = Buffer.alloc(CHUNK);
    let parts: Buffer[] = [];
    let pending = 0;
    let isFirst = true;
    for (;;) {
      const count = withDiskErrors("read", path, () => readSync(fd, chunk, 0, CHUNK, null), 3);
      if (count === 0) break;
      let start = isFirst ? markLength(chunk.subarray(0, count), path, 3) : 0;
      isFirst = false;
      for (let end = chunk.indexOf(10, start); end >= 0 && end < count; end = chunk.indexOf(10, start)) {
        const text = textOf([...parts, chunk.subarray(start, end)]);
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
    if (pending > 0) yield { text: textOf(parts), whole: false };
  } finally {
    closeSync(fd);
  }
}

/** The text of a line, without the CR of a CR LF. */
const textOf = (parts: readonly Buffer[]): string => Buffer.concat(parts).toString("utf8").replace(/\r$/, "");

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function tooLong(path: string, line: number): UserError {
  const what = `this is longer than ${LONGEST_LINE >> 20} MiB, and so no episode`;
  return new UserError(
    3,
    `${path}:${line}: ${what}. Delete it, or name an episode log; a tournament plays the game again.`,
  );
}
