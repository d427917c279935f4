/**
 * Makes text from outside safe for a terminal and a log. It removes whole escape sequences, then every control character except
 * newline and tab, and Unicode's bidirectional controls, which reorder the text on the screen.
 */

// biome-ignore-start lint/suspicious/noControlCharactersInRegex: these characters are searched for
/** CSI (colours, the cursor), then OSC, DCS, APC, PM and SOS up to their terminator, then two-character escapes. */
const ESCAPES = /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|\x1b[ -/]*[0-~]/g;
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
/** The colours that Spiral uses: bold, dim, red, green, yellow, cyan, and their ends. */
const COLORS = /(\x1b\[(?:[12]|22|3[1236]|39)m)/;
const COLOR_END = /^\x1b\[(?:22|39)m$/;
/** As `CONTROLS`; JSON itself escapes those below a space. */
const LATE_CONTROLS = /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
// biome-ignore-end lint/suspicious/noControlCharactersInRegex: as above

/** A space at which no line is broken; it is printed as a plain one. */
export const JOINED = "\u00a0";

export function printable(text: string): string {
  return text.replaceAll(ESCAPES, "").replaceAll(/\r\n?/g, "\n").replaceAll(CONTROLS, "");
}

/** `printable`, but the colours that Spiral uses are kept if `colored`. A colour that is left open is closed at the end. */
export function printableInColor(text: string, colored: boolean): string {
  if (!colored) return printable(text);
  // Every second part is a colour.
  const parts = text.split(COLORS).map((part, i) => (i % 2 === 0 ? printable(part) : part));
  const last = parts.at(-2);
  return parts.join("") + (last === undefined || COLOR_END.test(last) ? "" : "\x1b[22m\x1b[39m");
}

/** JSON text without a character that `printable` would remove: they are written as `\u009b`. */
export function escapedControls(json: string): string {
  return json.replaceAll(LATE_CONTROLS, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Replaces each lone surrogate by �. A text that was cut inside a character has one, and UTF-8 cannot encode it. */
export const wellFormed = (text: string): string => text.replaceAll(/\p{Surrogate}/gu, "\ufffd");

/** `printable` text on one line, of at most `most` characters. */
export function oneLine(text: string, most: number): string {
  const line = printable(text).replaceAll(/\s+/g, " ").trim();
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}
