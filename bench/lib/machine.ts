/** The machine that figures come from, and its load. */
import { execFileSync } from "node:child_process";
import { cpus, loadavg, totalmem } from "node:os";

export interface Machine {
  /** The name of the file of results: `2-cores-amd-epyc`, or the value of `--machine`. */
  readonly name: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly platform: string;
}

/** When and of which commit figures are, and the machine's one-minute load averages before and after (0 if unknown). */
export interface Circumstances {
  readonly date: string;
  /** The short hash; with a `+` if sources differ from the commit. */
  readonly commit: string;
  readonly node: string;
  readonly loadBefore: number;
  readonly loadAfter: number;
}

export function thisMachine(name?: string): Machine {
  const cores = cpus().length;
  const cpu = cpus()[0]?.model.trim() ?? "unknown";
  return {
    name: name ?? machineName(cores, cpu),
    cpu,
    cores,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
  };
}

/** The text in letters, digits and hyphens. */
export const machineName = (cores: number, cpu: string): string =>
  `${cores} ${cores === 1 ? "core" : "cores"} ${cpu}`
    .replace(/\((R|TM)\)|\bCPU\b|@.*$/gi, " ")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");

export const load = (): number => Math.round((loadavg()[0] as number) * 10) / 10;

export function circumstances(loadBefore: number): Circumstances {
  const date = new Date().toISOString().slice(0, 16).replace("T", " ");
  return { date, commit: commit(), node: process.version, loadBefore, loadAfter: load() };
}

function commit(): string {
  const git = (...args: string[]) => execFileSync("git", args, { encoding: "utf8", stdio: "pipe" }).trim();
  try {
    return `${git("rev-parse", "--short", "HEAD")}${git("status", "--porcelain", "--", "src") === "" ? "" : "+"}`;
  } catch {
    return "unknown";
  }
}
