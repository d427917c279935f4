/** What the server shows under one name. */
import type { LiveContents, LiveState, PageCheckpoint, PageEpisode } from "../contents.ts";
import type { PackedList } from "../listed.ts";

export interface Shown {
  contents(): Promise<LiveContents>;
  state(): Promise<LiveState>;
  /** Throws a UserError if there is none that is whole. */
  checkpoint(update: number): PageCheckpoint;
  /** Logged games with numbers from … to − 1, in the order of the log. */
  games(from: number, to: number): Promise<PackedList>;
  /** Throws a UserError if the line is no game. */
  game(line: number): Promise<PageEpisode>;
}
