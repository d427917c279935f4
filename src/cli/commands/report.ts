/** `spiral report`: a run, several, an ablation or a tournament as one HTML file. */
import { plural } from "../../util/figures.ts";
import { checkAll } from "../check-all.ts";
import { defineCommand } from "../command.ts";
import { json, runFolder } from "../flags/common.ts";
import { path, toggle } from "../flags/flag.ts";
import { runsFolder } from "../flags/runs-folder.ts";
import { note, print, printJson, warn } from "../terminal/output.ts";

export const command = defineCommand({
  usage: "report [runs...]",
  example: "spiral report --html kuhn.html",
  flags: {
    html: path("--html <file>", "the file to write; by default the run's name with .html"),
    allGames: toggle("--all-games", "every logged game, however large the file becomes"),
    names: toggle("--names", "also the run's name, its command, and the names of players"),
    ...runFolder,
    ...json,
  },

  async run([names], { html, allGames, names: hasNames, json, ...options }) {
    const runs = await runsFolder(options);
    const { pageSource } = await import("../page/page-source.ts");
    const { reportContents } = await import("../page/report-contents.ts");
    const { checkReportPath, pageProgram } = await import("../page/report-file.ts");
    const { pageHtml } = await import("../../page/html.ts");
    const { writeFileAtomic } = await import("../../util/files.ts");
    const [source] = checkAll(
      () => pageSource(names, runs, warn),
      () => html !== undefined && checkReportPath(html),
    );
    const file = html ?? `${fileName(source.name)}.html`;
    if (html === undefined) checkReportPath(file);
    const program = pageProgram();
    const { contents, pages } = reportContents(source, { names: hasNames, allGames });
    const text = pageHtml(contents, program, pages);
    writeFileAtomic(file, text);
    const all = [contents, ...pages.values()];
    const games = [...new Set(all.flatMap((one) => one.games))];
    const checkpoints = all.reduce((sum, one) => sum + one.checkpoints.length, 0);
    const episodes = all.reduce((sum, one) => sum + one.episodes.length, 0);
    const notes = [...new Set(all.flatMap((one) => one.notes))];
    const bytes = Buffer.byteLength(text);
    if (json) {
      printJson({ file, bytes, games, checkpoints, episodes, notes });
      return 0;
    }
    const holds = `${plural(checkpoints, "checkpoint")} and ${plural(episodes, "game")}`;
    print(`${file} shows ${source.name}: ${holds}, ${Math.ceil(bytes / 1000)} kB. Open it in a browser.`);
    for (const line of notes) note(line);
    return 0;
  },
});

/** `first, second` names two runs, of which one may be a path. */
const fileName = (name: string): string => name.replaceAll(/[^A-Za-z0-9._-]+/g, "_").slice(0, 100);
