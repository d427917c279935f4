/**
 * Text from elsewhere, made fit for a terminal and a log: a line of it can do nothing but be read. Escape sequences go
 * whole, then every control character but newline and tab, and the marks that reorder what is shown (Unicode's
 * bidirectional controls).
 */

// biome-ignore-start lint/suspicious/noControlCharactersInRegex: they are what is looked for
/** CSI (colours, the cursor), then OSC, DCS, APC, PM and SOS up to their terminator, then two-character escapes. */
const ESCAPES = /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|\x1b[ -/]*[0-~]/g;
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
// biome-ignore-end lint/suspicious/noControlCharactersInRegex: as above

export function printable(text: string): string {
  return text.replaceAll(ESCAPES, "").replaceAll(/\r\n?/g, "\n").replaceAll(CONTROLS, "");
}

/** Where a text was cut between the halves of a character, or came so: � for the half. What is sent and written is UTF-8, which has no halves. */
export const wellFormed = (text: string): string => text.replaceAll(/\p{Surrogate}/gu, "\ufffd");

/** `printable` on one line, at most `most` characters of it. */
export function oneLine(text: string, most: number): string {
  const line = printable(text).replaceAll(/\s+/g, " ").trim();
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}
