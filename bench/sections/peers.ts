/**
 * The peers OpenSpiel and TextArena, measured by Python scripts (bench/peers) in the same run. They come from PyPI and are
 * installed into a virtual environment in `.peers/` on first use. `PYTHON` names an interpreter other than python3. A peer that
 * cannot be installed is left out, with a note.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { run } from "../lib/child.ts";
import { type Figure, figure, type Measured } from "../lib/measure.ts";

const FOLDER = ".peers";
const PEERS = [
  { package: "open_spiel==2.0.2", script: "openspiel_speed.py" },
  { package: "textarena==0.7.3", script: "textarena_speed.py" },
] as const;

interface Report {
  readonly peer: string;
  readonly figures: readonly {
    readonly name: string;
    readonly unit: string;
    readonly values: readonly number[];
    readonly cpu: readonly number[];
  }[];
}

export async function peers(quick: boolean): Promise<Measured> {
  const figures: Figure[] = [];
  const notes: string[] = [];
  for (const peer of PEERS) {
    const python = await install(peer.package);
    if ("missing" in python) {
      notes.push(`${peer.package}: left out, ${python.missing}`);
      continue;
    }
    const outcome = await run(python.path, [join("bench/peers", peer.script), quick ? "quick" : "full"]);
    if (outcome.code !== 0) {
      notes.push(`${peer.package}: left out, ${lastLine(outcome.err)}`);
      continue;
    }
    const report = JSON.parse(outcome.out) as Report;
    for (const { name, unit, values, cpu } of report.figures) {
      figures.push(figure(`${report.peer}: ${name}`, unit, values, { cpu }));
    }
  }
  return { figures, notes };
}

const lastLine = (text: string): string => text.trim().split("\n").at(-1) ?? "";

/** The Python of an environment that has the package. */
async function install(name: string): Promise<{ readonly path: string } | { readonly missing: string }> {
  const folder = join(FOLDER, name);
  const path = process.platform === "win32" ? join(folder, "Scripts", "python.exe") : join(folder, "bin", "python");
  const ready = await tried(path, ["-m", "pip", "show", "--quiet", name.split("==")[0] as string]);
  if (existsSync(path) && ready === undefined) return { path };
  process.stderr.write(`Installing ${name} into ${folder} …\n`);
  const trouble =
    (await tried(process.env.PYTHON ?? "python3", ["-m", "venv", folder])) ??
    (await tried(path, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", name]));
  return trouble === undefined ? { path } : { missing: trouble };
}

/** Why a program failed; undefined if it did not. */
async function tried(program: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const { code, out, err } = await run(program, args);
    return code === 0 ? undefined : lastLine(err) || lastLine(out) || `${program} ended with code ${code}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
