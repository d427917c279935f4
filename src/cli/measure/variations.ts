/** What `spiral probe` changes about how a model is asked: `order,role-tag,message,reasoning,system=a.txt,names=b.txt`. */
import { basename } from "node:path";
import type { Wording } from "../../players/llm/wording.ts";
import { didYouMean, UserError } from "../../util/errors.ts";
import { expandHome, readText } from "../../util/files.ts";
import { oneLine } from "../../util/printable.ts";
import { checkAll } from "../check-all.ts";

export interface Variation {
  /** As it is written: `order`, `system=a.txt`. */
  readonly name: string;
  readonly change: (usual: Wording) => Wording;
}

interface Kind {
  readonly what: string;
  /** Of a variation without a file. */
  readonly change?: (usual: Wording) => Wording;
  /** Of a variation with one, from its text. */
  readonly read?: (text: string, path: string) => Wording;
}

const VARIATIONS: Readonly<Record<string, Kind>> = {
  order: { what: "the legal actions last first", change: (usual) => ({ ...usual, reversed: !usual.reversed }) },
  "role-tag": {
    what: "Player 0 and Player 1 change names",
    change: (usual) => ({ ...usual, seatsSwapped: !usual.seatsSwapped }),
  },
  message: {
    what: "the observation in the system message",
    change: (usual) => ({ ...usual, observationInSystem: !usual.observationInSystem }),
  },
  reasoning: {
    what: "the action alone is asked for, or with --answer-only reasoning too",
    change: (usual) => ({ ...usual, withoutReasoning: !usual.withoutReasoning }),
  },
  "system=FILE": { what: "a system message, such as a persona", read: (text) => ({ system: text }) },
  "names=FILE": {
    what: "other words, a line each: bet = raise",
    read: (text, path) => ({ names: namesIn(text, path) }),
  },
};

const NAMES = Object.keys(VARIATIONS);

/** The variations in a list. Throws a UserError (exit 2) with everything that is wrong. */
export function parseVariations(list: string | undefined): Variation[] {
  const parts = (list ?? "").split(",").map((part) => part.trim());
  if (list === undefined || parts.includes("")) {
    throw new UserError(2, `Name what is varied: --vary order,role-tag. Variations: ${NAMES.join(", ")}.`);
  }
  const twice = parts.find((part, i) => parts.indexOf(part) < i);
  if (twice !== undefined) throw new UserError(2, `--vary names ${oneLine(twice, 80)} twice.`);
  return checkAll<Variation[]>(...parts.map((part) => () => parseVariation(part)));
}

function parseVariation(name: string): Variation {
  const [word = "", file] = /^([^=]*)(?:=(.*))?$/s.exec(name)?.slice(1) ?? [];
  const kind = Object.hasOwn(VARIATIONS, word) ? VARIATIONS[word] : VARIATIONS[`${word}=FILE`];
  if (kind?.change && file === undefined) return { name, change: kind.change };
  if (kind?.read && file) {
    const path = expandHome(file);
    const text = readText(path, 2).trim();
    if (text === "") throw new UserError(2, `${path} is empty.`);
    const read = kind.read(text, path);
    return { name: `${word}=${oneLine(basename(path), 80)}`, change: (usual) => ({ ...usual, ...read }) };
  }
  const hint = kind ? ` Write ${kind.read ? `${word}=FILE` : word}.` : didYouMean(word, NAMES);
  throw new UserError(2, `There is no variation "${oneLine(name, 80)}".${hint} Variations: ${NAMES.join(", ")}.`);
}

/** `bet = raise`, a line each. Both sides are distinct, so that an answer can be read back. */
function namesIn(text: string, path: string): [string, string][] {
  const pairs = text.split("\n").flatMap((line, i): [string, string][] => {
    if (line.trim() === "") return [];
    const [, word, by] = /^\s*([^=]*[^=\s])\s*=\s*([^=]*[^=\s])\s*$/.exec(line) ?? [];
    if (word === undefined || by === undefined) {
      throw new UserError(2, `${path}:${i + 1}: "${oneLine(line, 80)}" is no pair of words; write: bet = raise`);
    }
    return [[word, by]];
  });
  for (const side of [0, 1] as const) {
    const words = pairs.map((pair) => pair[side].toLowerCase());
    const twice = words.find((word, i) => words.indexOf(word) < i);
    if (twice !== undefined)
      throw new UserError(2, `${path} has "${oneLine(twice, 80)}" twice; answers could not be read back.`);
  }
  return pairs;
}
