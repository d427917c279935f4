/** The answers of players that answer in words, over the games of a tournament. */
import type { Game } from "../games/game.ts";
import type { AskedPlayer, Player } from "../players/player.ts";
import type { Episode } from "../record/episode.ts";
import { replaySteps } from "../record/steps.ts";
import { type Usage, UsageTally } from "../record/usage.ts";

export interface PlayerAnswers extends Usage {
  readonly player: string;
}

/** Counts and tokens are of all games that are added; failed requests and latency are known of this process only. */
export class AnswersOfTournament {
  readonly #tallies = new Map<string, UsageTally>();
  readonly #players: readonly AskedPlayer[];

  constructor(players: readonly Player[]) {
    this.#players = players.flatMap((player) => (player.kind === "asked" && player.usage ? [player] : []));
    for (const { name, price } of this.#players) this.#tallies.set(name, new UsageTally(price));
  }

  add(game: Game, episode: Episode): void {
    const said = new Map(episode.said?.map(({ ply, answers }) => [ply, answers]) ?? []);
    if (said.size === 0) return;
    const tell = (seat: 0 | 1, ply: number): void =>
      this.#tallies.get(episode.players[seat])?.addDecision(said.get(ply) ?? []);
    for (const { ply, turn, action } of replaySteps(game, episode)) {
      if (action === undefined && episode.forfeit) tell(episode.forfeit.seat, ply);
      else if (turn.kind === "player") tell(turn.player, ply);
    }
  }

  results(): PlayerAnswers[] {
    return this.#players.flatMap(({ name, usage }) => {
      const inLog = this.#tallies.get(name)?.usage();
      const { failed = 0, latency = null } = usage?.() ?? {};
      return inLog && inLog.answers > 0 ? [{ player: name, ...inLog, failed, latency }] : [];
    });
  }
}
