/** Several runs, or an ablation, as `spiral view` serves them: their overview, and each run under its name. */
import { lstatSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { attempt } from "../../config/check.ts";
import { ABLATION_FILE } from "../../run/ablation-file.ts";
import type { CurveRun } from "../../run/curves/runs.ts";
import { UserError } from "../../util/errors.ts";
import { ablationTables } from "../ablation-tables.ts";
import { comparisonContents } from "../comparison.ts";
import type { LiveContents, LiveState, PageCheckpoint, PageEpisode } from "../contents.ts";
import type { PackedList } from "../listed.ts";
import { inside } from "./inside.ts";
import { type LiveFolder, liveRun, marksOf, RUN_FILES } from "./live-folder.ts";
import type { Shown } from "./shown.ts";

/** What is compared. */
export interface Compared {
  readonly name: string;
  /** As in `comparisonContents`. */
  readonly byCell: boolean;
  /** The folder, if they are the runs of one ablation. */
  readonly ablation?: string | undefined;
  /** Reads all runs, also those that came since. */
  readonly read: (warn: (problem: string) => void) => readonly CurveRun[];
}

export class LiveComparison implements Shown {
  readonly #compared: Compared;
  readonly #live = new Map<string, LiveFolder>();
  #runs: readonly CurveRun[] = [];

  constructor(compared: Compared) {
    this.#compared = compared;
  }

  async contents(): Promise<LiveContents> {
    const { name, byCell, ablation } = this.#compared;
    const notes = this.#read();
    const contents = comparisonContents(name, this.#runs, byCell);
    const measured =
      ablation === undefined
        ? []
        : attempt(notes, () => (inside(ablation, ABLATION_FILE) ? ablationTables(ablation) : []));
    return {
      ...contents,
      tables: [...(contents.tables ?? []), ...(measured ?? [])],
      runs: this.#runs.map((run) => ({ key: run.name, title: run.name })),
      notes: [...contents.notes, ...notes],
      updates: [],
      mark: this.#mark(),
    };
  }

  /** Finds the runs, and says what was left out. */
  #read(): string[] {
    const notes: string[] = [];
    const read = this.#compared.read((problem) => notes.push(problem));
    this.#runs = read.filter((run) => this.#isWithin(run, notes));
    if (this.#runs.length === 0) throw new UserError(3, ["There is no run that can be shown.", ...notes]);
    return notes;
  }

  /** Whether the run and its files lie where it says; notes why not. A run that was named by the user may lie anywhere. */
  #isWithin({ name, dir }: CurveRun, notes: string[]): boolean {
    if (this.#compared.byCell && lstatSync(dir, { throwIfNoEntry: false })?.isSymbolicLink()) {
      notes.push(`${name} is a link, and was left out.`);
      return false;
    }
    const problems: string[] = [];
    for (const file of RUN_FILES) attempt(problems, () => inside(dir, file));
    notes.push(...problems.map((problem) => `${name}: ${problem}`));
    return problems.length === 0;
  }

  async state(): Promise<LiveState> {
    return { contents: this.#mark(), games: 0, log: 0 };
  }

  /** A run that the overview lists. Its page may be opened before that of the overview. */
  run(name: string): Shown | undefined {
    if (this.#runs.length === 0) this.#read();
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
    const { ablation } = this.#compared;
    const folders = [...new Set(this.#runs.map(({ dir }) => dirname(dir)))];
    const times = folders.map((folder) => statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    const ended = ablation === undefined ? [] : [marksOf(ablation, [ABLATION_FILE])];
    return [...times, ...ended, ...this.#runs.map(({ dir }) => marksOf(dir, RUN_FILES))].join(" ");
  }
}
