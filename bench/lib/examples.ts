/**
 * Examples of the documentation. In a fenced block without a language, a line `$ command` is followed by what the command prints
 * on stdout; in a block ```` ```console ````, by what it prints on stdout and stderr. A line "…" stands for lines that are left
 * out, and "…" at the end of a line for the rest of that line. What is shown behind the prompts of `spiral play` is typed there. A
 * block whose fence names a file (```` ```yaml bad.yaml ````) is that file.
 *
 * What depends on the machine (times, speeds, memory, versions) is that of the machine on which the example was last written, and is
 * not compared. The dates in names of runs are written as one fixed date.
 */

export interface Example {
  readonly command: string;
  /** Whether stderr is shown, too. */
  readonly withErrors: boolean;
  /** The lines that the page shows. */
  readonly shown: readonly string[];
  /** The number of the first of them in the page, from 0. */
  readonly at: number;
}

const commandPages = (...names: string[]): string[] => names.map((name) => `docs/commands/${name}.md`);

/**
 * Pages whose examples the tests run. The commands of a row are run in one folder, in this order, so a page finds the runs of the
 * pages before it.
 */
export const CHEAP_PAGES: readonly (readonly string[])[] = [
  commandPages("games", "players", "prompt", "solve", "match", "config"),
  [
    ...commandPages("train", "runs", "export", "policy", "eval", "report"),
    "docs/metrics.md",
    "docs/run-directory.md",
    ...commandPages("replay"),
  ],
];

/** Pages whose examples only `npm run docs` runs, in rows as above. */
export const COSTLY_PAGES: readonly (readonly string[])[] = [
  ["README.md"],
  commandPages("arena", "play", "doctor"),
  ["docs/configuration.md", "docs/llm-measure.md"],
  commandPages("ladder"),
  [...commandPages("ablate", "compare"), "docs/json.md"],
  ["CONTRIBUTING.md"],
  ["docs/tutorial.md"],
];

const LEFT_OUT = "…";

/** The examples of a page in order. Those that show no output are run for the sake of the others. */
export function examplesOf(page: string): Example[] {
  const examples: Example[] = [];
  let language: string | undefined;
  let begun: Omit<Example, "shown"> | undefined;
  const lines = page.split("\n");
  lines.forEach((line, i) => {
    const fence = /^```(.*)$/.exec(line)?.[1];
    const command = language === "" || language === "console" ? /^\$ (.*)$/.exec(line)?.[1] : undefined;
    if (begun && (fence !== undefined || command !== undefined)) {
      examples.push({ ...begun, shown: trimmed(lines.slice(begun.at, i)) });
      begun = undefined;
    }
    if (fence !== undefined) language = language === undefined ? fence : undefined;
    if (command !== undefined) begun = { command, withErrors: language === "console", at: i + 1 };
  });
  return examples;
}

/** The files that a page shows whole: path and text. */
export function filesOf(page: string): [path: string, text: string][] {
  return [...page.matchAll(/^```\w+ (\S+)\n([\s\S]*?)^```$/gm)].map(([, path = "", text = ""]) => [path, text]);
}

/** The words after `spiral` of a command that is no more than that; undefined for one with pipes, quotes and the like. */
export function argvOf(command: string): readonly string[] | undefined {
  return /[|&<>"'\\]/.test(command) ? undefined : /^(?:npx )?spiral (.*)$/.exec(command)?.[1]?.split(" ");
}

/** What is typed at the prompts of `spiral play`. */
export function typedIn(shown: readonly string[]): string {
  const prompts = shown.map((line) => /^(?:Your move|Enter for another game, q to leave): (.+)$/.exec(line)?.[1]);
  return prompts.flatMap((text) => (text === undefined ? [] : `${text}\n`)).join("");
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

/**
 * What a page should show of an output. With lines "…": as many lines before the first and after the last as the page shows now, and
 * between two of them as many lines as now, from where the most of them are the same.
 */
export function shownOf(output: string, shown: readonly string[]): readonly string[] {
  if (isShown(output, shown)) return shown;
  const lines = linesOf(output).map((line) => shown.find((old) => old !== LEFT_OUT && matches(line, old)) ?? line);
  const parts: string[][] = [[]];
  for (const line of shown) {
    if (line === LEFT_OUT) parts.push([]);
    else parts.at(-1)?.push(line);
  }
  if (parts.length === 1) return lines;
  let end = 0;
  const kept = parts.map((part, i) => {
    const last = lines.length - part.length;
    const from = i === 0 ? 0 : i === parts.length - 1 ? Math.max(last, end) : placeOf(part, lines, end);
    end = Math.min(from + part.length, lines.length);
    return lines.slice(from, end);
  });
  return kept.flatMap((part, i) => (i === 0 ? part : [LEFT_OUT, ...part]));
}

/** Where from `start` on the most lines are those of `part`. */
function placeOf(part: readonly string[], lines: readonly string[], start: number): number {
  let [place, most] = [start, -1];
  for (let from = start; from <= lines.length - part.length; from++) {
    const same = part.filter((line, i) => line === lines[from + i]).length;
    if (same > most) [place, most] = [from, same];
  }
  return place;
}

function matches(line: string, shown: string): boolean {
  const [here, there] = [comparable(line), comparable(shown)];
  return there.endsWith(LEFT_OUT) ? here.startsWith(there.slice(0, -LEFT_OUT.length)) : here === there;
}

/** What differs from machine to machine, and what stands in its place when lines are compared. */
const MACHINE: readonly (readonly [RegExp, string])[] = [
  [/\b\d+(\.\d+)? (ms|s)\b/g, "0 $2"],
  [
    /"(seconds|cpuSeconds|compile|solve|model|cores|total|free|size|gflops|rowsPerSecond|node)": ?("[^"]*"|[\d.]+)/g,
    '"$1": 0',
  ],
  // A page holds the times of its run, and its program grows.
  [/\b[\d,]+ kB\b/g, "0 kB"],
  // The seconds in the table of `spiral ablate`, before the last column.
  [/\| [\d.]+( \([\d.]+ – [\d.]+\))? (\| [\d,]+ \|)$/, "| 0 $2"],
  // `spiral doctor`: its columns are as wide as their figures.
  [/^backend {2}status +product +training$/, "backend status product training"],
  [/ *[\d.]+( [kM])? (GFLOPS|rows\/s) */g, " 0 $2 "],
  [/ Node \d+\.\d+\.\d+, .*/, " Node 0"],
  [/^\d+ cores? of .*/, "1 core"],
];

const comparable = (line: string): string =>
  MACHINE.reduce((text, [figure, fixed]) => text.replace(figure, fixed), line);

const linesOf = (output: string): string[] =>
  trimmed(
    output
      .replace(/\b\d{4}-\d\d-\d\d_\d{4}_/g, "2026-11-23_2305_")
      .split("\n")
      .map((line) => line.trimEnd()),
  );

/** Without empty lines at the end. */
function trimmed(lines: readonly string[]): string[] {
  let end = lines.length;
  while (end > 0 && lines[end - 1] === "") end--;
  return lines.slice(0, end);
}
