/** The lines that the stepper draws: the position, with what is left out if the terminal is small. */
import type { Episode } from "../record/episode.ts";
import { heading, type Moment, saidLines, sentence } from "../record/transcript.ts";
import { UserError } from "../util/errors.ts";
import { JOINED, printable } from "../util/printable.ts";
import { momentsOf, type Position, type Stepper } from "./keys.ts";
import { probabilityLines } from "./probabilities.ts";
import type { LoggedEpisode } from "./select.ts";

export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly cyan: (text: string) => string;
  readonly red: (text: string) => string;
}

export interface Frame {
  /** At most as many as the terminal has rows, none wider than it. */
  readonly lines: readonly string[];
  /** `Position.scroll`, no more than what there is to scroll. */
  readonly scroll: number;
  /** Lines that one key scrolls. */
  readonly page: number;
}

const HELP = [
  "→ space n     next move",
  "← p           move before",
  "g G           first move, last move",
  "e E           next episode, one before",
  "12 Enter      go to episode 12",
  "u d, PgUp Dn  scroll a long text",
  "a             autoplay on, off",
  "?             this help, on and off",
  "q             quit",
];

/** The widest that fits is shown. */
const FOOTERS = [
  "←/→ step · g/G first/last · e/E episode · 12 Enter go to · u/d scroll · a autoplay · ? help · q quit",
  "←/→ step · g/G first/last · e/E episode · a autoplay · ? help · q quit",
  "←/→ step · e/E episode · ? help · q quit",
  "←/→ step · e/E game · ? help · q quit",
  "? help · q quit",
];

/** Rows of the text that are kept free if it has so many. */
const LEAST_TEXT = 5;
const LONGEST_PATH = 2;
/** With fewer rows, the probabilities of three moves are shown, else of ten. */
const FEW_ROWS = 20;

/** Lines that stand together. Those with the lowest rank are left out first; those without one stay. */
interface Part {
  readonly lines: readonly string[];
  readonly rank?: number;
}

const BLANK: Part = { lines: [""], rank: 1 };

/** A text that can be scrolled, and what stands above and below it. */
interface Content {
  readonly above: readonly Part[];
  readonly text: readonly string[];
  readonly below: readonly Part[];
}

export function frame(stepper: Stepper, position: Position, paint: Paint, columns: number, rows: number): Frame {
  const { help, typed, notice } = position;
  const { above, text, below } = contentOf(stepper, position, paint, columns, rows);
  const keys = paint.dim(firstThatFits(footersOf(position), columns));
  // What answers a key stays.
  const footer: Part = { lines: [keys], ...(typed === "" && notice === "" ? { rank: 4 } : {}) };
  const least = help ? text.length : Math.min(text.length, LEAST_TEXT);
  const kept = thatFit([...above, ...below, BLANK, footer], rows - least);
  const linesOf = (parts: readonly Part[]): string[] =>
    parts.flatMap((part) => (kept.includes(part) ? part.lines : []));
  const [top, bottom] = [linesOf(above), linesOf([...below, BLANK, footer])];
  const space = Math.max(1, rows - top.length - bottom.length);
  const scroll = Math.min(position.scroll, Math.max(0, text.length - space));
  const shown = scrolled(text, space, scroll, (note) => paint.dim(firstThatFits([note, "…"], columns)));
  return { lines: [...top, ...shown, ...bottom].slice(0, rows), scroll, page: Math.max(1, space - 2) };
}

