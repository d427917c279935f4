/** The weights of a network, in variables of TensorFlow.js: what all networks have in common. */
import { tf } from "./tf.ts";
import { arraysOf, type WeightArray } from "./weights.ts";

/** Owns one set of weights on the backend, in the order of `weights`. */
export class NetworkWeights {
  readonly variables: readonly tf.Variable[];
  readonly #names: readonly string[];

  constructor(weights: readonly WeightArray[]) {
    this.#names = weights.map(({ name }) => name);
    // A variable shares the numbers of the tensor that it is made from; tidy disposes of that tensor.
    this.variables = tf.tidy(() => weights.map(({ values, shape }) => tf.variable(tf.tensor(values, [...shape]))));
  }

  /** this ← keep · this + (1 − keep) · other, which has variables too. With keep = 0 it copies. */
  moveTowards(other: object, keep: number): void {
    const targets = variablesOf(other);
    tf.tidy(() => {
      this.variables.forEach((variable, i) => {
        const target = targets[i];
        variable.assign(keep === 0 ? tf.clone(target) : tf.add(tf.mul(variable, keep), tf.mul(target, 1 - keep)));
      });
    });
  }

  /** Takes the weights by name. Throws an Error that names the first tensor that is missing or of another shape. */
  load(arrays: readonly WeightArray[]): void {
    const own = this.variables.map(({ shape }, i) => ({ name: this.#names[i], shape }));
    arraysOf(own, arrays).forEach(({ values, shape }, i) => {
      tf.tidy(() => this.variables[i]?.assign(tf.tensor(values, [...shape])));
    });
  }

  /** A copy of the weights for a file. */
  save(): WeightArray[] {
    return this.variables.map((v, i) => ({
      name: this.#names[i],
      shape: v.shape,
      values: Float32Array.from(v.dataSync()),
    }));
  }

  dispose(): void {
    for (const variable of this.variables) variable.dispose();
  }
}

function variablesOf(network: object): readonly tf.Tensor[] {
  if ("variables" in network) return network.variables as readonly tf.Tensor[];
  throw new Error("networks of two backends cannot be averaged");
}
