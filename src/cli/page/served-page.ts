/** What `spiral view` serves: a run, several runs with their comparison, or a tournament. */
import { attempt } from "../../config/check.ts";
import type { PageContents } from "../../page/contents.ts";
import { livePage } from "../../page/html.ts";
import { inside } from "../../page/live/inside.ts";
import { LiveComparison } from "../../page/live/live-comparison.ts";
import { LiveFolder, liveRun } from "../../page/live/live-folder.ts";
import type { Served } from "../../page/live/server.ts";
import type { PageSource } from "./page-source.ts";
import { pageProgram } from "./report-file.ts";
import { tournamentContents } from "./tournament-contents.ts";

/** `every`: milliseconds between looks at the files. */
export function servedPage(source: PageSource, every: number): Served {
  const page = livePage(source.name, pageProgram());
  const run = () => undefined;
  switch (source.kind) {
    case "run":
      return { page, overview: liveRun(source.run), run, every };
    case "tournament": {
      const { dir, name } = source;
      const sources = ["tournament.json", "schedule.json", "standings.json"];
      const log = (): string | undefined => attempt([], () => inside(dir, "episodes.jsonl"));
      const summary = (): PageContents => tournamentContents(dir, name, log());
      return { page, overview: new LiveFolder(dir, { sources, summary, followsLog: true }), run, every };
    }
    case "runs": {
      const overview = new LiveComparison(source);
      return { page, overview, run: (key) => overview.run(key), every };
    }
  }
}
