/** `spiral runs ls`: the runs of a folder; `spiral runs show`: one of them. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { checkpointName, listCheckpoints } from "../../run/checkpoint.ts";
import { latestName, listRuns, type RunSummary, resolveRun } from "../../run/directory.ts";
import { lockHolder } from "../../run/lock.ts";
import { type Manifest, readManifest } from "../../run/manifest.ts";
import { didYouMean, UserError } from "../../util/errors.ts";
import { readJson, readText, withDiskErrors } from "../../util/files.ts";
import type { Run } from "../command.ts";
import type { declaration } from "../commands/runs.ts";
import { runsFolder } from "../open/runs-folder.ts";
import { note, print, printJson, styleFor, table, warn } from "../terminal/output.ts";

export const run: Run<typeof declaration> = async ([what, name], options) => {
  const parent = await runsFolder(options);
  if (what === "show") show(name, parent, options.json);
  else if (what === undefined || what === "ls") {
    if (name !== undefined) throw new UserError(2, `runs ls takes no name; for one run: spiral runs show ${name}`);
    list(parent, options.json);
  } else {
    throw new UserError(2, `"${what}" is neither ls nor show.${didYouMean(what, ["ls", "show"])}`);
  }
  return 0;
};

function list(parent: string, json: boolean): void {
  const latest = latestName(parent);
  const runs = listRuns(parent).map((run) => ({ ...run, status: statusOf(run), update: lastUpdate(run.dir) }));
  if (json) {
    printJson(
      runs.map(({ name, dir, status, update, manifest, problem }) => {
        const known = { name, dir, status, latest: name === latest, checkpoint: update };
        return manifest ? { ...manifest, ...known } : { ...known, problem };
      }),
    );
    return;
  }
  for (const { problem } of runs) if (problem !== undefined) warn(problem);
  if (runs.length === 0) {
    note(`There is no run in ${parent} yet. Start one with: spiral train --games kuhn,ttt`);
    return;
  }
  const rows = runs.map(({ name, status, update, manifest }) => [
    name === latest ? `${name} ← latest` : name,
    status,
    manifest ? `${update ?? 0}/${manifest.updates}` : "",
    manifest?.games.join(", ") ?? "",
  ]);
  print(table(["run", "status", "saved", "games"], rows, { right: [2] }));
}

function show(spec: string | undefined, parent: string, json: boolean): void {
  const { dir, name } = resolveRun(spec, parent);
  const manifest = readManifest(dir);
  const status = statusOf({ dir, manifest });
  const checkpoints = listCheckpoints(dir).map(({ update }) => update);
  const evaluation = lastEvaluation(dir);
  const metrics = lastMetrics(dir);
  if (json) {
    printJson({
      ...manifest,
      name,
      dir,
      status,
      checkpoints,
      evaluation: evaluation ?? null,
      metrics: metrics ?? null,
    });
    return;
  }
  const { bold, dim } = styleFor(process.stdout);
  const rows: [string, string][] = [
    ["folder", dir],
    ["status", status],
    ["games", manifest.games.join(", ")],
    ["seed", String(manifest.seed)],
    ["updates", String(manifest.updates)],
    ["started", `${manifest.started}${manifest.resumed.length > 0 ? `, resumed ${manifest.resumed.length}×` : ""}`],
    ["ended", manifest.ended ?? "–"],
    ["made by", `spiral ${manifest.spiral}, node ${manifest.node}, ${manifest.platform}, backend ${manifest.backend}`],
    ["command", `spiral ${manifest.argv.join(" ")}`],
    ["checkpoints", checkpoints.map(checkpointName).join(" ") || "none"],
  ];
  print([bold(name), ...rows.map(([key, value]) => `  ${dim(key.padEnd(12))} ${value}`)].join("\n"));
  for (const [title, values] of Object.entries({ "last evaluation": evaluation, "last metrics": metrics })) {
    if (values === undefined) continue;
    const leaves = [...numbers(values)].map(([key, value]) => `  ${dim(key)} ${Number(value.toPrecision(5))}`);
    if (leaves.length > 0) print(["", bold(title), ...leaves].join("\n"));
  }
}

/** What the manifest says, unless it says "running" and no process is. */
function statusOf({
  dir,
  manifest,
}: Pick<RunSummary, "dir" | "manifest">): Manifest["status"] | "stopped" | "unreadable" {
  if (!manifest) return "unreadable";
  return manifest.status === "running" && !lockHolder(dir) ? "stopped" : manifest.status;
}

function lastUpdate(dir: string): number | null {
  try {
    return listCheckpoints(dir).at(-1)?.update ?? null;
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

function lastEvaluation(dir: string): unknown {
  const folder = join(dir, "eval");
  const names = existsSync(folder) ? withDiskErrors("read", folder, () => readdirSync(folder), 3) : [];
  const files = names.filter((file) => /^\d+\.json$/.test(file));
  const last = files.sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10)).at(-1);
  return last === undefined ? undefined : readJson(join(folder, last));
}

function lastMetrics(dir: string): unknown {
  const path = join(dir, "metrics.jsonl");
  if (!existsSync(path)) return undefined;
  for (const line of readText(path).split("\n").reverse()) {
    try {
      if (line !== "") return JSON.parse(line);
    } catch {
      // The last line may be torn; the one before it is not.
    }
  }
  return undefined;
}

/** Every number in a JSON value, by its key path. */
function* numbers(value: unknown, path = ""): Generator<[string, number]> {
  if (typeof value === "number") yield [path, value];
  else if (typeof value === "object" && value !== null) {
    for (const [key, child] of Object.entries(value)) yield* numbers(child, path === "" ? key : `${path}.${key}`);
  }
}
