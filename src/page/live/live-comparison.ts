/** Several runs, or an ablation, as `spiral view` serves them: their overview, and each run under its name. */
import { lstatSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { CurveRun } from "../../run/curves/runs.ts";
import { UserError } from "../../util/errors.ts";
import { comparisonContents } from "../comparison.ts";
import type { LiveContents, LiveState, PageCheckpoint, PageEpisode } from "../contents.ts";
import type { PackedList } from "../listed.ts";
import { inside } from "./inside.ts";
import { type LiveFolder, liveRun, marksOf, RUN_FILES } from "./live-folder.ts";
import type { Shown } from "./shown.ts";

export class LiveComparison implements Shown {
  readonly #title: string;
  readonly #byCell: boolean;
  readonly #read: (warn: (problem: string) => void) => readonly CurveRun[];
  readonly #live = new Map<string, LiveFolder>();
  #runs: readonly CurveRun[] = [];

  /** `read` reads all runs, also those that came since; `byCell` as in `comparisonContents`. */
  constructor(title: string, byCell: boolean, read: (warn: (problem: string) => void) => readonly CurveRun[]) {
    [this.#title, this.#byCell, this.#read] = [title, byCell, read];
  }

  async contents(): Promise<LiveContents> {
    const notes: string[] = [];
    // A run of an ablation that is a link may lead anywhere; one that was named may lie anywhere.
    this.#runs = this.#read((problem) => notes.push(problem)).filter(
      ({ dir }) => !this.#byCell || !lstatSync(dir).isSymbolicLink(),
    );
    for (const { dir } of this.#runs) for (const name of RUN_FILES) inside(dir, name);
    const contents = comparisonContents(this.#title, this.#runs, this.#byCell);
    return {
      ...contents,
      runs: this.#runs.map(({ name }) => ({ key: name, title: name })),
      notes: [...contents.notes, ...notes],
      updates: [],
      mark: this.#mark(),
    };
  }

  async state(): Promise<LiveState> {
    return { contents: this.#mark(), games: 0, log: 0 };
  }

  /** A run that the overview lists. */
  run(name: string): Shown | undefined {
    const found = this.#runs.find((run) => run.name === name);
    if (!found) return undefined;
    const live = this.#live.get(name) ?? liveRun(found);
    this.#live.set(name, live);
    return live;
  }

  checkpoint(): PageCheckpoint {
    throw new UserError(3, "The overview of several runs has no checkpoints.");
  }

  async games(): Promise<PackedList> {
    return { heads: [], rows: [] };
  }

  async game(): Promise<PageEpisode> {
    throw new UserError(3, "The overview of several runs has no games.");
  }

  /** A run that is begun changes the folder that it is in. */
  #mark(): string {
    const folders = [...new Set(this.#runs.map(({ dir }) => dirname(dir)))];
    const times = folders.map((folder) => statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    return [...times, ...this.#runs.map(({ dir }) => marksOf(dir, RUN_FILES))].join(" ");
  }
}
