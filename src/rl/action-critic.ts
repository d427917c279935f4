/**
 * A critic of action values: a network c(I, ·) that remembers what earlier batches showed. A batch has few decisions at a rare
 * information set, and c generalises over sets and updates. It is fitted to the sampled values q̂ of a batch,
 *
 *   L = ½ Σ_rows w(row) Σ_a (W(a) / Σ W) (c(a) − q̂(a))²
 *
 * in `steps` steps of Adam an update, and asked only after its first updates.
 */
import type { Game } from "../games/game.ts";
import type { Infoset } from "../graph/game-graph.ts";
import { type TensorShape, withoutPrefix, withPrefix } from "../nn/weights.ts";
import { FeatureLayout } from "../policies/features/layout.ts";
import { ValueNetwork, valueTensors } from "../policies/features/value-network.ts";
import type { Rng } from "../util/rng.ts";
import type { ActionValues } from "./action-values.ts";
import type { EstimatorState } from "./advantages/advantage.ts";
import { type Length, type Schedule, scheduled } from "./annealing.ts";

export interface ActionCriticSettings {
  readonly hidden: readonly number[];
  readonly learningRate: Schedule;
  readonly steps: number;
  /** The updates before it is asked. */
  readonly after: number;
}

/** What it is fitted to: the rows of all games, with their weights. */
export type CriticRows = readonly {
  readonly values: ActionValues;
  /** w. [R] */
  readonly weights: Float64Array;
}[];

const NAME = "actionCritic";

/** Owns its network. */
export class ActionCritic {
  readonly #settings: ActionCriticSettings;
  readonly #layout: FeatureLayout;
  readonly #network: ValueNetwork;

  constructor(settings: ActionCriticSettings, games: readonly Game[], rng: Rng) {
    this.#settings = settings;
    this.#layout = new FeatureLayout(games);
    this.#network = new ValueNetwork(games, { hidden: settings.hidden, outputs: this.#layout.outputs }, rng);
  }

  /** Whether it may be asked in this update. */
  isReady(update: number): boolean {
    return update > this.#settings.after;
  }

  /** c of each legal action. [S] */
  values(infosets: readonly Infoset[]): Float64Array {
    const outputs = this.#network.values(infosets);
    return Float64Array.from(this.#layout.legal(infosets).places, (place) => outputs[place]);
  }

  /** The steps of one update. */
  fit(rows: CriticRows, update: number, length: Length): void {
    const { steps, learningRate } = this.#settings;
    const infosets = rows.flatMap(({ values }) => values.infosets);
    const { places } = this.#layout.legal(infosets);
    const target = new Float32Array(places.length);
    const weight = new Float32Array(places.length);
    let at = 0;
    for (const { values, weights } of rows) {
      const { starts, sampled } = values;
      for (let r = 0; r < weights.length; r++) {
        let sum = 0;
        for (let i = starts[r]; i < starts[r + 1]; i++) sum += values.weights[i];
        for (let i = starts[r]; i < starts[r + 1]; i++, at++) {
          target[at] = sampled[i];
          weight[at] = sum > 0 ? (weights[r] * values.weights[i]) / sum : 0;
        }
      }
    }
    const lossGradient = (outputs: Float32Array): Float32Array => {
      const gradient = new Float32Array(outputs.length);
      for (let i = 0; i < places.length; i++) gradient[places[i]] = weight[i] * (outputs[places[i]] - target[i]);
      return gradient;
    };
    for (let step = 0; step < steps; step++) {
      this.#network.step(infosets, lossGradient, scheduled(learningRate, update, length));
    }
  }

  save(): EstimatorState {
    const { arrays, steps } = this.#network.save();
    return { numbers: { [`${NAME}.steps`]: steps }, arrays: withPrefix(NAME, arrays) };
  }

  restore({ numbers, arrays }: EstimatorState): void {
    this.#network.restore({ arrays: withoutPrefix(NAME, arrays), steps: numbers[`${NAME}.steps`] ?? 0 });
  }

  dispose(): void {
    this.#network.dispose();
  }
}

/** The tensors in the state of an action critic. */
export function actionCriticTensors(
  { hidden }: Pick<ActionCriticSettings, "hidden">,
  games: readonly Game[],
): TensorShape[] {
  return withPrefix(NAME, valueTensors(games, { hidden, outputs: new FeatureLayout(games).outputs }));
}
