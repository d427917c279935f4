/** Plays jobs of games for a queue, each in a child process that stays for the next job (games-child.ts). */
import { type ChildProcess, fork } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { unpackFolder } from "../../jobs/archive.ts";
import { type Blob, getBlob } from "../../jobs/queue/blobs.ts";
import type { Queue } from "../../jobs/queue/connection.ts";
import type { Answer } from "../../jobs/queue/results.ts";
import { checkRunName } from "../../run/directory.ts";
import { UserError } from "../../util/errors.ts";
import { type Field, fieldSchema, gamesSchema, type QueuedGames } from "./games-job.ts";

/** To a child: a job, its field, and for each player the folder of its run. */
export interface GamesOrder {
  readonly job: QueuedGames;
  readonly field: Field;
  readonly folders: readonly (string | undefined)[];
}

/** From a child: the lines of a result, and whether they may differ another time; or why there are none. */
export type GamesAnswer =
  | { readonly lines: string; readonly mayDiffer: boolean }
  | { readonly problems: readonly string[] };

/** `models`: the path of the worker's --players file. */
export function gamePlayers(queue: Queue, scratch: string, children: Set<ChildProcess>, models: string | undefined) {
  const idle: ChildProcess[] = [];
  /** What was sent once for all jobs, by batch and hash. */
  const fields = new Map<string, Promise<Omit<GamesOrder, "job">>>();

  return async (given: QueuedGames, batch: string): Promise<Answer> => {
    const job = gamesSchema.parse(given);
    const key = `${batch} ${job.field.sha256}`;
    const known = fields.get(key) ?? openField(queue, batch, job.field, scratch);
    fields.set(key, known);
    known.catch(() => fields.delete(key));
    const child = idle.pop() ?? started(children, models);
    const answer = await asked(child, { job, ...(await known) });
    if (child.connected) idle.push(child);
    if ("problems" in answer) throw new UserError(1, answer.problems);
    const { lines, mayDiffer } = answer;
    return {
      bytes: gzipSync(lines),
      ...(mayDiffer ? {} : { hash: createHash("sha256").update(lines).digest("hex") }),
    };
  };
}

function started(children: Set<ChildProcess>, models: string | undefined): ChildProcess {
  const child = fork(fileURLToPath(new URL("games-child.js", import.meta.url)), models === undefined ? [] : [models], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    // A process group of its own: Ctrl-C on a terminal reaches the worker alone, which lets the jobs under way end.
    detached: true,
  });
  children.add(child);
  child.on("exit", () => children.delete(child));
  child.on("error", () => children.delete(child));
  return child;
}

function asked(child: ChildProcess, order: GamesOrder): Promise<GamesAnswer> {
  return new Promise((resolve) => {
    const settle = (answer: GamesAnswer): void => {
      child.off("message", settle);
      child.off("exit", onExit);
      resolve(answer);
    };
    const onExit = (code: number | null, signal: string | null): void =>
      settle({ problems: [`the process that played it has ended (${signal ?? `exit code ${code}`}).`] });
    child.on("message", settle);
    child.on("exit", onExit);
    child.send(
      order,
      (error) => error && settle({ problems: [`the process that plays it is gone: ${error.message}.`] }),
    );
  });
}

async function openField(queue: Queue, batch: string, blob: Blob, scratch: string): Promise<Omit<GamesOrder, "job">> {
  const get = async (what: Blob): Promise<Buffer> => {
    const bytes = await getBlob(queue, batch, what);
    if (bytes) return bytes;
    throw new UserError(1, "the queue has lost what the job needs; run the command again that has queued it.");
  };
  const field = fieldSchema.parse(JSON.parse((await get(blob)).toString()));
  const folders: (string | undefined)[] = [];
  for (const { run } of field.players) {
    if (run) {
      checkRunName(run.name);
      const parent = join(scratch, run.blob.sha256);
      if (!existsSync(parent)) {
        const temporary = `${parent}.new`;
        rmSync(temporary, { recursive: true, force: true });
        mkdirSync(temporary);
        await unpackFolder(await get(run.blob), join(temporary, run.name));
        renameSync(temporary, parent);
      }
      folders.push(join(parent, run.name));
    } else folders.push(undefined);
  }
  return { field, folders };
}
