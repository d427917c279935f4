/** Steps through episodes with keys: the position, the effect of each key, and the lines to draw. terminal.ts drives it. */

import { heading, type Moment, moments, saidLines, sentence, type Viewer } from "../record/transcript.ts";
import { UserError } from "../util/errors.ts";
import { printable } from "../util/printable.ts";
import type { LoggedEpisode } from "./select.ts";

export interface Position {
  readonly episode: number;
  readonly moment: number;
  readonly help: boolean;
}

export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly cyan: (text: string) => string;
  readonly red: (text: string) => string;
}

/** The effect of each key, by what the terminal sends for it. */
const KEYS: Readonly<
  Record<string, "next" | "back" | "first" | "last" | "nextEpisode" | "lastEpisode" | "help" | undefined>
> = {
  "\x1b[C": "next",
  "\x1bOC": "next",
  "\x1b[B": "next",
  " ": "next",
  n: "next",
  "\r": "next",
  "\x1b[D": "back",
  "\x1bOD": "back",
  "\x1b[A": "back",
  p: "back",
  g: "first",
  "\x1b[H": "first",
  G: "last",
  "\x1b[F": "last",
  e: "nextEpisode",
  E: "lastEpisode",
  "?": "help",
};

const HELP = [
  "→  space  n    next move",
  "←  p           move before",
  "g  G           first, last",
  "e  E           next episode, episode before",
  "?              this help",
  "q              quit",
];

export interface Stepper {
  readonly entries: readonly LoggedEpisode[];
  readonly viewer: Viewer;
}

/** Splits the input of a terminal into keys. */
export function keysIn(input: string): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: keys are control sequences
  return input.match(/\x1b\[[0-9;]*[A-Za-z~]|\x1bO[A-Z]|./gsu) ?? [];
}

/** The position after a key; undefined if the key quits. */
export function press(stepper: Stepper, position: Position, key: string): Position | undefined {
  if (key === "q" || key === "\x03" || key === "\x04") return undefined;
  const { episode, moment } = position;
  const act = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
  const last = momentsOf(stepper, episode).length - 1;
  const at = (to: number): Position => ({ episode, moment: Math.max(0, Math.min(last, to)), help: false });
  switch (act) {
    case "next":
      return at(moment + 1);
    case "back":
      return at(moment - 1);
    case "first":
      return at(0);
    case "last":
      return at(last);
    case "nextEpisode":
      return { episode: Math.min(stepper.entries.length - 1, episode + 1), moment: 0, help: false };
    case "lastEpisode":
      return { episode: Math.max(0, episode - 1), moment: 0, help: false };
    case "help":
      return { ...position, help: !position.help };
    case undefined:
      return position;
  }
}

/** The lines to draw on a terminal of this size: at most `rows`, none wider than `columns`. */
export function frame(stepper: Stepper, position: Position, paint: Paint, columns: number, rows: number): string[] {
  const { line, episode } = stepper.entries[position.episode];
  const fold = (text: string): string[] =>
    printable(text)
      .split("\n")
      .flatMap((part) => wrap(part, columns));
  const count = `line ${line} · ${position.episode + 1} of ${stepper.entries.length}`;
  const footer = ["", ...fold("←/→ step · g/G first/last · e/E episode · ? help · q quit").map(paint.dim)];
  let top = fold(`line ${line}`);
  let body: string[];
  let bottom: string[] = [];
  try {
    const [title, players] = heading(episode);
    const all = momentsOf(stepper, position.episode, true);
    const moment = all[position.moment];
    const path = all.map(({ name, kind }, i) => (kind === "end" ? "end" : i === position.moment ? `▸${name}` : name));
    top = [
      ...fold(`${title} · ${count}`).map(paint.bold),
      ...fold(players),
      ...fold(path.join(" ")).map(paint.dim),
      "",
    ];
    body = moment.observation === undefined ? [] : fold(moment.observation);
    const said = saidLines(moment);
    if (said.length > 0) body = [...body, "", ...said.flatMap(fold)];
    bottom = ["", ...fold(sentence(episode, moment)).map(paint.cyan)];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    body = fold(`This episode does not follow the rules: ${error.message}.`).map(paint.red);
  }
  if (position.help) body = HELP.flatMap(fold);
  // A small terminal shows the end of an observation, which is the part that changes from move to move.
  const space = Math.max(1, rows - top.length - bottom.length - footer.length);
  if (body.length > space) body = [paint.dim("…"), ...body.slice(body.length - space + 1)];
  return [...top, ...body, ...bottom, ...footer].slice(0, rows);
}

function momentsOf({ entries, viewer }: Stepper, index: number, strict = false): Moment[] {
  try {
    return moments(entries[index].episode, viewer);
  } catch (error) {
    if (strict || !(error instanceof UserError)) throw error;
    return [];
  }
}

/** Breaks a line at spaces, or anywhere in a word that is wider than the terminal. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let rest = [...text];
  while (rest.length > columns) {
    const space = rest.lastIndexOf(" ", columns);
    const end = space > 0 ? space : columns;
    lines.push(rest.slice(0, end).join(""));
    rest = rest.slice(space > 0 ? end + 1 : end);
  }
  return [...lines, rest.join("")];
}
