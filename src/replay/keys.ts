/** The position of the stepper, and what each key makes of it. */
import { type Moment, moments, type Viewer } from "../record/transcript.ts";
import { UserError } from "../util/errors.ts";
import type { ProbabilitiesOf } from "./probabilities.ts";
import { type LoggedEpisode, numberOf } from "./select.ts";

export interface Stepper {
  readonly entries: readonly LoggedEpisode[];
  readonly viewer: Viewer;
  readonly probabilities?: ProbabilitiesOf | undefined;
}

export interface Position {
  readonly episode: number;
  readonly moment: number;
  readonly help: boolean;
  /** How many lines a long text is scrolled up from its end. */
  readonly scroll: number;
  /** The digits of an episode's number so far. */
  readonly typed: string;
  /** Shown until the next key; "" if there is nothing to say. */
  readonly notice: string;
  readonly autoplay: boolean;
}

export const startAt = (episode: number, autoplay = false): Position => ({
  episode,
  moment: 0,
  help: false,
  scroll: 0,
  typed: "",
  notice: "",
  autoplay,
});

const QUIT = ["q", "\x03", "\x04"];
const ENTER = ["\r", "\n"];
const BACKSPACE = ["\x7f", "\b"];
const MOST_DIGITS = 12;

/** The effect of each key, by what the terminal sends for it. */
const KEYS = {
  "\x1b[C": "next",
  "\x1bOC": "next",
  "\x1b[B": "next",
  "\x1bOB": "next",
  " ": "next",
  n: "next",
  "\r": "next",
  "\x1b[D": "back",
  "\x1bOD": "back",
  "\x1b[A": "back",
  "\x1bOA": "back",
  p: "back",
  g: "first",
  "\x1b[H": "first",
  "\x1bOH": "first",
  "\x1b[1~": "first",
  G: "last",
  "\x1b[F": "last",
  "\x1bOF": "last",
  "\x1b[4~": "last",
  e: "nextEpisode",
  E: "lastEpisode",
  u: "up",
  "\x1b[5~": "up",
  d: "down",
  "\x1b[6~": "down",
  a: "autoplay",
  "?": "help",
} as const;
type Key = keyof typeof KEYS;

/** Splits the input of a terminal into keys. */
export function keysIn(input: string): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: keys are control sequences
  return input.match(/\x1b\[[0-9;]*[A-Za-z~]|\x1bO[A-Z]|./gsu) ?? [];
}

/** The position after a key; undefined if the key quits. `page`: the lines that one key scrolls. */
export function press(stepper: Stepper, position: Position, key: string, page = 1): Position | undefined {
  if (QUIT.includes(key)) return undefined;
  const { episode, moment, scroll, typed } = position;
  if (/^\d$/.test(key)) return { ...position, notice: "", typed: (typed + key).slice(0, MOST_DIGITS) };
  if (typed !== "" && BACKSPACE.includes(key)) return { ...position, typed: typed.slice(0, -1) };
  const now = { ...position, notice: "", typed: "" };
  if (typed !== "" && ENTER.includes(key)) return jump(stepper, now, Number(typed));
  const last = momentsOf(stepper, episode).length - 1;
  const at = (to: number): Position => ({ ...now, moment: Math.max(0, Math.min(last, to)), help: false, scroll: 0 });
  const act = Object.hasOwn(KEYS, key) ? KEYS[key as Key] : undefined;
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
      return inEpisode(now, Math.min(stepper.entries.length - 1, episode + 1));
    case "lastEpisode":
      return inEpisode(now, Math.max(0, episode - 1));
    case "up":
      return { ...now, scroll: scroll + page };
    case "down":
      return { ...now, scroll: Math.max(0, scroll - page) };
    case "autoplay":
      return { ...now, autoplay: !position.autoplay };
    case "help":
      // The help begins at its top.
      return { ...now, help: !position.help, scroll: position.help ? 0 : Number.POSITIVE_INFINITY };
    case undefined:
      return now;
  }
}

/** The position after a pause of autoplay: the next move, or the next episode. It stops at the end of the last. */
export function autoplayed(stepper: Stepper, position: Position): Position {
  const { episode, moment } = position;
  if (position.help || position.typed !== "") return position;
  if (moment < momentsOf(stepper, episode).length - 1) return { ...position, moment: moment + 1, scroll: 0 };
  if (episode < stepper.entries.length - 1) return inEpisode(position, episode + 1);
  return { ...position, autoplay: false };
}

const inEpisode = (position: Position, episode: number): Position => ({
  ...position,
  episode,
  moment: 0,
  help: false,
  scroll: 0,
});

function jump({ entries }: Stepper, position: Position, wanted: number): Position {
  const index = entries.findIndex((entry) => numberOf(entry) === wanted);
  if (index >= 0) return inEpisode(position, index);
  const [first, last] = [entries[0], entries.at(-1)].map((entry) => entry && numberOf(entry));
  return { ...position, notice: `No episode ${wanted} here: ${first} to ${last}.` };
}

/** None if the episode breaks the rules; if `strict`, the UserError instead. */
export function momentsOf({ entries, viewer }: Stepper, index: number, strict = false): Moment[] {
  try {
    return moments(entries[index].episode, viewer);
  } catch (error) {
    if (strict || !(error instanceof UserError)) throw error;
    return [];
  }
}
