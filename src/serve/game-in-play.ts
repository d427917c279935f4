/**
 * A game of a client, move by move. It is a game of the match between the client and its opponent with the same seed, played by
 * the same code (arena/asked-match.ts): in seat 0 the first game of the first pair, in seat 1 the second, on the same deal. So
 * the same seed and answers give the game that `spiral match` plays.
 */
import { playGameOf, sidesOf } from "../arena/asked-match.ts";
import { matchRng } from "../arena/pairing.ts";
import type { Game, Seat } from "../games/game.ts";
import { withoutTalk } from "../games/parts/talk.ts";
import { GameGraph } from "../graph/game-graph.ts";
import type { AskedPlayer, Choice, Decision, Player } from "../players/player.ts";
import type { Episode } from "../record/episode.ts";
import { memoised } from "../util/memoised.ts";
import { SELF } from "./offer.ts";

export interface GameSettings {
  readonly game: Game;
  readonly seed: number;
  /** The name of the client as a player. */
  readonly player: string;
  /** The seat of the client; of no matter if it plays both. */
  readonly seat: Seat;
  readonly opponent: Player | typeof SELF;
}

/** What a client waits for: its next decision, or the end. */
export type Event =
  | { readonly kind: "decision"; readonly decision: Decision; readonly answer: (choice: Choice) => void }
  | { readonly kind: "end"; readonly episode: Episode }
  | { readonly kind: "failure"; readonly error: unknown };

export class GameInPlay {
  readonly #abandoned = new AbortController();
  #arrived: Event | undefined;
  #waiter: ((event: Event) => void) | undefined;

  constructor(settings: GameSettings) {
    void this.#play(settings);
  }

  /** The next event. Call it once at the beginning, and once after each answer. */
  next(): Promise<Event> {
    return new Promise((resolve) => {
      this.#waiter = resolve;
      this.#deliver();
    });
  }

  abandon(): void {
    // With a reason, as the error that is made without one takes longer than a move.
    this.#abandoned.abort("abandoned");
  }

  async #play({ game, seed, player, seat, opponent }: GameSettings): Promise<void> {
    const client: AskedPlayer = {
      kind: "asked",
      name: player,
      plays: () => true,
      choose: (decision) => new Promise((answer) => this.#arrive({ kind: "decision", decision, answer })),
    };
    // Two players, so that each seat has its own.
    const players = [client, opponent === SELF ? { ...client } : opponent] as const;
    const match = { game, players, rng: matchRng(seed, game, players) };
    const { signal } = this.#abandoned;
    const sides = [sidesOf(match, 0), sidesOf(match, 1)] as const;
    try {
      const options = { sides, graph: graphOf(withoutTalk(game)), number: 0, signal };
      this.#arrive({ kind: "end", episode: await playGameOf(match, seat, options) });
    } catch (error) {
      if (!signal.aborted) this.#arrive({ kind: "failure", error });
    }
  }

  #arrive(event: Event): void {
    this.#arrived = event;
    this.#deliver();
  }

  #deliver(): void {
    const [waiter, arrived] = [this.#waiter, this.#arrived];
    if (!waiter || !arrived) return;
    this.#waiter = undefined;
    this.#arrived = undefined;
    waiter(arrived);
  }
}

/** Games that can be walked share a graph, which has an end; others have one each, which goes with them. */
const graphOf = (game: Game): GameGraph => (game.walkable ? sharedGraph(game) : new GameGraph(game));
const sharedGraph = memoised((game: Game) => new GameGraph(game));
