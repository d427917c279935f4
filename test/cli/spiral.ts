/** Runs the program: in this process, or built and in one of its own. */
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { vi } from "vitest";
import { runCommand } from "../../src/cli/main.ts";
import { takeLock } from "../../src/run/lock.ts";
import { UserError } from "../../src/util/errors.ts";

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** In this process; `dir` is the folder of runs, for commands that have one. */
export async function spiral(dir: string, ...argv: string[]): Promise<Outcome> {
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
    const isAboutRuns = !["games", "players", "solve", "completion"].includes(argv[0] ?? "");
    return { code: await runCommand(isAboutRuns ? [...argv, "--dir", dir] : argv), out, err };
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

const root = fileURLToPath(new URL("../..", import.meta.url));
export const bin = join(root, "bin", "spiral.js");

/** Builds the program where its sources are newer; one test file at a time, as none may read what is half written. */
export function build(): void {
  const dist = join(root, "dist");
  mkdirSync(dist, { recursive: true });
  for (;;) {
    let release: () => void;
    try {
      release = takeLock(dist);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
      continue;
    }
    try {
      buildIfOlder();
    } finally {
      release();
    }
    return;
  }
}

function buildIfOlder(): void {
  const changed = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" });
  const newest = Math.max(...sources.map((file) => changed(join(root, "src", file))));
  if (newest > changed(join(root, "dist", ".tsbuildinfo"))) {
    const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
    execFileSync(process.execPath, [tsc, "-p", "tsconfig.build.json"], { cwd: root });
  }
}

/** Starts the built program; `line` waits until a line of its output matches. */
export function start(
  ...argv: string[]
): ChildProcessWithoutNullStreams & { line(pattern: RegExp): Promise<void>; done: Promise<Outcome> } {
  const child = spawn(process.execPath, [bin, ...argv], { env: { ...process.env, NO_COLOR: "1" } });
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
