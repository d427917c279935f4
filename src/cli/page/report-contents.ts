/** What `spiral report` writes into one file. */
import { join } from "node:path";
import { attempt } from "../../config/check.ts";
import { ablationTables } from "../../page/ablation-tables.ts";
import { collect, collectEpisodes } from "../../page/collect.ts";
import { comparisonContents, titled, withoutPaths } from "../../page/comparison.ts";
import type { PageContents } from "../../page/contents.ts";
import { spreadOver } from "../../page/sample.ts";
import type { CurveRun } from "../../run/curves/runs.ts";
import { plural } from "../../util/figures.ts";
import type { PageSource } from "./page-source.ts";
import { tournamentContents } from "./tournament-contents.ts";

interface Options {
  readonly names: boolean;
  readonly allGames: boolean;
}

/** Runs of a comparison whose games and policies are in the file. */
const MOST_RUNS = 8;

interface ReportContents {
  readonly contents: PageContents;
  /** Of the runs that these are of, by key. */
  readonly pages: ReadonlyMap<string, PageContents>;
}

export function reportContents(source: PageSource, options: Options): ReportContents {
  switch (source.kind) {
    case "run":
      return { contents: collect(source.run, options), pages: new Map() };
    case "runs":
      return comparisonReport(source, options);
    case "tournament": {
      const { dir, name } = source;
      const log = join(dir, "episodes.jsonl");
      const contents = tournamentContents(dir, options.names ? name : "Tournament", log);
      const notes = [...contents.notes];
      // Without the names of its players a tournament says nothing.
      const episodes = collectEpisodes(log, { ...options, names: true }, notes);
      return { contents: { ...contents, episodes, notes }, pages: new Map() };
    }
  }
}

function comparisonReport(source: Extract<PageSource, { kind: "runs" }>, options: Options): ReportContents {
  const notes: string[] = [];
  const note = (problem: string): number =>
    notes.push(options.names ? problem : "A run, or a part of one, could not be read.");
  const shown = options.names ? undefined : withoutPaths();
  const read = source.read(note);
  const runs = shown ? titled(read, shown) : read;
  const games = [...new Set(runs.flatMap((run) => run.games))];
  const title = options.names ? source.name : `${games.join(", ")} · ${plural(runs.length, "run")}`;
  const contents = comparisonContents(title, runs, source.byCell);
  const candidates = source.byCell ? firstOfEach(runs) : runs;
  const chosen = spreadOver(candidates, MOST_RUNS);
  if (chosen.length < runs.length) {
    notes.push(
      `The games and policies of ${chosen.length} of ${runs.length} runs are in this file; spiral view has all.`,
    );
  }
  const problems: string[] = [];
  const { ablation } = source;
  const measured = ablation === undefined ? [] : (attempt(problems, () => ablationTables(ablation, shown)) ?? []);
  const collected = chosen.flatMap(({ name, dir }) => {
    const page = attempt(problems, () => collect({ dir, name }, { ...options, share: 1 / chosen.length }));
    return page ? [{ ...page, title: name }] : [];
  });
  problems.map(note);
  return {
    contents: {
      ...contents,
      tables: [...(contents.tables ?? []), ...measured],
      notes: [...contents.notes, ...new Set(notes)],
      runs: collected.map(({ title }, i) => ({ key: String(i), title })),
    },
    pages: new Map(collected.map((page, i) => [String(i), page])),
  };
}

/** The first run of each cell; all runs of a single cell. */
function firstOfEach(runs: readonly CurveRun[]): readonly CurveRun[] {
  const cell = ({ settings }: CurveRun): string => JSON.stringify(settings);
  const first = runs.filter((run, i) => runs.findIndex((other) => cell(other) === cell(run)) === i);
  return first.length > 1 ? first : runs;
}
