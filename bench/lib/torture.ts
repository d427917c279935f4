/**
 * Kills commands at random instants (SIGKILL), runs them again until they end, and compares what they have written with the
 * files of a command that was never killed.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { Rng } from "../../src/util/rng.ts";

export interface Scenario {
  readonly name: string;
  /** The arguments of `spiral` that begin the work in a folder, or go on with it. */
  readonly argv: (dir: string) => readonly string[];
  /** What it says, with exit code 2, if it was killed when all was done. */
  readonly complete?: RegExp;
}

/** Whether a command that was not killed has come to its end. */
export const hasEnded = ({ complete }: Scenario, { code, err }: { code: number | null; err: string }): boolean =>
  code === 0 || (code === 2 && complete?.test(err) === true);

const TINY = ["--games", "kuhn", "--updates", "12", "--set", "perGame.kuhn.episodes=64"];
const EVERY = ["evaluateEvery=3", "logEvery=1", "checkpointEvery=3", "keepEpisodes=2", "workers=0"];
const SETS = EVERY.flatMap((set) => ["--set", `run.${set}`]);

export const scenarios: readonly Scenario[] = [
  {
    name: "train",
    complete: /run is complete: all \d+ updates are done/,
    argv: (dir) =>
      existsSync(join(dir, "run", "manifest.json"))
        ? ["train", "--resume", "run", "--dir", dir]
        : ["train", ...TINY, ...SETS, "--size", "xs", "--name", "run", "--dir", dir],
  },
  {
    name: "ablate",
    argv: (dir) => ["ablate", ...TINY, "--vary", "rl.averaging=0.9,0.99", "--seeds", "1", "--name", "a", "--dir", dir],
  },
  {
    name: "arena",
    argv: (dir) => [
      "arena",
      "mcts:sims=60",
      "random",
      "nash",
      "--games",
      "ttt,kuhn",
      "--pairs",
      "50",
      "--out",
      join(dir, "t"),
    ],
  },
  {
    name: "match --log",
    argv: (dir) => {
      const log = join(dir, "games.jsonl");
      return ["match", "mcts:sims=60", "random", "--game", "connect-four", "--pairs", "30", "--log", log, "--resume"];
    },
  },
];

/** Counts over a campaign. Every number but the first three is 0 if the promises hold. */
export interface Toll {
  kills: number;
  /** Commands that ran again after a kill and ended with exit code 0, or were killed once more. */
  resumed: number;
  /** Scenarios that were brought to their end, and compared. */
  finished: number;
  notResumed: number;
  /** Files that are neither whole nor, if they grow, whole but for their last line. */
  torn: number;
  /** Logged games that the end does not have, and games that it has twice. */
  lost: number;
  doubled: number;
  /** Scenarios whose files differ from those of a command that was never killed. */
  different: number;
  readonly problems: string[];
}

export const noToll = (): Toll => ({
  ...{ kills: 0, resumed: 0, finished: 0, notResumed: 0, torn: 0, lost: 0, doubled: 0, different: 0 },
  problems: [],
});

export interface Campaign {
  /** The program, `bin/spiral.js`. */
  readonly bin: string;
  /** An empty folder. */
  readonly dir: string;
  readonly kills: number;
  readonly seed: number;
  /** Milliseconds after which no more scenario is begun. */
  readonly limit: number;
  readonly scenarios: readonly Scenario[];
  /** The most kills before a scenario is brought to its end; 6 by default. */
  readonly most?: number;
  readonly onProgress?: (toll: Toll) => void;
}

export async function torture({
  bin,
  dir,
  kills,
  seed,
  limit,
  scenarios,
  most: mostKills = 6,
  onProgress,
}: Campaign): Promise<Toll> {
  const rng = new Rng(seed).fork("torture");
  const began = performance.now();
  const toll = noToll();
  const whole = new Map<string, { files: Record<string, string>; milliseconds: number }>();
  for (let round = 0; toll.kills < kills && performance.now() - began < limit; round++) {
    const scenario = scenarios[round % scenarios.length] as Scenario;
    let reference = whole.get(scenario.name);
    if (!reference) {
      const place = newFolder(dir, `whole-${whole.size}`);
      const started = performance.now();
      const { code, err } = await run(bin, scenario.argv(place));
      if (code !== 0) throw new Error(`${scenario.name} ends with ${code} even if nobody kills it: ${err}`);
      reference = { files: lasting(place), milliseconds: performance.now() - started };
      whole.set(scenario.name, reference);
    }
    const draws = rng.fork("round", round);
    const most = Math.min(1 + draws.below(mostKills), kills - toll.kills);
    const place = newFolder(dir, `round-${round}`);
    await oneRound({ bin, scenario, place, most, draws, milliseconds: reference.milliseconds }, toll);
    compare(reference.files, lasting(place), `${scenario.name}, round ${round}`, toll);
    rmSync(place, { recursive: true });
    onProgress?.(toll);
  }
  return toll;
}

