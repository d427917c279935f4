/** The episode log of a folder, as `spiral view` serves it. */
import { join } from "node:path";
import { UserError } from "../../util/errors.ts";
import type { Advantages } from "../advantages.ts";
import { damagedNote } from "../collect.ts";
import type { PageEpisode } from "../contents.ts";
import { pageEpisode } from "../episode.ts";
import { type PackedList, unpackList } from "../listed.ts";
import { inside } from "./inside.ts";
import { LogIndex } from "./log-index.ts";

export const LOG_FILE = "episodes.jsonl";

/** It may not exist yet. */
export class LiveLog {
  readonly #dir: string;
  readonly #index: LogIndex;
  /** Why the log cannot be read. */
  #problem: string | undefined;

  constructor(dir: string) {
    this.#dir = dir;
    this.#index = new LogIndex(join(dir, LOG_FILE));
  }

  /** Games that are listed so far. */
  get count(): number {
    return this.#index.count;
  }

  /** Changes when the log is another. */
  get generation(): number {
    return this.#index.generation;
  }

  /** What the list leaves out, as far as the log is read. A writer may be about to end the last line. */
  notes(isWritten: boolean): string[] {
    const { damaged, torn } = this.#index;
    return [
      ...(this.#problem === undefined ? [] : [this.#problem]),
      ...(torn && !isWritten ? ["The last line of the log is torn and was left out."] : []),
      ...(damaged.count > 0 ? [damagedNote(damaged.count, damaged.problems)] : []),
    ];
  }

  async games(from: number, to: number): Promise<PackedList> {
    await this.refresh();
    return this.#index.list(from, to);
  }

  /** The games of the batch before this one are taken from the index. */
  async game(line: number, advantages: Advantages): Promise<PageEpisode> {
    await this.refresh();
    const episode = this.#index.episode(line);
    for (const before of unpackList(this.#index.before(line, episode.index))) advantages(before);
    return { ...pageEpisode(episode, line, true), ...advantages(episode) };
  }

  /** Reads on to the end of the log. */
  async refresh(): Promise<void> {
    try {
      if (inside(this.#dir, LOG_FILE)) await this.#index.refresh();
      this.#problem = undefined;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.#problem = `The log could not be read: ${error.message}`;
    }
  }
}
