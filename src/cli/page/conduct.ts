/** What the players of a tournament did: their games, forfeits and answers in words. */
import { getGame } from "../../games/registry.ts";
import type { PageTable } from "../../page/contents.ts";
import type { Episode } from "../../record/episode.ts";
import { replaySteps } from "../../record/steps.ts";
import { UserError } from "../../util/errors.ts";

interface OfPlayer {
  games: number;
  forfeits: number;
  answers: number;
  illegal: number;
  promptTokens: number;
  completionTokens: number;
}

export class Conduct {
  readonly #players = new Map<string, OfPlayer>();

  add(episode: Episode): void {
    const { players, forfeit } = episode;
    for (const name of players) this.#of(name).games++;
    if (forfeit) this.#of(players[forfeit.seat]).forfeits++;
    this.#countAnswers(episode);
  }

  /** Answers have columns if they are wanted, and there are some. */
  table({ withAnswers }: { readonly withAnswers: boolean }): PageTable {
    const all = [...this.#players].sort(([a], [b]) => (a < b ? -1 : 1));
    const speaks = withAnswers && all.some(([, { answers }]) => answers > 0);
    const words = ["answers", "not legal", "prompt tokens", "answer tokens"];
    const shown = (n: number): string => n.toLocaleString("en");
    return {
      caption: speaks ? "Games played, forfeits and answers in words" : "Games played and forfeits",
      header: ["player", "games", "forfeits", ...(speaks ? words : [])],
      rows: all.map(([name, { games, forfeits, answers, illegal, promptTokens, completionTokens }]) => [
        name,
        ...[games, forfeits, ...(speaks ? [answers, illegal, promptTokens, completionTokens] : [])].map(shown),
      ]),
      notes: [],
    };
  }

  #of(name: string): OfPlayer {
    const known = this.#players.get(name) ?? {
      ...{ games: 0, forfeits: 0, answers: 0, illegal: 0, promptTokens: 0, completionTokens: 0 },
    };
    this.#players.set(name, known);
    return known;
  }

  /** Who answered follows from the rules: it is the player to move. A game that breaks them is counted up to there. */
  #countAnswers(episode: Episode): void {
    if (!episode.said) return;
    const byPly = new Map(episode.said.map(({ ply, answers }) => [ply, answers]));
    try {
      for (const { ply, turn } of replaySteps(getGame(episode.game), episode)) {
        if (turn.kind !== "player") continue;
        const player = this.#of(episode.players[turn.player]);
        for (const { illegal, promptTokens = 0, completionTokens = 0 } of byPly.get(ply) ?? []) {
          player.answers++;
          player.illegal += illegal === undefined ? 0 : 1;
          player.promptTokens += promptTokens;
          player.completionTokens += completionTokens;
        }
      }
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
  }
}
