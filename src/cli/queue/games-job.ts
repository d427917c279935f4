/** A job of games, and what all jobs of a tournament share, as they travel: plain data, checked where it arrives. */
import { z } from "zod";
import { modelSchema } from "./sent-models.ts";

const blobSchema = z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/), size: z.int().min(0) });

/** A player as a worker opens it. */
const playerSchema = z.strictObject({
  name: z.string(),
  /** As on the command line; where it names a run, `RUN` stands in its place. */
  spec: z.string(),
  /** The archive of the run, its name, and `@update` with `:greedy` if it is. */
  run: z.strictObject({ blob: blobSchema, name: z.string(), at: z.string() }).optional(),
});
export type SentPlayer = z.infer<typeof playerSchema>;

export const fieldSchema = z.strictObject({
  players: z.array(playerSchema),
  /** The settings of language models (settingsOfModels). */
  models: z.record(z.string(), modelSchema),
  /** The backend of the runs. */
  backend: z.string().optional(),
  /** Pairs of each fixture, openings if there are any, and the seed: as in a tournament. */
  pairs: z.int().min(1),
  openings: z.int().min(1).optional(),
  seed: z.int().min(0),
});
export type Field = z.infer<typeof fieldSchema>;

export const gamesSchema = z.strictObject({
  id: z.string(),
  kind: z.literal("games"),
  field: blobSchema,
  /** Of the fixture: its number, its game with the version of the rules, and the places of its players in the field. */
  fixture: z.int().min(0),
  game: z.string(),
  rules: z.int(),
  players: z.tuple([z.int().min(0), z.int().min(0)]),
  /** The first pair, and the one after the last. */
  from: z.int().min(0),
  to: z.int().min(1),
});
export type QueuedGames = z.infer<typeof gamesSchema>;

/** Stands in a spec for the path of a run. */
export const RUN = "RUN";

const count = z.int().min(0);
/** The first line of a result: the answers of the first player and of the second, if they answer in words. */
export const countedSchema = z.array(
  z.array(
    z.strictObject({
      illegal: z.string().optional(),
      cutOff: z.literal(true).optional(),
      promptTokens: count,
      completionTokens: count,
      ms: z.number().min(0).optional(),
      failed: count,
      isRetry: z.boolean(),
    }),
  ),
);
