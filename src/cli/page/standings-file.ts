/** Reads standings.json, which `spiral arena` writes at the end of a tournament. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Standings } from "../../arena/standings.ts";
import { firstIssue, UserError } from "../../util/errors.ts";
import { readJson } from "../../util/files.ts";

/** JSON has no infinity: an end that the games do not bound is null. */
const interval = z
  .tuple([z.number().nullable(), z.number().nullable()])
  .transform(([low, high]) => [low ?? Number.NEGATIVE_INFINITY, high ?? Number.POSITIVE_INFINITY] as const);
const count = z.int().min(0);
const standing = z.object({
  ...{ player: z.string(), rating: z.number(), ci95: interval, group: z.int(), score: z.number() },
  ...{ games: count, wins: count, draws: count, losses: count, forfeits: count },
});
const answers = z.object({
  ...{ player: z.string(), answers: count, illegal: count, cutOff: count, failed: count, retries: count },
  ...{ promptTokens: count, completionTokens: count, cost: z.number().nullable() },
  latency: z.object({ p50: z.number(), p95: z.number() }).nullable(),
});
const pair = <T extends z.ZodType>(item: T) => z.tuple([item, item]);
const standingsSchema: z.ZodType<Standings> = z.object({
  players: z.array(z.string()),
  games: z.array(z.string()),
  seed: z.int(),
  pairs: count,
  format: z.enum(["round robin", "gauntlet"]),
  anchor: z.string().nullable(),
  overall: z.array(standing),
  byGame: z.record(z.string(), z.object({ standings: z.array(standing), firstSeat: z.number().nullable() })),
  matches: z.array(
    z.object({
      ...{ game: z.string(), players: pair(z.string()), pairs: count, wins: count, draws: count, losses: count },
      ...{
        forfeits: pair(count),
        score: z.number(),
        meanReturn: z.number(),
        ci95: interval,
        deterministic: z.boolean(),
      },
    }),
  ),
  openings: z.array(z.object({ game: z.string(), plies: count })),
  satOut: z.array(z.object({ player: z.string(), games: z.array(z.string()) })),
  // Earlier versions did not count them here.
  answers: z.array(answers).default([]),
});

/** Undefined if the tournament is not at its end. Throws a UserError (exit 3) if the file is damaged. */
export function readStandings(dir: string): Standings | undefined {
  const path = join(dir, "standings.json");
  if (!existsSync(path)) return undefined;
  const found = standingsSchema.safeParse(readJson(path));
  if (found.success) return found.data;
  throw new UserError(3, `standings.json is damaged (${firstIssue(found.error)}).`);
}
