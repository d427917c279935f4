/** `spiral runs ls`: the runs of a folder; `spiral runs show`: one of them. */
import { withCommit } from "../../util/checkout.ts";
import { didYouMean, firstOf, UserError } from "../../util/errors.ts";
import { JOINED } from "../../util/printable.ts";
import { quoted } from "../../util/shell.ts";
import { defineCommand } from "../command.ts";
import { json, runFolder } from "../flags/common.ts";
import { runsFolder } from "../flags/runs-folder.ts";
import type { ListedRun, RunContents } from "../open/run-contents.ts";
import { note, print, printJson, styleFor, table, warn } from "../terminal/output.ts";

export const command = defineCommand({
  usage: "runs [ls|show] [run]",
  example: "spiral runs show latest",
  flags: { ...runFolder, ...json },

  async run([what, name], options) {
    const parent = await runsFolder(options);
    const { listedRuns, runContents } = await import("../open/run-contents.ts");
    if (what === "show") {
      const contents = runContents(name, parent);
      for (const problem of firstOf(contents.problems)) warn(`${problem}; left out.`);
      await printRun(contents, options.json);
    } else if (what === undefined || what === "ls") {
      if (name !== undefined)
        throw new UserError(2, `runs ls takes no name; for one run: spiral runs show ${quoted(name)}`);
      printList(listedRuns(parent), parent, options.json);
    } else {
      throw new UserError(2, `"${what}" is neither ls nor show.${didYouMean(what, ["ls", "show"])}`);
    }
    return 0;
  },
});

function printList(runs: readonly ListedRun[], parent: string, json: boolean): void {
  if (json) {
    printJson(
      runs.map(({ name, dir, status, latest, update, manifest, problem }) => {
        const known = { name, dir, status, latest, checkpoint: update };
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
  const rows = runs.map(({ name, status, latest, update, manifest }) => [
    latest ? `${name} ←${JOINED}latest` : name,
    status,
    manifest ? `${update ?? 0}/${lengthText(manifest.updates)}` : "",
    manifest?.games.join(", ") ?? "",
  ]);
  print(table(["run", "status", "saved", "games"], rows, { right: [2], folded: 3 }));
}

async function printRun(
  { manifest, name, dir, status, checkpoints, best, evaluation, metrics }: RunContents,
  json: boolean,
): Promise<void> {
  if (json) {
    printJson({
      ...manifest,
      name,
      dir,
      status,
      checkpoints,
      best: best ?? null,
      evaluation: evaluation ?? null,
      metrics: metrics ?? null,
    });
    return;
  }
  const { checkpointName } = await import("../../run/checkpoint-folder.ts");
  const { bold, dim } = styleFor(process.stdout);
  const rows: [string, string][] = [
    ["folder", dir],
    ["status", status],
    ["games", manifest.games.join(", ")],
    ["seed", String(manifest.seed)],
    ["updates", [lengthText(manifest.updates), ...(manifest.extended ?? []).map(extension)].join(", ")],
    ...(manifest.init ? [["begun from", `${manifest.init.run}@${manifest.init.checkpoint}`] as [string, string]] : []),
    ["started", `${manifest.started}${manifest.resumed.length > 0 ? `, resumed ${manifest.resumed.length}×` : ""}`],
    ["ended", manifest.ended ?? "–"],
    [
      "made by",
      `spiral ${withCommit(manifest.spiral, manifest.commit, manifest.dirty)}, node ${manifest.node}, ${manifest.platform}, backend ${manifest.backend}`,
    ],
    ["command", `spiral ${manifest.argv.map((word) => quoted(word)).join(" ")}`],
    ["checkpoints", checkpoints.map(checkpointName).join(" ") || "none"],
    ...(best === undefined ? [] : [["best", checkpointName(best)] as [string, string]]),
  ];
  const cells = rows.map(([key, value]) => [`  ${dim(key)}`, value]);
  print(`${bold(name)}\n${table([], cells, { folded: 1 })}`);
  for (const [title, values] of Object.entries({ "last evaluation": evaluation, "last metrics": metrics })) {
    if (values === undefined) continue;
    const leaves = [...numbers(values)].map(([key, value]) => `  ${dim(key)} ${Number(value.toPrecision(5))}`);
    if (leaves.length > 0) print(["", bold(title), ...leaves].join("\n"));
  }
}

const extension = ({ update, updates }: { readonly update: number; readonly updates: number }): string =>
  `${lengthText(updates)} before it was extended after update ${update}`;

/** A run of no set length trains until it is stopped. */
const lengthText = (updates: number): string => (updates === 0 ? "∞" : String(updates));

/** Every number in a JSON value, by its key path. */
function* numbers(value: unknown, path = ""): Generator<[string, number]> {
  if (typeof value === "number") yield [path, value];
  else if (typeof value === "object" && value !== null) {
    for (const [key, child] of Object.entries(value)) yield* numbers(child, path === "" ? key : `${path}.${key}`);
  }
}
