/**
 * Removes secrets (the API key, the values of headers) from text that is shown or logged, in all forms in which an endpoint may
 * send them back: as they are, percent-encoded, in escapes of JSON or HTML, in hexadecimal or in Base64, in either case, and
 * with characters between that a terminal does not show or that are taken out later.
 */
import { printable } from "../../util/printable.ts";

/** A shorter secret is a dummy, which stays. */
const SHORTEST = 8;
/** What may stand between two characters of a secret: space, what is not shown, LaTeX, Markdown, punctuation. */
const BETWEEN = ["\\s", "\\p{C}", "\\p{M}", "{", "}", "$", "\\\\", "`", "*", '"', ":", ",", ".", "_", "\\-"];
const MOST_BETWEEN = 16;
const HTML: Readonly<Record<string, string>> = {
  "&": "amp",
  "<": "lt",
  ">": "gt",
  '"': "quot",
  "'": "apos",
  "/": "sol",
  "+": "plus",
  "=": "equals",
};

/** A function that makes text printable and replaces the secrets by `***`. */
export function keyRemover(secrets: readonly string[]): (text: string) => string {
  const forms = secrets.filter(({ length }) => length >= SHORTEST).flatMap((secret) => [secret, ...encoded(secret)]);
  if (forms.length === 0) return printable;
  // The longest first: one secret may be a part of another.
  const pattern = [...new Set(forms)]
    .sort((a, b) => b.length - a.length)
    .map(spelled)
    .join("|");
  const all = new RegExp(pattern, "giu");
  return (text) => printable(text).replaceAll(all, "***");
}

/** A secret in hexadecimal and in Base64, which has three forms within a longer text; without characters shared with neighbours. */
function encoded(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const within = [0, 1, 2].map((before) => {
    const [from, to] = [Math.ceil((8 * before) / 6), Math.floor((8 * (before + bytes.length)) / 6)];
    return Buffer.concat([Buffer.alloc(before), bytes])
      .toString("base64")
      .slice(from, to);
  });
  const base64 = [bytes.toString("base64").replace(/=+$/, ""), ...within];
  return [bytes.toString("hex"), ...base64, ...base64.map((form) => form.replaceAll("+", "-").replaceAll("/", "_"))];
}

/** A pattern of all spellings of a text. */
function spelled(text: string): string {
  return [...text].map((letter, i) => (i === 0 ? "" : between(letter)) + spellings(letter)).join("");
}

/** What may stand before `letter`; without the letter, so that there is one way to match, and no time is lost on others. */
function between(letter: string): string {
  const others = BETWEEN.filter((one) => one !== letter && one !== `\\${letter}`);
  return `[${others.join("")}]{0,${MOST_BETWEEN}}`;
}

/** The letter itself; %2F, also encoded again (%252F); =2F; \u002f, \x2f; &#47; &#x2f; &sol;, also encoded again. */
function spellings(letter: string): string {
  const code = letter.codePointAt(0) as number;
  const hex = code.toString(16);
  const escaped = letter.replace(/[\\^$.*+?()[\]{}|/]/, "\\$&");
  const entities = [`#0*${code}`, `#x0*${hex}`, ...(HTML[letter] === undefined ? [] : [HTML[letter]])];
  return `(?:${escaped}|(?:%(?:25)*|=)${hex}|\\\\?(?:u\\{?0*${hex}|x${hex})|&(?:amp;)*(?:${entities.join("|")});?)`;
}
