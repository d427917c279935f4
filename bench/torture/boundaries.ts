/**
 * Kills a command at every boundary of what it does to the file system. The n-th kill comes just before the n-th call that
 * flushes, renames, removes or makes an entry, of the command or of a process that it starts (kill-at.cjs), for n = 1, 2, … until
 * the command ends by itself. After each kill the command is given again, and must end with the files of one that was never killed.
 */
import { rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { begun, compare, hasEnded, noToll, type Scenario, type Toll } from "./campaign.ts";
import { lasting, newFolder, tornIn } from "./files.ts";

const PRELOADED = resolve("bench/torture/kill-at.cjs");

export interface Boundaries {
  /** The program, `bin/spiral.js`. */
  readonly bin: string;
  /** An empty folder. */
  readonly dir: string;
  readonly scenario: Scenario;
  /** The calls before which to kill it; every one until it ends by itself if not given. */
  readonly calls?: readonly number[];
  /** Milliseconds after which there are no more kills. */
  readonly limit: number;
  readonly onProgress?: (toll: Toll) => void;
}

/** The counts of `torture`, in which `finished` counts the commands that were brought to their end after a kill. */
export async function tortureBoundaries(options: Boundaries): Promise<Toll> {
  const { bin, dir, scenario, calls, limit, onProgress } = options;
  const began = performance.now();
  const toll = noToll();
  const whole = newFolder(dir, "whole");
  const { code, err } = await begun(bin, scenario.argv(whole)).ended;
  if (code !== 0) throw new Error(`${scenario.name} ends with ${code} even if nobody kills it: ${err}`);
  for (let i = 0; i < (calls?.length ?? Infinity) && performance.now() - began < limit; i++) {
    const at = calls?.[i] ?? i + 1;
    const place = newFolder(dir, `at-${at}`);
    const counter = join(dir, `calls-${at}`);
    // Every other kill takes the command along, where it is a process of its own that does the call.
    const env = {
      ...process.env,
      NODE_OPTIONS: `--require ${PRELOADED}`,
      SPIRAL_KILL_COUNTER: counter,
      SPIRAL_KILL_AT: String(at),
      ...(at % 2 === 0 ? { SPIRAL_KILL_ALL: "1" } : {}),
    };
    const killed = await begun(bin, scenario.argv(place), env).ended;
    // It has ended before its call number `at`.
    if (killed.code === 0) break;
    toll.kills++;
    toll.torn += tornIn(place, toll.problems);
    const again = await begun(bin, scenario.argv(place)).ended;
    if (hasEnded(scenario, again)) {
      toll.resumed++;
      toll.finished++;
      compare(lasting(whole), lasting(place), `${scenario.name}, call ${at}`, toll);
    } else {
      toll.notResumed++;
      toll.problems.push(`${scenario.name} killed at call ${at} ended with ${again.code}: ${again.err.trim()}`);
    }
    rmSync(place, { recursive: true });
    onProgress?.(toll);
  }
  return toll;
}
