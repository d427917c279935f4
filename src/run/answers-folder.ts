/**
 * The folder of a measurement of a language model. measurement.json fixes who is asked about what, and how. Every answer is
 * appended to answers.jsonl as it comes, which is all that is needed to go on. If the process was killed, the last line may be
 * incomplete; it is then removed, and that answer is asked for again.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { AppendOnlyFile, cutTornLine } from "../util/append-only-file.ts";
import { firstIssue, UserError } from "../util/errors.ts";
import { makeFolders, readJson, readRegularText, withDiskErrors, writeFileAtomic } from "../util/files.ts";
import { isLeftover, sweepLeftovers } from "./leftovers.ts";
import { takeLock } from "./lock.ts";

/** Version of the folder's layout. */
const SCHEMA = 1;
const MANIFEST = "measurement.json";
const ANSWERS = "answers.jsonl";

const count = z.int().min(0);
const answerSchema = z.object({
  text: z.string(),
  illegal: z.string().optional(),
  cutOff: z.literal(true).optional(),
  promptTokens: count.optional(),
  completionTokens: count.optional(),
  /** Milliseconds from the request to the answer. */
  ms: z.number().min(0).optional(),
  /** Requests before it that failed. */
  failed: count.optional(),
  /** The endpoint's names for the model that answered. */
  served: z.string().optional(),
  fingerprint: z.string().optional(),
});
const lineSchema = z.object({
  /** The seat and the key of the information set: `0J:`. */
  set: z.string(),
  /** The number of the answer at this set, from 0. */
  sample: count,
  /** The name of the action; null for a forfeit. */
  action: z.string().nullable(),
  /** With --logprobs, of each action by its name; `action` is then the likeliest. */
  probabilities: z.record(z.string(), z.number().min(0).max(1.0001)).optional(),
  /** All that was said: illegal answers first. */
  answers: z.array(answerSchema),
});
export type KeptAnswer = z.infer<typeof lineSchema>;

/** What must be the same when a measurement goes on. `asked`: all that shapes the answers. */
export interface Asked {
  readonly game: string;
  readonly version: number;
  readonly player: string;
  readonly asked: Readonly<Record<string, unknown>>;
}
const manifestSchema = z.object({
  schema: z.literal(SCHEMA),
  spiral: z.string(),
  game: z.string(),
  version: z.int(),
  player: z.string(),
  asked: z.record(z.string(), z.unknown()),
});

export interface AnswersFolder {
  readonly dir: string;
  /** The answers of earlier processes, in their order. */
  readonly kept: readonly KeptAnswer[];
  readonly append: (answer: KeptAnswer) => void;
  readonly close: () => void;
}

/**
 * Begins a measurement, or continues the one in the folder. Throws a UserError (exit 2) if that one is of something else, and
 * (exit 3) if a line of it is not an answer. The folder is locked until `close`.
 */
export function openAnswers(dir: string, asked: Asked, spiral: string): AnswersFolder {
  const path = join(dir, MANIFEST);
  if (existsSync(path)) checkSame(path, asked);
  else if (existsSync(dir)) checkFree(dir);
  makeFolders(dir);
  const release = takeLock(dir);
  try {
    sweepLeftovers(dir, { isLocked: true });
    if (!existsSync(path)) writeFileAtomic(path, `${JSON.stringify({ schema: SCHEMA, spiral, ...asked }, null, 2)}\n`);
    const log = join(dir, ANSWERS);
    cutTornLine(log);
    const kept = existsSync(log) ? readAnswers(log) : [];
    const file = new AppendOnlyFile(log);
    return {
      dir,
      kept,
      append: (answer) => file.append(`${JSON.stringify(answer)}\n`),
      close() {
        file.close();
        release();
      },
    };
  } catch (error) {
    release();
    throw error;
  }
}

/** The answers in a JSON list; undefined if they are none. */
export function keptAnswers(json: string): KeptAnswer[] | undefined {
  try {
    return z.array(lineSchema).safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}

function readAnswers(path: string): KeptAnswer[] {
  return readRegularText(path)
    .split("\n")
    .flatMap((line, i) => {
      if (line === "") return [];
      let problem = "not valid JSON";
      try {
        const parsed = lineSchema.safeParse(JSON.parse(line));
        if (parsed.success) return parsed.data;
        problem = firstIssue(parsed.error);
      } catch {
        // Reported below.
      }
      throw new UserError(3, `${path}:${i + 1}: ${problem}. Delete that line, and it is asked for again.`);
    });
}

/** Throws if no measurement can begin at this path. */
function checkFree(dir: string): void {
  if (!statSync(dir).isDirectory()) throw new UserError(2, `${dir} is a file, not a folder. Name another by --out.`);
  const names = withDiskErrors("read", dir, () => readdirSync(dir), 2);
  if (names.every(isLeftover)) return;
  throw new UserError(2, `${dir} is there already and holds no measurement. Name another folder by --out.`);
}

function checkSame(path: string, asked: Asked): void {
  const found = manifestSchema.safeParse(readJson(path));
  if (!found.success)
    throw new UserError(3, `${path} is not the manifest of a measurement (${firstIssue(found.error)}).`);
  const there: Asked = found.data;
  const differs = (["game", "version", "player"] as const)
    .filter((key) => there[key] !== asked[key])
    .map((key) => `${key}: ${there[key]} there, ${asked[key]} now`);
  const text = (value: unknown): string => JSON.stringify(value) ?? "none";
  for (const key of new Set([...Object.keys(there.asked), ...Object.keys(asked.asked)])) {
    const [before, now] = [text(there.asked[key]), text(asked.asked[key])];
    if (before !== now) differs.push(`${key}: ${before} there, ${now} now`);
  }
  if (differs.length === 0) return;
  throw new UserError(2, [
    `${path} is of another measurement: ${differs.join("; ")}.`,
    "Its answers do not belong together with these. Name another folder by --out, or delete that one.",
  ]);
}
