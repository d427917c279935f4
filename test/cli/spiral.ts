/** Runs the program: in this process, or built and in one of its own. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { vi } from "vitest";
import { runCommand } from "../../src/cli/main.ts";

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** In this process; `dir` is the folder of runs, for commands that have one. */
export const spiral = (dir: string, ...argv: string[]): Promise<Outcome> => inThisProcess(runCommand, dir, argv);

/** The built program in this process: unlike the sources, it plays in worker threads. */
export async function builtSpiral(dir: string, ...argv: string[]): Promise<Outcome> {
  const url = new URL("../../dist/cli/main.js", import.meta.url).href;
  const main: typeof import("../../src/cli/main.ts") = await import(url);
  return inThisProcess(main.runCommand, dir, argv);
}

async function inThisProcess(run: typeof runCommand, dir: string, argv: readonly string[]): Promise<Outcome> {
  let [out, err] = ["", ""];
  const stdout = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    out += text;
    return true;
  });
  const stderr = vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    err += text;
    return true;
  });
  vi.stubEnv("NO_COLOR", "1");
  try {
    const isAboutRuns = !["games", "queue", "worker", "players", "prompt", "solve", "completion"].includes(
      argv[0] ?? "",
    );
    return { code: await run(isAboutRuns ? [...argv, "--dir", dir] : argv), out, err };
  } finally {
    stdout.mockRestore();
    stderr.mockRestore();
    vi.unstubAllEnvs();
  }
}

export const folder = (): string => mkdtempSync(join(tmpdir(), "spiral-cli-"));

/** Every file under a folder, by path: the bytes as text. */
export function contents(dir: string): Record<string, string> {
  const files = readdirSync(dir, { recursive: true, encoding: "utf8" }).sort();
  const plain = files.filter((file) => statSync(join(dir, file)).isFile());
  return Object.fromEntries(plain.map((file) => [file, readFileSync(join(dir, file), "latin1")]));
}

/** A run folder of its own with a copy of `from` in it, to be damaged. */
export function copyOf(from: string): { dir: string; run: string } {
  const dir = folder();
  const run = join(dir, "copy");
  cpSync(from, run, { recursive: true });
  return { dir, run };
}

/** Changes a file's text. */
export function edit(path: string, change: (text: string) => string): void {
  writeFileSync(path, change(readFileSync(path, "utf8")));
}

export const bin = fileURLToPath(new URL("../../bin/spiral.js", import.meta.url));

type Started = ChildProcessWithoutNullStreams & { line(pattern: RegExp): Promise<void>; done: Promise<Outcome> };

/** Starts the built program; `line` waits until a line of its output matches. */
export const start = (...argv: string[]): Started => startWith({}, argv);

/** Runs the built program, which is sent a signal when it prints what matches. */
export function signalled(signal: NodeJS.Signals, at: RegExp, ...argv: string[]): Promise<Outcome> {
  const preloaded = fileURLToPath(new URL("signal-itself.cjs", import.meta.url));
  const env = { NODE_OPTIONS: `--require "${preloaded}"`, SPIRAL_SIGNAL: signal, SPIRAL_SIGNAL_AT: at.source };
  return startWith(env, argv).done;
}

function startWith(env: Record<string, string>, argv: readonly string[]): Started {
  const child = spawn(process.execPath, [bin, ...argv], { env: { ...process.env, NO_COLOR: "1", ...env } });
  let [out, err] = ["", ""];
  let check = (): void => {};
  child.stdout.on("data", (chunk) => {
    out += chunk;
    check();
  });
  child.stderr.on("data", (chunk) => {
    err += chunk;
    check();
  });
  const done = new Promise<Outcome>((resolve) => {
    child.on("close", (code, signal) => {
      check();
      resolve({ code: code ?? 128 + constants.signals[signal ?? "SIGKILL"], out, err });
    });
  });
  const line = (pattern: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      check = () => {
        if (pattern.test(out) || pattern.test(err)) resolve();
        else if (child.exitCode !== null) reject(new Error(`it ended before ${pattern}: ${out}${err}`));
      };
      check();
    });
  return Object.assign(child, { line, done });
}
