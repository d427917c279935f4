/**
 * A campaign of kills: begins commands again and again while they are killed, until each has come to its end, and compares what they
 * have written with the files of a command that was never killed. Who is killed, and when, is in commands.ts and queue.ts.
 */
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { Rng } from "../../src/util/rng.ts";
import { gamesIn, lasting, newFolder, tornIn } from "./files.ts";

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
  /** The most kills before a scenario is brought to its end. */
  readonly most?: number;
  readonly onProgress?: (toll: Toll) => void;
}

/** How a command has ended: its exit code, or null if it was killed; and what it has said on stderr. */
export interface Ended {
  readonly code: number | null;
  readonly err: string;
}

/** A scenario in a folder, and where its kills are drawn from. */
export interface Round {
  readonly bin: string;
  readonly scenario: Scenario;
  readonly place: string;
  readonly draws: Rng;
  /** That the scenario takes if nobody kills it. */
  readonly milliseconds: number;
}

/**
 * Runs the command of a round once, and kills at most `left` processes meanwhile, which it counts. A code of null has the command
 * begun again.
 */
export type Attempt = (round: Round, left: number, toll: Toll) => Promise<Ended>;

/** `name` is that of the random numbers. */
export async function campaign(
  name: string,
  { bin, dir, kills, seed, limit, scenarios, most = 6, onProgress }: Campaign,
  attempt: Attempt,
): Promise<Toll> {
  const rng = new Rng(seed).fork(name);
  const began = performance.now();
  const toll = noToll();
  const whole = new Map<string, { files: Record<string, string>; milliseconds: number }>();
  for (let round = 0; toll.kills < kills && performance.now() - began < limit; round++) {
    const scenario = scenarios[round % scenarios.length] as Scenario;
    let reference = whole.get(scenario.name);
    if (!reference) {
      const place = newFolder(dir, `whole-${whole.size}`);
      const started = performance.now();
      const { code, err } = await begun(bin, scenario.argv(place)).ended;
      if (code !== 0) throw new Error(`${scenario.name} ends with ${code} even if nobody kills it: ${err}`);
      reference = { files: lasting(place), milliseconds: performance.now() - started };
      whole.set(scenario.name, reference);
    }
    const draws = rng.fork("round", round);
    const left = Math.min(1 + draws.below(most), kills - toll.kills);
    const place = newFolder(dir, `round-${round}`);
    await oneRound({ bin, scenario, place, draws, milliseconds: reference.milliseconds }, left, attempt, toll);
    compare(reference.files, lasting(place), `${scenario.name}, round ${round}`, toll);
    rmSync(place, { recursive: true });
    onProgress?.(toll);
  }
  return toll;
}

/** Begins the command until it has come to its end, with at most `most` kills, and looks at its files each time. */
async function oneRound(round: Round, most: number, attempt: Attempt, toll: Toll): Promise<void> {
  const { scenario, place } = round;
  const before = toll.kills;
  let logged = new Set<string>();
  for (let attempts = 0; ; attempts++) {
    const ended = await attempt(round, most - (toll.kills - before), toll);
    const isOver = hasEnded(scenario, ended);
    if (ended.code !== null && !isOver) {
      const kills = toll.kills - before;
      toll.notResumed++;
      toll.problems.push(`${scenario.name} ended with ${ended.code} after ${kills} kills: ${ended.err.trim()}`);
      return;
    }
    if (attempts > 0) toll.resumed++;
    toll.torn += tornIn(place, toll.problems);
    const games = gamesIn(place);
    const now = new Set(games);
    toll.doubled += games.length - now.size;
    // A tournament and a match keep every game that was logged; training repeats those after its last checkpoint.
    if (!/^(train|ablate)/.test(scenario.name)) for (const game of logged) if (!now.has(game)) toll.lost++;
    logged = now;
    if (isOver) break;
  }
  toll.finished++;
}

/** Begins `spiral`. */
export function begun(bin: string, argv: readonly string[], env = process.env) {
  const child = spawn(process.execPath, [bin, ...argv], { stdio: ["ignore", "ignore", "pipe"], env });
  let err = "";
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  const ended = new Promise<Ended>((resolve) => child.on("close", (code) => resolve({ code, err })));
  return { child, ended };
}

export function compare(a: Record<string, string>, b: Record<string, string>, where: string, toll: Toll): void {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => a[name] !== b[name]);
  if (names.length === 0) return;
  toll.different++;
  toll.problems.push(`${where}: ${names.join(", ")} differ`);
}
