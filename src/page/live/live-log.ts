/** The episode log of a folder, as `spiral view` serves it. */
import { join } from "node:path";
import { UserError } from "../../util/errors.ts";
import { damagedNote } from "../collect.ts";
import type { PageEpisode } from "../contents.ts";
import { pageEpisode } from "../episode.ts";
import type { PackedList } from "../listed.ts";
import { inside } from "./inside.ts";
import { LogIndex } from "./log-index.ts";

/** It may not exist yet. */
export class LiveLog {
  readonly #dir: string;
  readonly #index: LogIndex;
  /** Why the log cannot be read. */
  #problem: string | undefined;

  constructor(dir: string) {
    this.#dir = dir;
    this.#index = new LogIndex(join(dir, "episodes.jsonl"));
  }

  async state(): Promise<{ readonly games: number; readonly log: number; readonly damaged: string }> {
    await this.#refresh();
    const { count, generation, damaged, torn } = this.#index;
    return { games: count, log: generation, damaged: `${damaged.count} ${torn} ${this.#problem}` };
  }

  /** What the list leaves out. A writer may be about to end the last line. */
  async notes(isWritten: boolean): Promise<string[]> {
    await this.#refresh();
    const { damaged, torn } = this.#index;
    return [
      ...(this.#problem === undefined ? [] : [this.#problem]),
      ...(torn && !isWritten ? ["The last line of the log is torn and was left out."] : []),
      ...(damaged.count > 0 ? [damagedNote(damaged.count, damaged.problems)] : []),
    ];
  }

  async games(from: number, to: number): Promise<PackedList> {
    await this.#refresh();
    return this.#index.list(from, to);
  }

  async game(line: number): Promise<PageEpisode> {
    await this.#refresh();
    return pageEpisode(this.#index.episode(line), line, true);
  }

  async #refresh(): Promise<void> {
    try {
      this.#problem = undefined;
      if (inside(this.#dir, "episodes.jsonl")) await this.#index.refresh();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.#problem = `The log could not be read: ${error.message}`;
    }
  }
}
