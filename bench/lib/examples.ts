/**
 * Examples of the documentation: fenced blocks in which a line `$ spiral …` is followed by what the command prints. A line "…"
 * stands for lines that are left out, and "…" at the end of a line for the rest of that line. Times (`29 ms`, `1.0 s`) are
 * those of the machine on which the example was last written, and are not compared.
 */

export interface Example {
  /** The words after `spiral`. */
  readonly argv: readonly string[];
  /** The lines that the page shows. */
  readonly shown: readonly string[];
  /** The number of the first of them in the page, from 0. */
  readonly at: number;
}

/** Pages whose examples need no trained run. */
export const CHEAP_PAGES = ["games", "players", "solve", "match"].map((name) => `docs/commands/${name}.md`);

const COMMAND = /^\$ (?:npx )?spiral (.*)$/;
const LEFT_OUT = "…";

/** The examples of a page that show an output, in order; commands with pipes, quotes and the like are left out. */
export function examplesOf(page: string): Example[] {
  const examples: Example[] = [];
  let [isInside, argv, at] = [false, undefined as readonly string[] | undefined, 0];
  const lines = page.split("\n");
  lines.forEach((line, i) => {
    const isFence = line.startsWith("```");
    if (isFence || line.startsWith("$ ")) {
      const shown = trimmed(lines.slice(at, i));
      if (argv && shown.length > 0) examples.push({ argv, shown, at });
      argv = undefined;
    }
    if (isFence) isInside = !isInside;
    const command = isInside ? COMMAND.exec(line)?.[1] : undefined;
    if (command !== undefined && !/[|&<>"'\\]/.test(command)) [argv, at] = [command.split(" "), i + 1];
  });
  return examples;
}

/** Whether an output is what a page shows of it. */
export function isShown(output: string, shown: readonly string[]): boolean {
  const lines = linesOf(output);
  let at = 0;
  let mayLeaveOut = false;
  for (const line of shown) {
    if (line === LEFT_OUT) {
      mayLeaveOut = true;
      continue;
    }
    const last = mayLeaveOut ? lines.length - 1 : at;
    while (at <= last && !matches(lines[at] ?? "", line)) at++;
    if (at > last) return false;
    [at, mayLeaveOut] = [at + 1, false];
  }
  return mayLeaveOut || at >= lines.length;
}

/** What a page should show of an output: with a line "…", as many lines before it and after it as the page shows now. */
export function shownOf(output: string, shown: readonly string[]): readonly string[] {
  if (isShown(output, shown)) return shown;
  const lines = linesOf(output);
  const gap = shown.indexOf(LEFT_OUT);
  if (gap < 0) return lines;
  const after = shown.length - gap - 1;
  return [...lines.slice(0, gap), LEFT_OUT, ...(after === 0 ? [] : lines.slice(-after))];
}

function matches(line: string, shown: string): boolean {
  const [here, there] = [withoutTimes(line), withoutTimes(shown)];
  return there.endsWith(LEFT_OUT) ? here.startsWith(there.slice(0, -LEFT_OUT.length)) : here === there;
}

const withoutTimes = (line: string): string => line.replaceAll(/\b\d+(\.\d+)? (ms|s)\b/g, "0 $2");
const linesOf = (output: string): string[] => trimmed(output.split("\n").map((line) => line.trimEnd()));

/** Without empty lines at the end. */
function trimmed(lines: readonly string[]): string[] {
  let end = lines.length;
  while (end > 0 && lines[end - 1] === "") end--;
  return lines.slice(0, end);
}
