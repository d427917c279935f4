/**
 * The folder of runs and their names. Every run has a folder, and `latest` points at the newest. Default names sort by time:
 * 2026-11-23_0542_kuhn-ttt_s1.
 */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { basename, join, resolve } from "node:path";
import type { Config } from "../config/schema.ts";
import { didYouMean, UserError } from "../util/errors.ts";
import { errnoOf, expandHome, makeFolders, withDiskErrors, writeFileAtomic } from "../util/files.ts";
import { quoted } from "../util/shell.ts";
import { bestUpdate } from "./best.ts";
import { isLeftover, sweepLeftovers } from "./leftovers.ts";
import { type Manifest, readManifest } from "./manifest.ts";
import { statusOf } from "./status.ts";

/** An existing run; `checkpoint` is the update that `@120` or `@best` asked for. */
export interface ResolvedRun {
  readonly dir: string;
  readonly name: string;
  readonly checkpoint?: number | undefined;
}

export interface RunSummary {
  readonly name: string;
  readonly dir: string;
  /** Undefined if it cannot be read; `problem` then says why. */
  readonly manifest: Manifest | undefined;
  readonly problem: string | undefined;
}

export function defaultRunName({ games, seed }: Pick<Config, "games" | "seed">, now: Date): string {
  const two = (n: number): string => String(n).padStart(2, "0");
  const date = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  // `negotiation:maxQuantity=5` → `negotiation.maxQuantity5`: characters that every file system allows.
  const named = games.map((id) => id.replaceAll(":", ".").replaceAll(/[^A-Za-z0-9.-]/g, "")).join("-");
  return `${date}_${two(now.getHours())}${two(now.getMinutes())}_${named.slice(0, 80)}_s${seed}`;
}

/**
 * Makes a new folder. If the name is taken, a default name (`isOwn`) gets a number, and any other name is an error. A folder
 * in which a killed process has left no run counts as free.
 */
export function makeRunFolder(parent: string, wanted: string, isOwn: boolean): { dir: string; name: string } {
  if (!isOwn) checkRunName(wanted);
  makeFolders(parent);
  for (let copy = 1; ; copy++) {
    const name = copy === 1 ? wanted : `${wanted}-${copy}`;
    const dir = join(parent, name);
    try {
      mkdirSync(dir);
      return { dir, name };
    } catch (error) {
      if (errnoOf(error) !== "EEXIST") {
        withDiskErrors("write", dir, () => {
          throw error;
        });
      }
      if (isOwn) continue;
      checkFreeName(parent, wanted);
      return { dir, name };
    }
  }
}

/** Throws a UserError (exit 2) if the name is not allowed for a run. */
export function checkRunName(wanted: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(wanted) && wanted !== "latest") return;
  throw new UserError(2, `--name is "${wanted}"; it takes letters, digits, ".", "_" and "-", and "latest" is taken.`);
}

/** Throws a UserError (exit 2) if the name is taken. */
export function checkFreeName(parent: string, wanted: string): void {
  const dir = join(parent, wanted);
  if (!existsSync(dir) || holdsNothing(dir)) return;
  if (!isRun(dir)) throw new UserError(2, `There is a folder ${dir} already, which is no run. Take another --name.`);
  const isFinished = statusOf(dir, readManifest(dir)) === "finished";
  const hint = isFinished
    ? `It is finished. Take another --name, or delete ${dir}.`
    : `Take another --name, or go on with it by --resume ${quoted(wanted)}.`;
  throw new UserError(2, `There is a run "${wanted}" in ${parent} already. ${hint}`);
}

/** Whether a folder holds at most what a process leaves that is killed before the run's manifest is written. */
function holdsNothing(dir: string): boolean {
  if (!lstatSync(dir).isDirectory()) return false;
  const names = withDiskErrors("read", dir, () => readdirSync(dir), 2);
  return names.every((name) => name === "config.yaml" || isLeftover(name));
}

/** Points `latest` at a run: a symbolic link, or a text file with the name if links cannot be made. */
export function pointLatest(parent: string, name: string): void {
  const latest = join(parent, "latest");
  const temporary = join(parent, `.latest.${process.pid}.tmp`);
  try {
    sweepLeftovers(parent, { isLocked: false });
    symlinkSync(name, temporary, "dir");
    renameSync(temporary, latest);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    rmSync(temporary, { force: true });
    writeFileAtomic(latest, `${name}\n`);
  }
}

