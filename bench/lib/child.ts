/** Measures programs from outside: wall time, CPU time, memory, and the time of each line of output. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The built `spiral`, from the repository's root. */
export const SPIRAL = "bin/spiral.js";

export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** Seconds from its start to its end. */
  readonly wall: number;
  /** CPU seconds of all its threads, and the most memory it had resident. */
  readonly cpu: number;
  readonly residentMB: number;
}

/** Seconds since the program's start, and CPU seconds so far if the system reports them (Linux). */
export type Line = (line: string, wall: number, cpu: number | undefined) => void;

/** Runs `node FILE ARGUMENTS`, and calls `line` as each line of its output comes. */
export async function runNode(file: string, args: readonly string[], line: Line = () => {}): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "spiral-bench-"));
  const usage = join(folder, "usage.json");
  try {
    const outcome = await run(
      process.execPath,
      ["--require", join(process.cwd(), "bench/lib/usage.cjs"), file, ...args],
      {
        env: { ...process.env, SPIRAL_BENCH_USAGE: usage, NO_COLOR: "1" },
        line,
      },
    );
    if (!existsSync(usage)) throw new Error(`${file} ended by force: ${outcome.err}`);
    return { ...outcome, ...(JSON.parse(readFileSync(usage, "utf8")) as { cpu: number; residentMB: number }) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs a built script, named from the folder of benchmarks. */
export const runScript = (name: string, args: readonly string[]): Promise<Outcome> =>
  runNode(fileURLToPath(new URL(`../${name}`, import.meta.url)), args);

/** Runs a program to its end. Throws if it cannot be started. */
export function run(
  program: string,
  args: readonly string[],
  { env = process.env, line = (() => {}) as Line } = {},
): Promise<Pick<Outcome, "code" | "out" | "err" | "wall">> {
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  let [out, err, rest] = ["", "", ""];
  child.stdout.on("data", (chunk: Buffer) => {
    const [wall, cpu] = [seconds(), cpuOf(child.pid)];
    out += chunk;
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const text of lines) line(text, wall, cpu);
  });
  child.stderr.on("data", (chunk: Buffer) => {
    err += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, out, err, wall: seconds() }));
  });
}

/** CPU seconds of a running process so far, in hundredths, if the system reports them (Linux). */
export function cpuOf(pid: number | undefined): number | undefined {
  try {
    // Fields 3, 4, … follow the name, which is in parentheses; 14 and 15 are user and system time.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return undefined;
  }
}

/** CPU seconds of a process and of those of its children that have ended, with theirs (Linux). */
export function cpuOfAll(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) / 100, 0);
}
