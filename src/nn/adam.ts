/**
 * Adam (Kingma & Ba, 2015), with first moments only if β₁ > 0:
 *
 *   m ← β₁ m + (1 − β₁) g      v ← β₂ v + (1 − β₂) g²
 *   u = (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)
 *   w ← w − η · u · min(1, d / RMS(u))
 *
 * The bound d on the root mean square of u over all weights is Adafactor's update clipping (Shazeer & Stern, 2018). v changes
 * slowly: after many small gradients, one larger gradient makes u as large as 1 / √(1 − β₂) = 32. That step makes the next
 * gradient larger still, and within ten updates a run that had nearly converged is lost. In a usual update RMS(u) is about ½.
 *
 * In self-play, momentum pushes towards the best response to an earlier policy and makes play cycle, so β₁ is 0 by default.
 */
import type { AdamSettings } from "./adam-settings.ts";
import { tf } from "./tf.ts";
import type { WeightArray } from "./weights.ts";

export class Adam {
  readonly #settings: AdamSettings;
  readonly #variables: readonly tf.Variable[];
  readonly #first: readonly tf.Variable[];
  readonly #second: readonly tf.Variable[];
  #steps = 0;

  constructor(variables: readonly tf.Variable[], settings: AdamSettings) {
    // A variable shares the numbers of the tensor that it is made from; tidy disposes of that tensor.
    const zeros = () => tf.tidy(() => variables.map((v) => tf.variable(tf.zeros(v.shape))));
    this.#variables = variables;
    this.#settings = settings;
    this.#second = zeros();
    this.#first = settings.beta1 > 0 ? zeros() : [];
  }

  /** One step down `gradients`, a tensor for each variable in their order. */
  step(gradients: readonly tf.Tensor[], learningRate: number): void {
    const { beta1, beta2, epsilon, clip } = this.#settings;
    this.#steps += 1;
    const firstCorrection = 1 - beta1 ** this.#steps;
    const secondCorrection = 1 - beta2 ** this.#steps;
    tf.tidy(() => {
      const updates = this.#variables.map((_, i) => {
        const g = gradients[i];
        const v = this.#second[i];
        const m = this.#first[i];
        v.assign(tf.add(tf.mul(v, beta2), tf.mul(tf.square(g), 1 - beta2)));
        m?.assign(tf.add(tf.mul(m, beta1), tf.mul(g, 1 - beta1)));
        const scale = tf.add(tf.sqrt(tf.mul(v, 1 / secondCorrection)), epsilon);
        return tf.div(m ?? g, scale);
      });
      const clipped = clip === undefined ? 1 : clipFactor(updates, clip * firstCorrection);
      this.#variables.forEach((variable, i) => {
        const step = tf.mul(updates[i], learningRate / firstCorrection);
        variable.assign(tf.sub(variable, tf.mul(step, clipped)));
      });
    });
  }

  /** A copy of the moments, named `adam.v.0` …, for a weight file. The number of steps is `steps`. */
  save(): WeightArray[] {
    const named = (moment: string, list: readonly tf.Variable[]) =>
      list.map((x, i) => ({ name: `adam.${moment}.${i}`, shape: x.shape, values: Float32Array.from(x.dataSync()) }));
    return [...named("v", this.#second), ...named("m", this.#first)];
  }

  get steps(): number {
    return this.#steps;
  }

  /** Takes the moments and the number of steps. Throws an Error if `arrays` lacks one of the moments. */
  restore(arrays: readonly WeightArray[], steps: number): void {
    const fill = (moment: string, list: readonly tf.Variable[]) =>
      list.forEach((x, i) => {
        const array = arrays.find(({ name }) => name === `adam.${moment}.${i}`);
        if (!array) throw new Error(`no optimizer state adam.${moment}.${i}`);
        tf.tidy(() => x.assign(tf.tensor(array.values, [...array.shape])));
      });
    fill("v", this.#second);
    fill("m", this.#first);
    this.#steps = steps;
  }

  dispose(): void {
    for (const x of [...this.#first, ...this.#second]) x.dispose();
  }
}

/** min(1, max / RMS): the factor that brings the root mean square of all these numbers down to `max`. */
function clipFactor(tensors: readonly tf.Tensor[], max: number): tf.Tensor {
  const count = tensors.reduce((sum, { size }) => sum + size, 0);
  // Pair by pair: a program on a GPU takes only so many tensors, and a deep network has more.
  const squares = tensors.map((x) => tf.sum(tf.square(x))).reduce((sum, x) => tf.add(sum, x));
  return tf.minimum(1, tf.div(max * Math.sqrt(count), tf.sqrt(squares)));
}
