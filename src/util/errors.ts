/**
 * Errors for the person at the terminal. They say what is wrong, where, and how to mend it. Any other error is a bug of
 * Spiral and is shown with its stack trace.
 */

/** 1 failure · 2 usage or configuration · 3 run or checkpoint missing or incompatible · 4 a check failed. */
export type ExitCode = 1 | 2 | 3 | 4;

/** One or more problems, a line each. The process ends with `exitCode`. */
export class UserError extends Error {
  readonly exitCode: ExitCode;
  readonly problems: readonly string[];

  constructor(exitCode: ExitCode, problems: string | readonly string[], options?: { cause?: unknown }) {
    const lines = typeof problems === "string" ? [problems] : problems;
    super(lines.join("\n"), options);
    this.name = "UserError";
    this.exitCode = exitCode;
    this.problems = lines;
  }
}

/** Why a value does not fit a schema: `games.0: Invalid input: expected string, received null`. Takes an error of zod. */
export function firstIssue({
  issues: [issue],
}: {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
}): string {
  const where = issue?.path.map(String).join(".") ?? "";
  return `${where === "" ? "" : `${where}: `}${issue?.message ?? "not what it should be"}`;
}

/** The first of many problems, and in a last line how many more there are. */
export function firstOf(problems: readonly string[], most = 20): readonly string[] {
  if (problems.length <= most) return problems;
  return [...problems.slice(0, most), `… and ${(problems.length - most).toLocaleString("en-US")} more problems.`];
}

/** ` Did you mean "kuhn"?` for the nearest of `candidates`, or "" if the nearest differs in more than a third of the letters. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  let best = "";
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best === "" ? "" : ` Did you mean "${best}"?`;
}

/** Damerau–Levenshtein distance with adjacent transpositions (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  const width = b.length + 1;
  const d = new Uint16Array((a.length + 1) * width);
  const at = (i: number, j: number): number => d[i * width + j];
  for (let i = 0; i <= a.length; i++) d[i * width] = i;
  for (let j = 0; j <= b.length; j++) d[j] = j;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const substitution = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let distance = Math.min(substitution, at(i - 1, j) + 1, at(i, j - 1) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        distance = Math.min(distance, at(i - 2, j - 2) + 1);
      }
      d[i * width + j] = distance;
    }
  }
  return at(a.length, b.length);
}

/** For the default branch of a switch over a union: the switch then fails to compile when the union gets a new member. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value ${JSON.stringify(value)}`);
}
