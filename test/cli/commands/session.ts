/** A session of `spiral play` in this process, with what a person types coming through a pipe. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { vi } from "vitest";
import { parseEpisode } from "../../../src/record/episode.ts";
import { folder, type Outcome, spiral } from "../spiral.ts";

/** A session with this typed, all at once or piece by piece, in a folder of runs of its own; in this process, with a pipe for stdin. */
export async function session(
  argv: readonly string[],
  typed: string | readonly string[],
  seed: readonly string[] = ["--seed", "1"],
): Promise<Outcome & { log: string }> {
  const runs = folder();
  const outcome = await withTyped(typed, () => spiral(runs, "play", ...seed, ...argv));
  const log = join(runs, "play.jsonl");
  return { ...outcome, log: existsSync(log) ? readFileSync(log, "utf8") : "" };
}

export async function withTyped<T>(typed: string | readonly string[], action: () => Promise<T>): Promise<T> {
  const stdin = vi.spyOn(process, "stdin", "get");
  const chunks = (typeof typed === "string" ? [typed] : typed)
    .filter((chunk) => chunk !== "")
    .map((chunk) => Buffer.from(chunk));
  stdin.mockReturnValue(Readable.from(chunks) as unknown as typeof process.stdin);
  try {
    return await action();
  } finally {
    stdin.mockRestore();
  }
}

export const episodes = (log: string) => log.trim().split("\n").filter(Boolean).map(parseEpisode);
