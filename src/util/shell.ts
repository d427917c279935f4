/** Commands that a person may copy into a shell. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: these characters are searched for
const CONTROL = /[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/**
 * A word as a shell reads it back: plain if it can be, else in quotes. POSIX shells get single quotes, in which nothing is
 * expanded; control characters, which cannot be printed, are written as bash and zsh read them (`$'\u001b'`). On Windows, double
 * quotes.
 */
export function quoted(word: string, platform: NodeJS.Platform = process.platform): string {
  if (platform === "win32") return /^[\w.:/\\@=,+-]+$/.test(word) ? word : `"${word.replaceAll('"', "")}"`;
  if (/^[\w.:/@+-][\w.:/@=,+-]*$/.test(word)) return word;
  if (word.search(CONTROL) < 0) return `'${word.replaceAll("'", "'\\''")}'`;
  const escaped = (c: string): string => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return `$'${word.replaceAll(/[\\']/g, "\\$&").replaceAll(CONTROL, escaped)}'`;
}
