/**
 * How information sets of several games become rows of one matrix, and logits of one head become probabilities:
 *
 *   row    = [ features of game 1 | features of game 2 | … | game one-hot | role one-hot ]
 *   logits = [ actions of game 1 | actions of game 2 | … ]
 *
 * A row is filled in only where its own game's slice is; its legal actions are the only logits it looks at.
 */
import type { Game } from "./game.ts";
import type { Infoset } from "./graph.ts";
import type { Distribution } from "./policy.ts";

export class FeatureLayout {
  readonly games: readonly Game[];
  /** Width of a row. */
  readonly inputs: number;
  /** Width of the head. */
  readonly outputs: number;
  readonly #slices = new Map<string, { index: number; input: number; output: number }>();

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

  /** The column of the head that an action of this game stands in is this offset plus the action. */
  actionOffset(game: Game): number {
    return this.#slice(game).output;
  }

  /** Softmax over the legal actions of row `row` of `logits` [R, outputs]. */
  distribution(infoset: Infoset, logits: Float32Array, row: number): Distribution {
    const { actions } = infoset;
    const offset = row * this.outputs + this.actionOffset(infoset.game);
    const probabilities = new Float64Array(actions.length);
    let max = Number.NEGATIVE_INFINITY;
    for (const action of actions) max = Math.max(max, logits[offset + action] as number);
    let sum = 0;
    for (let slot = 0; slot < actions.length; slot++) {
      const p = Math.exp((logits[offset + (actions[slot] as number)] as number) - max);
      probabilities[slot] = p;
      sum += p;
    }
    for (let slot = 0; slot < actions.length; slot++) probabilities[slot] = (probabilities[slot] as number) / sum;
    return probabilities;
  }

  #slice(game: Game): { index: number; input: number; output: number } {
    const slice = this.#slices.get(game.id);
    if (!slice) throw new Error(`this network was not made for ${game.id}`);
    return slice;
  }
}
