/**
 * Whether the README's two commands work on a small machine: `npm run small-machine` clones the last commit into a temporary
 * folder and runs them there on one core, with at most 1 GB of memory of its own for each process. With `-- WORD` it runs only the
 * commands that hold that word. It samples the memory of
 * all processes together, 10 times a second, and fails if a command fails or if that sum is ever above 1 GB.
 *
 * It needs Linux, with `taskset` and `prlimit` of util-linux. The limit is RLIMIT_DATA, which counts private writable memory.
 * RLIMIT_AS does not serve: V8 reserves gigabytes of addresses that it never uses.
 */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";

const LIMIT = 1024 ** 3;
const COMMANDS = ["npm install && npx spiral train --games kuhn,ttt", "npm install && npm test"];
const INTERVAL_MS = 100;

const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;

/** The parent of every process. */
function parents(): Map<number, number> {
  const found = new Map<number, number>();
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    const stat = readOrEmpty(`/proc/${name}/stat`);
    // The name of the program, in brackets, may hold spaces.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (stat !== "") found.set(Number(name), Number(fields[1]));
  }
  return found;
}

/** Empty if the process is gone. */
function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** Memory of a process and its descendants in bytes: pages that n processes share count 1/n in each. */
function memoryOf(root: number): number {
  const parentOf = parents();
  const isInside = (pid: number | undefined): boolean =>
    pid === root || (pid !== undefined && pid > 1 && isInside(parentOf.get(pid)));
  let bytes = 0;
  for (const pid of parentOf.keys()) {
    if (!isInside(pid)) continue;
    bytes += 1024 * Number(/^Pss: +(\d+) kB/m.exec(readOrEmpty(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0);
  }
  return bytes;
}

interface Measured {
  readonly code: number | null;
  readonly seconds: number;
  /** The largest sum of all processes that was sampled, in bytes. */
  readonly most: number;
}

function runHeld(command: string, cwd: string): Promise<Measured> {
  const started = performance.now();
  const limits = ["-c", "0", "prlimit", `--data=${LIMIT}`, "sh", "-c", command];
  const child = spawn("taskset", limits, { cwd, stdio: ["ignore", "inherit", "inherit"] });
  let most = 0;
  const timer = setInterval(() => {
    if (child.pid !== undefined) most = Math.max(most, memoryOf(child.pid));
  }, INTERVAL_MS);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      clearInterval(timer);
      resolve({ code, seconds: (performance.now() - started) / 1000, most });
    });
  });
}

const folder = mkdtempSync(join(tmpdir(), "spiral-small-machine-"));
try {
  const clone = join(folder, "spiral");
  execFileSync("git", ["clone", "--quiet", "--no-hardlinks", ".", clone], { stdio: "inherit" });
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  const wanted = process.argv[2] ?? "";
  for (const command of COMMANDS.filter((text) => text.includes(wanted))) {
    const load = loadavg()[0] ?? 0;
    const { code, seconds, most } = await runHeld(command, clone);
    const isHeld = code === 0 && most <= LIMIT;
    if (!isHeld) process.exitCode = 1;
    console.log(
      `${isHeld ? "works" : "FAILS"}: ${command}\n  exit code ${code}, ${seconds.toFixed(0)} s, at most ${megabytes(most)} in all processes; commit ${commit}, load average ${load.toFixed(1)} before\n`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