function contentOf(stepper: Stepper, position: Position, paint: Paint, columns: number, rows: number): Content {
  const entry = stepper.entries[position.episode];
  const { episode } = entry;
  const place = placeOf(entry);
  const count = countOf(entry, position.episode + 1, stepper.entries.length);
  const titled = (texts: readonly string[]): Part => ({ lines: [paint.bold(firstThatFits(texts, columns))], rank: 5 });
  const untitled = [titled([count, place]), BLANK];
  if (position.help) return { above: untitled, text: HELP.flatMap((text) => fold(text, columns)), below: [] };
  try {
    const [title, players] = heading(episode);
    const all = momentsOf(stepper, position.episode, true);
    const moment = all[position.moment];
    const path = pathLines(all, position.moment, columns).map(paint.dim);
    const observation = moment.observation === undefined ? [] : fold(moment.observation, columns);
    const said = saidLines(moment).flatMap((text) => fold(text, columns, "    "));
    const text = [...observation, ...(said.length > 0 ? ["", ...said] : [])];
    const below = linesBelow(stepper, episode, moment, rows).flatMap((text) => fold(text, columns));
    return {
      above: [
        titled([`${title} · ${count}`, `${episode.game} · ${count}`, count, place]),
        { lines: fold(players, columns), rank: 2 },
        { lines: path, rank: 3 },
        BLANK,
      ],
      text,
      below: [
        ...(text.length > 0 ? [BLANK] : []),
        { lines: fold(sentence(episode, moment), columns).map(paint.cyan) },
        { lines: below, rank: 6 },
      ],
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const text = fold(`This episode does not follow the rules: ${error.message}.`, columns).map(paint.red);
    return { above: untitled, text, below: [] };
  }
}

/** What `--episode` names. */
const placeOf = ({ line, number }: LoggedEpisode): string =>
  number === undefined ? `line ${line}` : `episode ${number}`;

/** `line 632 · 632 of 640`, `episode 316 of 320 · line 632`. A long log is not read whole, so that the two numbers may differ. */
function countOf(entry: LoggedEpisode, place: number, total: number): string {
  if (entry.number === place) return `${placeOf(entry)} of ${total} · line ${entry.line}`;
  return `${placeOf(entry)} · ${place} of ${total}`;
}

/** The names of all moments, the current one marked. If they take too many lines, those around it that fit one line. */
function pathLines(all: readonly Moment[], at: number, columns: number): string[] {
  const nameOf = ({ name, kind }: Moment): string => (kind === "end" ? "end" : printable(name).replaceAll("\n", " "));
  const names = all.map((moment, i) => `${i === at ? "▸" : ""}${nameOf(moment)}`);
  const whole = fold(names.join(" "), columns);
  if (whole.length <= LONGEST_PATH) return whole;
  const textOf = (from: number, to: number): string =>
    [...(from > 0 ? ["…"] : []), ...names.slice(from, to), ...(to < names.length ? ["…"] : [])].join(" ");
  let [from, to] = [at, at + 1];
  for (;;) {
    const [earlier, later] = [[from - 1, to] as const, [from, to + 1] as const];
    const wider = at - from < to - at ? [earlier, later] : [later, earlier];
    const fitting = wider.find(([a, b]) => a >= 0 && b <= names.length && [...textOf(a, b)].length <= columns);
    if (!fitting) return [firstThatFits([textOf(from, to)], columns)];
    [from, to] = fitting;
  }
}

function linesBelow({ probabilities }: Stepper, episode: Episode, moment: Moment, rows: number): readonly string[] {
  try {
    return probabilityLines(probabilities?.(episode), moment, rows < FEW_ROWS ? 3 : 10);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [`No probabilities: ${error.message}`];
  }
}

function footersOf({ typed, notice, autoplay }: Position): readonly string[] {
  if (typed !== "")
    return [`Go to episode ${typed}_ · Enter: go · Esc: stay`, `Episode ${typed}_ · Enter · Esc`, `Episode ${typed}_`];
  if (notice !== "") return [notice];
  return autoplay ? FOOTERS.map((text) => `▶ ${text}`) : FOOTERS;
}

/** The parts that are left when all of them fit so many rows. */
function thatFit(parts: readonly Part[], rows: number): readonly Part[] {
  const height = parts.reduce((sum, { lines }) => sum + lines.length, 0);
  const ranks = parts.flatMap(({ rank }) => rank ?? []);
  if (height <= rows || ranks.length === 0) return parts;
  const lowest = Math.min(...ranks);
  return thatFit(
    parts.filter(({ rank }) => rank !== lowest),
    rows,
  );
}

/** The end of a text is shown, which changes from move to move, or what is `scroll` lines above it. */
function scrolled(text: readonly string[], space: number, scroll: number, paint: (note: string) => string): string[] {
  const below = scroll;
  const above = Math.max(0, text.length - space - scroll);
  const shown = text.slice(above, text.length - below);
  if (space < 3) return shown;
  if (above > 0) shown[0] = paint(`↑ ${above + 1} more lines: u`);
  if (below > 0) shown[shown.length - 1] = paint(`↓ ${below + 1} more lines: d`);
  return shown;
}

/** The first text that fits; the beginning of the last if none does. */
const firstThatFits = (texts: readonly string[], columns: number): string =>
  texts.find((text) => [...text].length <= columns) ?? (wrap(texts.at(-1) ?? "", columns)[0] as string);

/** Lines that fit. Joined spaces are plain ones then. */
const fold = (text: string, columns: number, indent?: string): string[] =>
  printable(text)
    .split("\n")
    .flatMap((line) => wrap(line, columns, indent))
    .map((line) => line.replaceAll(JOINED, " "));

/**
 * Breaks a line at spaces, or anywhere in a word that is wider than the terminal. `indent` stands before all lines but the first,
 * unless the terminal is very narrow.
 */
export function wrap(text: string, columns: number, indent = ""): string[] {
  if (indent !== "" && columns >= 4 * indent.length) {
    const [first = "", ...more] = wrap(text, columns);
    const rest = text.slice(first.length).trimStart();
    return more.length === 0 ? [first] : [first, ...wrap(rest, columns - indent.length).map((line) => indent + line)];
  }
  const lines: string[] = [];
  let rest = [...text];
  while (rest.length > columns) {
    const space = rest.lastIndexOf(" ", columns);
    const end = space > 0 ? space : columns;
    lines.push(rest.slice(0, end).join("").trimEnd());
    rest = rest.slice(end);
    if (space > 0) while (rest[0] === " ") rest.shift();
  }
  return [...lines, rest.join("")];
}
