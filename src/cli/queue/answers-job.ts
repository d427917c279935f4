/** Questions to a language model as a job of a queue: a block of the answers of a measurement (cli/measure/measurement.ts). */
import { z } from "zod";
import { modelSchema } from "./sent-models.ts";

const count = z.int().min(0);
/** A `Wording`. */
const wordingSchema = z.strictObject({
  system: z.string().optional(),
  reversed: z.boolean().optional(),
  seatsSwapped: z.boolean().optional(),
  observationInSystem: z.boolean().optional(),
  withoutReasoning: z.boolean().optional(),
  names: z.array(z.tuple([z.string(), z.string()])).optional(),
});

export const answersSchema = z.strictObject({
  id: z.string(),
  kind: z.literal("answers"),
  game: z.string(),
  /** The version of its rules. */
  rules: z.int(),
  /** Information sets that were wanted; the worker finds the same ones. */
  sets: z.int().min(1).optional(),
  logprobs: z.boolean(),
  /** What the command calls the model, and its settings. */
  called: z.string(),
  model: modelSchema,
  wording: wordingSchema,
  /** The place of an information set among them, and the number of the answer there. */
  tasks: z.array(z.tuple([count, count])).min(1),
});
export type QueuedAnswers = z.infer<typeof answersSchema>;
