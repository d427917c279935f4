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

/** The legal actions of R rows, side by side, S in all. */
export interface LegalActions {
  /** Those of row r are `starts[r] … starts[r + 1]`. [R + 1] */
  readonly starts: Int32Array;
  /** The place of each in the head's logits. [S] */
  readonly places: Int32Array;
}

export interface PolicyAtRows {
  /** π of each legal action. [S] */
  readonly policy: Float64Array;
  /** Its logarithm, finite wherever the logits are. [S] */
  readonly logPolicy: Float64Array;
}

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

  /** Where the legal actions of these information sets, one a row, stand in logits [R, outputs]. */
  legal(infosets: readonly Infoset[]): LegalActions {
    const starts = new Int32Array(infosets.length + 1);
    for (let r = 0; r < infosets.length; r++) {
      starts[r + 1] = (starts[r] as number) + (infosets[r] as Infoset).actions.length;
    }
    const places = new Int32Array(starts[infosets.length] as number);
    let i = 0;
    for (let r = 0; r < infosets.length; r++) {
      const { game, actions } = infosets[r] as Infoset;
      const offset = r * this.outputs + this.actionOffset(game);
      for (let slot = 0; slot < actions.length; slot++) places[i++] = offset + (actions[slot] as number);
    }
    return { starts, places };
  }

  #slice(game: Game): { index: number; input: number; output: number } {
    const slice = this.#slices.get(game.id);
    if (!slice) throw new Error(`this network was not made for ${game.id}`);
    return slice;
  }
}

/** π and log π of the legal actions, from the head's logits [R, outputs], in 64 bits. */
export function softmax({ starts, places }: LegalActions, logits: Float32Array): PolicyAtRows {
  const policy = new Float64Array(places.length);
  const logPolicy = new Float64Array(places.length);
  for (let r = 0; r + 1 < starts.length; r++) {
    const [start, end] = [starts[r] as number, starts[r + 1] as number];
    let max = Number.NEGATIVE_INFINITY;
    for (let i = start; i < end; i++) max = Math.max(max, logits[places[i] as number] as number);
    let sum = 0;
    for (let i = start; i < end; i++) {
      const z = (logits[places[i] as number] as number) - max;
      logPolicy[i] = z;
      policy[i] = Math.exp(z);
      sum += policy[i] as number;
    }
    const logSum = Math.log(sum);
    for (let i = start; i < end; i++) {
      (policy[i] as number) /= sum;
      (logPolicy[i] as number) -= logSum;
    }
  }
  return { policy, logPolicy };
}
