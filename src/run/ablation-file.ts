/** Reads ablation.json, which `spiral ablate` writes when all runs of an ablation have ended. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { firstIssue, UserError } from "../util/errors.ts";
import { readJson } from "../util/files.ts";
import type { GameResult, RunResult, VarianceResult } from "./ablation.ts";
import type { CreditFigures, CreditResult } from "./credit.ts";
import { writingSchema } from "./metrics.ts";

export const ABLATION_FILE = "ablation.json";

const game: z.ZodType<GameResult> = z.looseObject({
  ...{ nashConv: z.number(), greedyNashConv: z.number(), bestNashConv: z.number(), entropy: z.number() },
  writing: z.record(z.string(), writingSchema).optional(),
});
const run: z.ZodType<Pick<RunResult, "run" | "games">> = z.looseObject({
  run: z.string(),
  games: z.record(z.string(), game).default({}),
});
const variance: z.ZodType<VarianceResult> = z.looseObject({
  ...{ game: z.string(), seed: z.int(), update: z.int(), entropy: z.number() },
  ratios: z.record(z.string(), z.number().nullable()),
});
const figures = {
  ...{ signal: z.number(), squaredBias: z.number(), squaredBiasError: z.number(), variance: z.number() },
  ...{ meanSquaredError: z.number(), rankCorrelation: z.number().nullable(), covered: z.number() },
} satisfies Record<keyof CreditFigures, z.ZodType>;
const gradient = z.looseObject({
  ...{ cosine: z.number(), squaredBias: z.number(), squaredBiasError: z.number(), variance: z.number() },
});
const credit: z.ZodType<CreditResult> = z.looseObject({
  ...{ game: z.string(), seed: z.int(), update: z.int() },
  estimators: z.record(
    z.string(),
    z.looseObject({
      gradient: gradient.nullable(),
      all: z.looseObject(figures),
      byPly: z.array(z.looseObject({ ...figures, role: z.string(), ply: z.int() })),
    }),
  ),
});
const schema = z.looseObject({
  cells: z.array(
    z.looseObject({ label: z.string().default(""), settings: z.record(z.string(), z.unknown()), runs: z.array(run) }),
  ),
  variance: z.array(variance).default([]),
  credit: z.array(credit).default([]),
});

/** What an ablation came to. */
export type KeptAblation = z.infer<typeof schema>;

/** Undefined if the ablation is not at its end. Throws a UserError (exit 3) if the file is damaged. */
export function readAblation(dir: string): KeptAblation | undefined {
  const path = join(dir, ABLATION_FILE);
  if (!existsSync(path)) return undefined;
  const found = schema.safeParse(readJson(path));
  if (found.success) return found.data;
  throw new UserError(3, `${path} is not what an ablation came to (${firstIssue(found.error)}).`);
}
