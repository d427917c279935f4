/** Reads metrics.jsonl. A line that is not what docs/metrics.md says is left out and named; the others are used. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { firstIssue } from "../util/errors.ts";
import { readRegularText } from "../util/files.ts";

const count = z.int().min(0);
const byName = z.record(z.string(), z.number());
/** Of one game: `nashConv` and `greedyNashConv`, or `meanReturnVsRandom`. */
const measuresSchema = z
  .object({ nashConv: z.number().optional(), greedyNashConv: z.number().optional() })
  .catchall(z.number());
/** Of one role: docs/metrics.md. */
export const writingSchema = z
  .object({ thinking: z.number(), invalid: z.number(), truncated: z.number() })
  .catchall(z.number());
export type WritingOfRole = z.infer<typeof writingSchema>;
const lineSchema = z.looseObject({
  update: count,
  episodes: count,
  decisions: count.optional(),
  seconds: z.number().min(0),
  loss: z.number().nullish(),
  entropy: byName.optional(),
  magnetKl: byName.optional(),
  returns: byName.optional(),
  baselines: byName.optional(),
  evaluation: z.record(z.string(), measuresSchema).optional(),
  writing: z.record(z.string(), z.record(z.string(), writingSchema)).optional(),
});
export type MetricsLine = z.infer<typeof lineSchema>;

/** The content of a file of eval/. `untrained`: NashConv of uniform play by game, in a run that begins with trained weights. */
export const evaluationSchema = z.looseObject({
  games: z.record(z.string(), measuresSchema),
  untrained: byName.optional(),
});
export type Evaluation = z.infer<typeof evaluationSchema>;

export interface ReadMetrics {
  readonly lines: readonly MetricsLine[];
  /** One for each line that is left out: `runs/x/metrics.jsonl:12: not a line of metrics (update: …)`. */
  readonly problems: readonly string[];
}

/** No lines if there is no such file. A torn last line, which has no newline, is left out without a problem. */
export function readMetrics(runDir: string): ReadMetrics {
  const path = join(runDir, "metrics.jsonl");
  const lines: MetricsLine[] = [];
  const problems: string[] = [];
  const texts = existsSync(path) ? readRegularText(path).split("\n") : [];
  for (const [i, text] of texts.entries()) {
    if (text.trim() === "") continue;
    const read = readLine(text);
    if (typeof read === "object") lines.push(read);
    else if (read !== NO_JSON || i < texts.length - 1)
      problems.push(`${path}:${i + 1}: not a line of metrics (${read})`);
  }
  return { lines, problems };
}

const NO_JSON = "not valid JSON";

/** The line, or why it is none. */
function readLine(text: string): MetricsLine | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return NO_JSON;
  }
  const parsed = lineSchema.safeParse(value);
  // The value itself, whose keys have the order of the file.
  return parsed.success ? (value as MetricsLine) : firstIssue(parsed.error);
}
