/**
 * The folder of a tournament. tournament.json fixes its players, games and seed, and schedule.json tells a reader what is played.
 * Every finished game is appended to episodes.jsonl, which is all that is needed to continue. If the process was killed, the last line may be incomplete; it is
 * then removed.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { AppendOnlyFile, cutTornLine } from "../util/append-only-file.ts";
import { firstIssue, UserError } from "../util/errors.ts";
import { makeFolders, readJson, withDiskErrors, writeFileAtomic } from "../util/files.ts";
import { isLeftover, sweepLeftovers } from "./leftovers.ts";
import { takeLock } from "./lock.ts";

/** Version of the folder's layout. */
const SCHEMA = 1;
const MANIFEST = "tournament.json";
const SCHEDULE = "schedule.json";
const LOG = "episodes.jsonl";

const plannedSchema = z.object({
  /** `identity` distinguishes players of the same name: the checksum of a checkpoint, the settings of a model. */
  players: z.array(z.object({ name: z.string(), identity: z.string() })),
  games: z.array(z.object({ id: z.string(), version: z.int() })),
  pairs: z.int(),
  seed: z.int(),
  gauntlet: z.boolean(),
  /** `--openings`; absent without it. */
  openings: z.int().optional(),
});
const manifestSchema = z.object({ schema: z.literal(SCHEMA), spiral: z.string(), ...plannedSchema.shape });

/** The part of the manifest that must be the same when the tournament continues. */
export type Planned = z.infer<typeof plannedSchema>;

/** What a reader needs for the standings of a tournament that is being played, and cannot know without its players. */
const scheduleSchema = z.object({
  /** The player whose rating is 0. */
  anchor: z.string().nullable(),
  /** By player, the ids of the games that it plays. */
  plays: z.record(z.string(), z.array(z.string())),
  /** In order. `pairs` is 1 where all pairs would be copies of the first. */
  fixtures: z.array(
    z.object({
      ...{ game: z.string(), players: z.tuple([z.string(), z.string()]), pairs: z.int().min(1) },
      deterministic: z.boolean(),
    }),
  ),
});
export type Schedule = z.infer<typeof scheduleSchema>;

export interface TournamentFolder {
  readonly log: string;
  /** Lines of `formatEpisode`, each with its newline. */
  readonly append: (lines: string) => void;
  readonly close: () => void;
}

/**
 * Begins a tournament, or continues the one in the folder. Throws a UserError (exit 2) if that one differs from `planned`. The
 * folder is locked until `close`.
 */
export function openTournament(dir: string, planned: Planned, spiral: string): TournamentFolder {
  const path = join(dir, MANIFEST);
  if (existsSync(path)) checkSame(path, planned);
  else if (existsSync(dir)) checkFree(dir);
  makeFolders(dir);
  const release = takeLock(dir);
  try {
    sweepLeftovers(dir, { isLocked: true });
    if (!existsSync(path)) {
      writeFileAtomic(path, `${JSON.stringify({ schema: SCHEMA, spiral, ...planned }, null, 2)}\n`);
    }
    const log = join(dir, LOG);
    cutTornLine(log);
    const results = new AppendOnlyFile(log);
    return {
      log,
      append: (lines) => results.append(lines),
      close() {
        results.close();
        release();
      },
    };
  } catch (error) {
    release();
    throw error;
  }
}

/** Throws if no tournament can begin at this path. */
function checkFree(dir: string): void {
  if (!statSync(dir).isDirectory()) throw new UserError(2, `${dir} is a file, not a folder. Name another by --out.`);
  const names = withDiskErrors("read", dir, () => readdirSync(dir), 2);
  if (names.every(isLeftover)) return;
  throw new UserError(2, `${dir} is there already and holds no tournament. Name another folder by --out.`);
}

/** Whether a folder holds a tournament. */
export const isTournament = (dir: string): boolean => existsSync(join(dir, MANIFEST));

/** Throws a UserError (exit 3) if the manifest cannot be read. */
export function readTournament(dir: string): Planned {
  const path = join(dir, MANIFEST);
  const found = manifestSchema.safeParse(readJson(path));
  if (found.success) return found.data;
  throw new UserError(3, `${path} is not the manifest of a tournament (${firstIssue(found.error)}).`);
}

function checkSame(path: string, planned: Planned): void {
  const there = readTournament(dirname(path));
  const differs = (["games", "pairs", "seed", "gauntlet", "openings"] as const).flatMap((key) => {
    const [before, now] = [there[key], planned[key]].map((value) => JSON.stringify(value));
    return before === now ? [] : [`${key}: ${before ?? "none"} there, ${now ?? "none"} now`];
  });
  const names = ({ players }: Planned): string => players.map(({ name }) => name).join(", ");
  if (names(there) !== names(planned)) differs.push(`players: ${names(there)} there, ${names(planned)} now`);
  else {
    for (const [i, { name, identity }] of there.players.entries()) {
      if (identity !== planned.players[i].identity) differs.push(`${name} is not the player that it was`);
    }
  }
  if (differs.length === 0) return;
  throw new UserError(2, [
    `${path} is of another tournament: ${differs.join("; ")}.`,
    "Its games do not belong together with these. Name another folder by --out, or delete that one.",
  ]);
}

export function writeSchedule(dir: string, schedule: Schedule): void {
  writeFileAtomic(join(dir, SCHEDULE), `${JSON.stringify(schedule)}\n`);
}

/** Undefined if an earlier version played the tournament. Throws a UserError (exit 3) if the file is damaged. */
export function readSchedule(dir: string): Schedule | undefined {
  const path = join(dir, SCHEDULE);
  if (!existsSync(path)) return undefined;
  const found = scheduleSchema.safeParse(readJson(path));
  if (found.success) return found.data;
  throw new UserError(3, `${path} is not the schedule of a tournament (${firstIssue(found.error)}).`);
}
