/**
 * Removes secrets (the API key, the values of headers) from text that is shown or logged, in all forms in which an endpoint may
 * send them back.
 *
 * The text is compared by its letters and digits, without case, so that it does not matter what stands between them; for a secret
 * whose letters are ordinary words, by all that is shown. It is compared as it is, and with its escapes decoded, several times over:
 * `%2573` is `%73` and then `s`. A secret is looked for as it is and as the codes of its characters: in hexadecimal, decimal, octal,
 * Base64. The time is linear in the length of the text, whatever it holds.
 */
import { printable } from "../../util/printable.ts";

/** A shorter secret is a dummy, which stays. */
const SHORTEST = 8;
/** So many letters are no words of a text. */
const LONG = 16;
/** How often escapes are decoded. */
const ROUNDS = 8;
/** %2F; \u002f, \u{2f}, \x2f and \057; &#47;, &#x2f; and &sol;. Tags of HTML stand for nothing. */
const ESCAPE =
  /%(?<percent>[\da-f]{2})|\\(?:u(?<u>[\da-f]{4})|u\{0*(?<point>[\da-f]{1,6})\}|x(?<x>[\da-f]{2})|(?<octal>[0-3][0-7]{2}))|&(?:#0*(?<decimal>\d{1,7})|#x0*(?<entity>[\da-f]{1,6}));?|&(?<name>[a-z]{2,7});|<\/?[a-z][a-z\d]{0,9}>/gi;
/**
 * =2F, as in mail; u002f, u{2f} and x2f, which have lost their backslash. Each is decoded apart, as what follows `key=` or is a part of
 * a secret may look like it.
 */
const APART = [/=(?<percent>[\da-f]{2})/gi, /u(?<u>00[\da-f]{2})|u\{0*(?<point>[\da-f]{1,6})\}|x(?<x>[\da-f]{2})/gi];
/** Names in HTML of signs that begin another escape, or are found in keys. */
const NAMED: Readonly<Record<string, string>> = {
  ...{ amp: "&", num: "#", percnt: "%", bsol: "\\" },
  ...{ sol: "/", plus: "+", equals: "=", lowbar: "_" },
};

const LETTER = /[\p{L}\p{N}]/u;
/** What a terminal shows. */
const SHOWN = /[^\s\p{C}\p{M}]/u;

/** A text that was made of another: unit i stands for the other's units from[i] … to[i] − 1. */
interface View {
  readonly text: string;
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** A function that makes text printable and replaces the secrets by `***`. */
export function keyRemover(secrets: readonly string[]): (text: string) => string {
  const known = [...new Set(secrets)].filter((secret) => charactersOf(viewOf(secret), SHOWN).text.length >= SHORTEST);
  const forms = known.flatMap((secret) => [secret, ...codesOf(secret)]);
  if (forms.length === 0) return printable;
  const sought = [LETTER, SHOWN].map((kept) => {
    const those = forms.filter((form) => isToldByLetters(form) === (kept === LETTER));
    return { kept, texts: new Set(those.map((form) => charactersOf(viewOf(form), kept).text)) };
  });
  return (given) => {
    const text = printable(given);
    const places: Place[] = [];
    const search = (view: View): void => {
      for (const { kept, texts } of sought) if (texts.size > 0) findPlaces(texts, charactersOf(view, kept), places);
    };
    let view = viewOf(text);
    search(view);
    for (const escapes of APART) {
      const decoded = decode(view, escapes);
      if (decoded !== view) search(decoded);
    }
    for (let round = 0; round < ROUNDS; round++) {
      const decoded = decode(view, ESCAPE);
      if (decoded === view) break;
      view = decoded;
      search(view);
    }
    return without(text, places);
  };
}

/**
 * Whether the letters and digits of a form are enough to know it by. Those of `not-needed` or `2026-01-01` are ordinary text, so that
 * the signs must be there as well.
 */
function isToldByLetters(form: string): boolean {
  const letters = charactersOf(viewOf(form), LETTER).text;
  const isMixed = /\p{L}/u.test(letters) && /\p{N}/u.test(letters);
  return letters.length >= SHORTEST && (letters.length >= LONG || isMixed || letters.length === form.length);
}

/** The codes of a secret's characters, one after the other, also with letters before each: x73, 0x73, u0073. */
function codesOf(secret: string): string[] {
  const [bytes, wide] = [Buffer.from(secret), Buffer.from(secret, "utf16le")];
  const written = (prefix: string, radix: number, width: number): string =>
    [...bytes].map((byte) => prefix + byte.toString(radix).padStart(width, "0")).join("");
  return [
    ...[written("", 16, 2), written("x", 16, 2), written("0x", 16, 2), written("u", 16, 4), wide.toString("hex")],
    ...[written("", 10, 0), written("", 8, 0), written("", 8, 3)],
    ...base64Of(bytes),
    ...base64Of(wide),
    ...base64Of(Buffer.from(bytes.toString("base64"))),
  ];
}

/** Base64, alone and within a longer text, where it has three forms; those without characters shared with neighbours. */
function base64Of(bytes: Buffer): string[] {
  const within = [0, 1, 2].map((before) => {
    const [from, to] = [Math.ceil((8 * before) / 6), Math.floor((8 * (before + bytes.length)) / 6)];
    return Buffer.concat([Buffer.alloc(before), bytes])
      .toString("base64")
      .slice(from, to);
  });
  return [bytes.toString("base64"), ...within];
}

const viewOf = (text: string): View => {
  const from = Array.from(text.split("").keys());
  return { text, from, to: from.map((i) => i + 1) };
};

/** A view that is made unit by unit. */
function making(view: View) {
  const made = { text: [] as string[], from: [] as number[], to: [] as number[] };
  return {
    /** Units `first` … `last` of the view stand as `text`. */
    add(text: string, first: number, last = first): void {
      for (let i = 0; i < text.length; i++) {
        made.text.push(text[i] as string);
        made.from.push(view.from[first] as number);
        made.to.push(view.to[last] as number);
      }
    },
    end: (): View => ({ ...made, text: made.text.join("") }),
  };
}

/** Those characters of a view that match `kept`, in lower case; those with marks, or of another width, as the plain ones. */
function charactersOf(view: View, kept: RegExp): View {
  const { add, end } = making(view);
  for (let i = 0; i < view.text.length; i++) {
    const unit = view.text[i] as string;
    const plain = unit > "\x7f" ? unit.normalize("NFKD") : unit;
    for (const character of plain.toLowerCase()) if (kept.test(character)) add(character, i);
  }
  return end();
}

/** The view with what each escape stands for; the same view if there is none. */
function decode(view: View, escapes: RegExp): View {
  const { add, end } = making(view);
  let at = 0;
  const copyTo = (next: number): void => {
    for (; at < next; at++) add(view.text[at] as string, at);
  };
  for (const { 0: written, index, groups = {} } of view.text.matchAll(escapes)) {
    copyTo(index);
    at = index + written.length;
    add(meaning(groups), index, at - 1);
  }
  if (at === 0) return view;
  copyTo(view.text.length);
  return end();
}

/** What an escape stands for, by the groups of its pattern; nothing for a tag. */
function meaning(groups: Readonly<Record<string, string | undefined>>): string {
  const { octal, decimal, name } = groups;
  const hex = groups.percent ?? groups.u ?? groups.point ?? groups.x ?? groups.entity;
  if (hex !== undefined) return character(Number.parseInt(hex, 16));
  if (octal !== undefined) return character(Number.parseInt(octal, 8));
  if (decimal !== undefined) return character(Number(decimal));
  return NAMED[name?.toLowerCase() ?? ""] ?? "";
}

const character = (code: number): string => (code <= 0xffff ? String.fromCharCode(code) : "");

type Place = readonly [from: number, to: number];

/** Adds to `places` where the forms stand in the text that a view was made of. */
function findPlaces(forms: Iterable<string>, { text, from, to }: View, places: Place[]): void {
  for (const form of forms) {
    for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + form.length)) {
      places.push([from[at] as number, to[at + form.length - 1] as number]);
    }
  }
}

/** The text with `***` for each place, and for the padding of Base64 behind it. */
function without(text: string, places: readonly Place[]): string {
  let [left, at] = ["", 0];
  for (const [from, to] of [...places].sort(([a], [b]) => a - b)) {
    if (from >= at) left += `${text.slice(at, from)}***`;
    at = Math.max(at, to);
    while (text[at] === "=") at++;
  }
  return left + text.slice(at);
}
