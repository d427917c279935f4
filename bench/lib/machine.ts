/** What machine figures are of, and what else it was doing. */
import { execFileSync } from "node:child_process";
import { cpus, loadavg, totalmem } from "node:os";

export interface Machine {
  /** Names the file of results: `2-cores-amd-epyc`, or what `--machine` says. */
  readonly name: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly platform: string;
}

/** When, of what, and beside how much else: the load averages of a minute before and after (0 where there are none). */
export interface Circumstances {
  readonly date: string;
  /** Short; with a `+` where sources differ from it. */
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

/** Letters, digits and hyphens. */
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