/** Points `latest` at a run that goes on, if it is the newest: it may have been killed before its link was made. */
export function mendLatest(parent: string, name: string): void {
  const latest = join(parent, "latest");
  // Something else of this name is left alone.
  if (latestName(parent) === undefined && existsSync(latest)) return;
  if (latestName(parent) !== name && listRuns(parent).at(-1)?.name === name) pointLatest(parent, name);
}

/** Removes `latest`, unless it is a folder or another file that `pointLatest` has not made. */
export function removeLatest(parent: string): void {
  const latest = join(parent, "latest");
  if (latestName(parent) !== undefined) withDiskErrors("write", latest, () => rmSync(latest, { force: true }));
}

/**
 * The run that `spec` names: `latest`, a name, a unique prefix of a name, or a path. A suffix `@120` or `@000120` names a
 * checkpoint, `@best` the best (best.ts). Throws a UserError (exit 3) that lists the existing runs. If `latest` points at no run, the run that was started
 * last is taken, and `warn` is told. `orElse` says what else the word could name, as the end of the error if there is no such run.
 */
export function resolveRun(
  spec: string | undefined,
  parent: string,
  warn: (message: string) => void = () => {},
  orElse = "",
): ResolvedRun {
  const [, base = "", asked] = /^(.*?)(?:@(\d+|best))?$/s.exec(spec ?? "latest") ?? [];
  const wanted = base === "" ? "latest" : expandHome(base);
  const found = (dir: string): ResolvedRun => {
    const name = basename(resolve(dir));
    const checkpoint = asked === undefined ? undefined : asked === "best" ? bestUpdate(dir, name) : Number(asked);
    return { dir, name, checkpoint };
  };

  const names = runNames(parent);
  if (wanted === "latest") {
    const target = latestName(parent);
    if (target !== undefined && names.includes(target)) return found(join(parent, target));
    const newest = listRuns(parent).at(-1);
    if (newest && target !== undefined) {
      warn(`${join(parent, "latest")} points at "${target}", which is no run there. The newest is ${newest.name}.`);
    }
    if (newest) return found(newest.dir);
    throw new UserError(3, `There is no run in ${parent} yet. Start one with: spiral train --games kuhn,ttt`);
  }
  if (names.includes(wanted)) return found(join(parent, wanted));
  if (isRun(wanted)) return found(wanted);
  const begin = names.filter((name) => name.startsWith(wanted));
  if (begin.length === 1) return found(join(parent, begin[0]));
  if (begin.length > 1) throw new UserError(3, `"${wanted}" is the beginning of ${begin.length} runs: ${list(begin)}.`);
  if (existsSync(wanted)) throw new UserError(3, `${wanted} is not a run: it holds no manifest.json.`);
  const there = names.length === 0 ? `There are none in ${parent}.` : `Runs in ${parent}: ${list(names)}.`;
  throw new UserError(3, `No run "${wanted}".${didYouMean(wanted, names)} ${there}${orElse}`);
}

/** All runs of a folder, oldest first. */
export function listRuns(parent: string): RunSummary[] {
  const runs = runNames(parent).map((name): RunSummary => {
    const dir = join(parent, name);
    try {
      return { name, dir, manifest: readManifest(dir), problem: undefined };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return { name, dir, manifest: undefined, problem: error.message };
    }
  });
  const started = (run: RunSummary): string => run.manifest?.started ?? "";
  return runs.sort((a, b) => (started(a) < started(b) ? -1 : started(a) > started(b) ? 1 : 0));
}

/** Name of the run that `latest` points at; the run may not exist. */
export function latestName(parent: string): string | undefined {
  const latest = join(parent, "latest");
  try {
    return basename(readlinkSync(latest));
  } catch (error) {
    if (errnoOf(error) !== "EINVAL" && errnoOf(error) !== "UNKNOWN") return undefined;
  }
  try {
    // It is a folder if the runs were copied with links followed. Reading anything else than a file could block.
    return lstatSync(latest).isFile() ? basename(readFileSync(latest, "utf8").trim()) : undefined;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  }
}

const isRun = (dir: string): boolean => existsSync(join(dir, "manifest.json"));

function runNames(parent: string): string[] {
  if (!existsSync(parent)) return [];
  const entries = withDiskErrors("read", parent, () => readdirSync(parent), 3);
  return entries.filter((name) => name !== "latest" && isRun(join(parent, name))).sort();
}

const list = (names: readonly string[]): string =>
  names.length > 6 ? `${names.slice(-6).join(", ")} and ${names.length - 6} older` : names.join(", ");
