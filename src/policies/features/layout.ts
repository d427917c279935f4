/**
 * The rows of features and logits of one network that plays several games:
 *
 *   row    = [ features of game 1 | features of game 2 | … | game one-hot | role one-hot ]
 *   logits = [ actions of game 1 | actions of game 2 | … ]
 *
 * The features of the other games are 0 in a row. Its probabilities are computed from the logits of its legal actions only.
 */
import type { Game } from "../../games/game.ts";
import type { Infoset } from "../../graph/game-graph.ts";
import { type LegalActions, slotStarts } from "../softmax.ts";

/** A game's number, and the first columns of its features and its logits. */
interface Slice {
  readonly index: number;
  readonly input: number;
  readonly output: number;
}

export class FeatureLayout {
  readonly games: readonly Game[];
  /** Width of a row. */
  readonly inputs: number;
  /** Width of the head. */
  readonly outputs: number;
  readonly #slices = new Map<string, Slice>();
  /** Rows of one game come together, and a look into the map costs more than the rest of a row. */
  #latest: { readonly game: Game; readonly slice: Slice } | undefined;

  constructor(games: readonly Game[]) {
    let input = 0;
    let output = 0;
    games.forEach((game, index) => {
      this.#slices.set(game.id, { index, input, output });
      input += game.featureCount;
      output += game.actionCount;
    });
    this.games = games;
    this.inputs = input + games.length + 2;
    this.outputs = output;
  }

  /** One row per information set. → [R, inputs] */
  encode(infosets: readonly Infoset[]): Float32Array {
    const x = new Float32Array(infosets.length * this.inputs);
    infosets.forEach(({ game, player, state }, row) => {
      const { index, input } = this.#slice(game);
      const start = row * this.inputs;
      game.encode(state, player, x, start + input);
      x[start + this.inputs - 2 - this.games.length + index] = 1;
      x[start + this.inputs - 2 + player] = 1;
    });
    return x;
  }

  /** The column of action 0 of this game in the logits. Action a is in column `actionOffset + a`. */
  actionOffset(game: Game): number {
    return this.#slice(game).output;
  }

  /** The places of the legal actions of these information sets in logits [R, outputs], an information set a row. */
  legal(infosets: readonly Infoset[]): LegalActions {
    const starts = slotStarts(infosets);
    const places = new Int32Array(starts[infosets.length]);
    let i = 0;
    for (let r = 0; r < infosets.length; r++) {
      const { game, actions } = infosets[r];
      const offset = r * this.outputs + this.actionOffset(game);
      for (let slot = 0; slot < actions.length; slot++) places[i++] = offset + actions[slot];
    }
    return { starts, places };
  }

  #slice(game: Game): Slice {
    if (this.#latest?.game === game) return this.#latest.slice;
    const slice = this.#slices.get(game.id);
    if (!slice) throw new Error(`this network was not made for ${game.id}`);
    this.#latest = { game, slice };
    return slice;
  }
}
