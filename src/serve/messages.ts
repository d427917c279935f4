/**
 * The messages of the OpenEnv protocol (https://github.com/meta-pytorch/OpenEnv): JSON, one reply to each message.
 *
 *   {"type":"reset","data":{"seed":7,"game":"kuhn","opponent":"nash","seat":0}}
 *   {"type":"step","data":{"message":"… \\boxed{[bet]}"}}      {"type":"state"}      {"type":"close"}
 *   ← {"type":"observation","data":{"observation":{…},"reward":0,"done":false}}
 *   ← {"type":"state","data":{"episode_id":"kuhn-7-0","step_count":2,…}}
 *   ← {"type":"error","data":{"message":"…","code":"VALIDATION_ERROR"}}
 */
import { z } from "zod";
import { isName } from "../record/episode.ts";
import { didYouMean, firstIssue } from "../util/errors.ts";
import { oneLine } from "../util/printable.ts";

export type ErrorCode =
  | "INVALID_JSON"
  | "UNKNOWN_TYPE"
  | "VALIDATION_ERROR"
  | "EXECUTION_ERROR"
  | "CAPACITY_REACHED"
  | "SESSION_ERROR";

/** What is told to the client as an error. The session goes on. */
export class ProtocolError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

const TYPES = ["reset", "step", "state", "close"] as const;
type MessageType = (typeof TYPES)[number];

/** The most further answers after an illegal one. */
const MOST_RETRIES = 100;

const name = z.string().max(200).refine(isName, { error: "no control characters" });
const resetSchema = z.strictObject({
  seed: z.int().min(0).nullish(),
  episode_id: name.nullish(),
  game: z.string().max(200).optional(),
  opponent: z.string().max(500).optional(),
  /** The seat of the client. */
  seat: z.union([z.literal(0), z.literal(1)]).optional(),
  /** The name of the client in logs. A match between these two names has the same deals. */
  player: name.min(1).optional(),
  retries: z.int().min(0).max(MOST_RETRIES).optional(),
  reward: z.enum(["return", "regret"]).optional(),
});
export type ResetData = z.infer<typeof resetSchema>;

/** Throws a ProtocolError. */
export function parseMessage(text: string): { readonly type: MessageType; readonly data: unknown } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ProtocolError("INVALID_JSON", `Invalid JSON: ${oneLine((error as Error).message, 200)}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ProtocolError("VALIDATION_ERROR", 'A message is an object such as {"type":"reset","data":{}}.');
  }
  const { type, data } = value as { readonly type?: unknown; readonly data?: unknown };
  const known = TYPES.find((one) => one === type);
  if (known) return { type: known, data: data ?? {} };
  const given = typeof type === "string" ? oneLine(type, 40) : "";
  throw new ProtocolError("UNKNOWN_TYPE", `Unknown message type "${given}". Types: ${TYPES.join(", ")}.`);
}

/** Throws a ProtocolError that names the wrong field. */
export function parseReset(data: unknown): ResetData {
  const parsed = resetSchema.safeParse(data);
  if (parsed.success) return parsed.data;
  const fields = Object.keys(resetSchema.shape);
  const unknown = Object.keys(data ?? {}).find((key) => !fields.includes(key));
  if (typeof data === "object" && !Array.isArray(data) && unknown !== undefined) {
    const hint = didYouMean(unknown, fields);
    throw new ProtocolError(
      "VALIDATION_ERROR",
      `reset has no field "${oneLine(unknown, 40)}".${hint} Fields: ${fields.join(", ")}.`,
    );
  }
  throw new ProtocolError("VALIDATION_ERROR", `reset: ${oneLine(firstIssue(parsed.error), 300)}`);
}

/**
 * The text of an answer. Some clients parse what a model writes as JSON: `[4]` arrives as an array, `4` as a number, and they
 * are read as they were written. An object without a message is an answer too, and what it names decides: a model may write any
 * JSON, and that must not end a rollout. Throws a ProtocolError if there is no object at all.
 */
export function parseStep(data: unknown): string {
  if (typeof data !== "object" || data === null || Array.isArray(data)) {
    throw new ProtocolError("VALIDATION_ERROR", 'step takes an object: {"message":"[bet]"}.');
  }
  const { message = data } = data as { readonly message?: unknown };
  if (typeof message === "string") return message;
  if (Array.isArray(message)) return `[${message.map(plainText).join(", ")}]`;
  return plainText(message);
}

const plainText = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));