interface Round {
  readonly bin: string;
  readonly scenario: Scenario;
  readonly place: string;
  readonly most: number;
  readonly draws: Rng;
  readonly milliseconds: number;
}

/** Kills a scenario up to `most` times, then lets it end. */
async function oneRound({ bin, scenario, place, most, draws, milliseconds }: Round, toll: Toll): Promise<void> {
  let logged = new Set<string>();
  for (let kill = 0; ; kill++) {
    const isLast = kill === most;
    const after = isLast ? undefined : draws.next() * milliseconds;
    const { code, err } = await run(bin, scenario.argv(place), { after, place, withChildren: draws.next() < 0.5 });
    const ended = hasEnded(scenario, { code, err });
    if (code !== null && !ended) {
      toll.notResumed++;
      toll.problems.push(`${scenario.name} ended with ${code} after ${kill} kills: ${err.trim()}`);
      return;
    }
    if (kill > 0) toll.resumed++;
    if (code === null) toll.kills++;
    toll.torn += tornIn(place, toll.problems);
    const games = gamesIn(place);
    const now = new Set(games);
    toll.doubled += games.length - now.size;
    // A tournament and a match keep every game that was logged; training repeats those after its last checkpoint.
    if (!/^(train|ablate)/.test(scenario.name)) for (const game of logged) if (!now.has(game)) toll.lost++;
    logged = now;
    if (ended) break;
  }
  toll.finished++;
}

interface Kill {
  /** Milliseconds; undefined for never. */
  readonly after?: number | undefined;
  readonly place: string;
  /** Whether the processes that hold locks below `place` are killed too. */
  readonly withChildren: boolean;
}

/** Runs `spiral`. The code is null if it was killed. */
export async function run(
  bin: string,
  argv: readonly string[],
  kill?: Kill,
  env = process.env,
): Promise<{ code: number | null; err: string }> {
  const child = spawn(process.execPath, [bin, ...argv], { stdio: ["ignore", "ignore", "pipe"], env });
  let err = "";
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.on("exit", resolve));
  if (kill?.after !== undefined) {
    await Promise.race([ended, setTimeout(kill.after)]);
    const others = kill.withChildren ? lockHolders(kill.place) : [];
    child.kill("SIGKILL");
    for (const pid of others) killIfThere(pid);
  }
  return { code: await ended, err };
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}

function lockHolders(place: string): number[] {
  return filesIn(place).flatMap((path) => {
    const pid = basename(path) === "lock" ? /"pid":(\d+)/.exec(readIfThere(path))?.[1] : undefined;
    return pid === undefined ? [] : [Number(pid)];
  });
}

export function newFolder(dir: string, name: string): string {
  mkdirSync(join(dir, name), { recursive: true });
  return join(dir, name);
}

/** Paths of all files below a folder, in order. Processes that were not killed may still change them. */
function filesIn(folder: string): string[] {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  return paths.map((path) => join(folder, path)).filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

/** The number of files that are torn. */
export function tornIn(place: string, problems: string[]): number {
  const torn = filesIn(place).filter((path) => {
    const name = basename(path);
    if (name.startsWith(".") || path.includes("/.")) return false;
    const text = readIfThere(path);
    if (name.endsWith(".jsonl")) return !text.split("\n").slice(0, -1).every(isJson);
    return name.endsWith(".json") && text !== "" && !isJson(text);
  });
  problems.push(...torn.map((path) => `${path} is torn`));
  return torn.length;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The whole lines of all logs of games, with their paths. */
function gamesIn(place: string): string[] {
  const logs = filesIn(place).filter((path) => /(episodes|games)\.jsonl$/.test(path));
  return logs.flatMap((path) =>
    readIfThere(path)
      .split("\n")
      .slice(0, -1)
      .map((line) => `${path} ${line}`),
  );
}

/** What must be the same however often a command was killed: a hash for each file, times left out. */
export function lasting(place: string): Record<string, string> {
  const files = filesIn(place).map((path) => {
    const name = path.slice(place.length + 1);
    if (/(manifest|checkpoints)\.jsonl?$|log\.jsonl$|ablation\.md$/.test(name)) return [name, "there"];
    const text = readIfThere(path).replaceAll(/"seconds": ?[\d.]+|,,seconds,[\d.]+/g, "");
    // The folder of the runs is a setting of theirs.
    const bytes = text.replaceAll(place, "");
    return [name, createHash("sha256").update(bytes, "latin1").digest("hex")];
  });
  return Object.fromEntries(files);
}

export function compare(a: Record<string, string>, b: Record<string, string>, where: string, toll: Toll): void {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => a[name] !== b[name]);
  if (names.length === 0) return;
  toll.different++;
  toll.problems.push(`${where}: ${names.join(", ")} differ`);
}
