/** What commands have left on the disk: torn files, games, and what must be the same however often they were killed. */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";

/** The processes that hold locks below a folder. */
export function lockHolders(place: string): number[] {
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
export function gamesIn(place: string): string[] {
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
