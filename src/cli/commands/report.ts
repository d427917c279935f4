/** `spiral report`: a run as one HTML file that shows its curves and games, and plays against you. */
import { basename } from "node:path";
import { plural } from "../../util/figures.ts";
import { defineCommand } from "../command.ts";
import { json, runFolder } from "../flags/common.ts";
import { path, toggle } from "../flags/flag.ts";
import { runsFolder } from "../flags/runs-folder.ts";
import { note, print, printJson, warn } from "../terminal/output.ts";

export const command = defineCommand({
  usage: "report [run]",
  example: "spiral report --html kuhn.html",
  flags: {
    html: path("--html <file>", "the file to write; by default the run's name with .html"),
    allGames: toggle("--all-games", "every logged game, however large the file becomes"),
    names: toggle("--names", "also the run's name, its command, and the names of players"),
    ...runFolder,
    ...json,
  },

  async run([name], { html, allGames, names, json, ...options }) {
    const runs = await runsFolder(options);
    const { resolveRun } = await import("../../run/directory.ts");
    const { collect } = await import("../../page/collect.ts");
    const { checkReportPath, pageProgram } = await import("../open/report-file.ts");
    const { pageHtml } = await import("../../page/html.ts");
    const { writeFileAtomic } = await import("../../util/files.ts");
    const run = resolveRun(name, runs, warn);
    const file = html ?? `${basename(run.dir)}.html`;
    checkReportPath(file);
    const program = pageProgram();
    const contents = collect(run, { names, allGames });
    const text = pageHtml(contents, program);
    writeFileAtomic(file, text);
    const { games, checkpoints, episodes, notes } = contents;
    const bytes = Buffer.byteLength(text);
    if (json) {
      printJson({ file, bytes, games, checkpoints: checkpoints.length, episodes: episodes.length, notes });
      return 0;
    }
    const holds = `${plural(checkpoints.length, "checkpoint")} and ${plural(episodes.length, "game")}`;
    print(`${file} shows ${run.name}: ${holds}, ${Math.ceil(bytes / 1000)} kB. Open it in a browser.`);
    for (const line of notes) note(line);
    return 0;
  },
});
