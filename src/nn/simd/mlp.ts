/**
 * The multilayer perceptron of ../mlp.ts, and its Adam (../adam.ts), by the kernels of ../kernels/mlp.ts: a forward pass is one call into
 * WebAssembly, and so is a backward pass with the step. A row's numbers do not depend on the other rows, bit for bit. It needs
 * neither TensorFlow.js nor Node.
 *
 * The kernels take layers whose widths are multiples of 8, so tensors and rows are filled up with zeros. These stay 0: a unit
 * without weights gives 0, and the gradient of its weights is 0.
 */
import type { AdamSettings } from "../adam-settings.ts";
import type { LearningRowNetwork, LogitGradient, OptimizerState, RowNetwork } from "../row-network.ts";
import { arraysOf, type TensorShape, type WeightArray } from "../weights.ts";
import type { KernelHeap } from "./heap.ts";

type Features = Float32Array;

/** Where a tensor lies: its rows begin at number `start`, one every `step` numbers. */
interface Place extends TensorShape {
  readonly start: number;
  readonly rows: number;
  readonly columns: number;
  readonly step: number;
}

const filledUp = (width: number): number => 8 * Math.ceil(width / 8);

export class KernelMlp implements RowNetwork<Features> {
  protected readonly heap: KernelHeap;
  /** The places of W_1, b_1, W_2, …, and how many numbers they take. */
  protected readonly places: readonly Place[];
  protected readonly size: number;
  /** The number of inputs and the width of each layer, filled up; and the address of these. */
  protected readonly widths: readonly number[];
  protected readonly widthsAt: number;
  /** The address of the weights. */
  protected readonly w: number;
  readonly #blocks: { readonly at: number; readonly numbers: number }[] = [];

  /** `weights`: W_1, b_1, W_2, b_2, … */
  constructor(heap: KernelHeap, weights: readonly WeightArray[]) {
    this.heap = heap;
    let size = 0;
    this.places = weights.map(({ name, shape }, i) => {
      const columns = shape[shape.length - 1];
      const [rows, start, step] = [shape.length === 1 ? 1 : shape[0], size, filledUp(columns)];
      size += step * (i === 0 || shape.length === 1 ? rows : filledUp(rows));
      return { name, shape, start, rows, columns, step };
    });
    this.size = size;
    this.widths = [this.places[0].rows, ...this.places.filter((_, i) => i % 2 === 0).map(({ step }) => step)];
    this.widthsAt = this.take(this.widths.length);
    heap.integers(this.widthsAt, this.widths.length).set(this.widths);
    this.w = this.take(size);
    this.load(weights);
  }

  /** A block of zeros, which the network owns. */
  protected take(numbers: number): number {
    const at = this.heap.take(numbers);
    this.#blocks.push({ at, numbers });
    return at;
  }

  /** Logits of rows of features. [R, inputs] → [R, outputs] */
  logits(x: Features): Float32Array {
    const { rows, h } = this.forward(x);
    return this.logitsAt(h, rows);
  }

  /** A forward pass. → the addresses of x, of h_1 …, and of room for as many numbers as these h */
  protected forward(x: Features): {
    readonly rows: number;
    readonly x: number;
    readonly h: number;
    readonly d: number;
  } {
    const rows = x.length / this.widths[0];
    const numbers = rows * this.widths.slice(1).reduce((a, b) => a + b);
    const h = this.heap.beginPass(2 * numbers + x.length);
    const [d, features] = [h + 4 * numbers, h + 8 * numbers];
    this.heap.floats(features, x.length).set(x);
    this.heap.kernels.forward(this.widthsAt, this.widths.length - 1, this.w, features, h, rows);
    return { rows, x: features, h, d };
  }

  /** The place of the logits in h, or of their gradients in d, and their number filled up. */
  protected last(h: number, rows: number): Float32Array {
    const before = this.widths.slice(1, -1).reduce((a, b) => a + b, 0);
    return this.heap.floats(h + 4 * rows * before, rows * this.widths[this.widths.length - 1]);
  }

  protected logitsAt(h: number, rows: number): Float32Array {
    const { columns, step } = this.places[this.places.length - 1];
    return narrowed(this.last(h, rows), rows, columns, step);
  }

  moveTowards(other: object, keep: number): void {
    if (!(other instanceof KernelMlp)) throw new Error("networks of two backends cannot be averaged");
    if (keep === 0) this.heap.floats(this.w, this.size).set(this.heap.floats(other.w, this.size));
    else this.heap.kernels.moveTowards(this.w, other.w, this.size, keep);
  }

  load(arrays: readonly WeightArray[]): void {
    this.put(this.w, arraysOf(this.places, arrays));
  }

  save(): WeightArray[] {
    return this.arraysAt(this.w);
  }

  /** Writes tensors to an address, each in its place. */
  protected put(at: number, arrays: readonly WeightArray[]): void {
    const numbers = this.heap.floats(at, this.size);
    this.places.forEach(({ start, rows, columns, step }, i) => {
      widen(arrays[i].values, numbers.subarray(start, start + rows * step), rows, columns, step);
    });
  }

  /** Copies of the tensors at an address. */
  protected arraysAt(at: number): WeightArray[] {
    const numbers = this.heap.floats(at, this.size);
    return this.places.map(({ name, shape, start, rows, columns, step }) => {
      return { name, shape, values: narrowed(numbers.subarray(start), rows, columns, step) };
    });
  }

  dispose(): void {
    for (const { at, numbers } of this.#blocks.splice(0)) this.heap.give(at, numbers);
  }
}

export class LearningKernelMlp extends KernelMlp implements LearningRowNetwork<Features> {
  readonly #settings: AdamSettings;
  #steps = 0;
  /** Addresses of the gradient, the second moments, and the first moments, which are at 0 where there are none. */
  readonly #g: number;
  readonly #v: number;
  readonly #m: number;
  /** Addresses of room for a transposed matrix, and of a row of zeros. */
  readonly #transposed: number;
  readonly #zeros: number;

  constructor(heap: KernelHeap, weights: readonly WeightArray[], settings: AdamSettings) {
    super(heap, weights);
    this.#settings = settings;
    [this.#g, this.#v] = [this.take(this.size), this.take(this.size)];
    this.#m = settings.beta1 > 0 ? this.take(this.size) : 0;
    this.#transposed = this.take(this.size);
    this.#zeros = this.take(Math.max(...this.widths));
  }

  step(x: Features, lossGradient: LogitGradient, learningRate: number): void {
    const { beta1, beta2, epsilon, clip = Number.POSITIVE_INFINITY } = this.#settings;
    this.#steps += 1;
    const pass = this.#forward(x, lossGradient);
    const count = this.places.reduce((sum, { rows, columns }) => sum + rows * columns, 0);
    this.heap.kernels.step(
      ...[this.widthsAt, this.widths.length - 1, this.w, this.#g, pass.x, pass.h, pass.d],
      ...[this.#transposed, this.#zeros, pass.rows, this.#v, this.#m, this.size, count],
      ...[beta1, beta2, epsilon, 1 - beta1 ** this.#steps, 1 - beta2 ** this.#steps, clip, learningRate],
    );
  }

  gradients(x: Features, lossGradient: LogitGradient): Float32Array[] {
    const pass = this.#forward(x, lossGradient);
    this.heap.kernels.backward(
      ...[this.widthsAt, this.widths.length - 1, this.w, this.#g, pass.x, pass.h, pass.d],
      ...[0, this.#transposed, this.#zeros, pass.rows],
    );
    return this.arraysAt(this.#g).map(({ values }) => values);
  }

  /** A forward pass, with ∂L/∂logits in d. */
  #forward(x: Features, lossGradient: LogitGradient): ReturnType<KernelMlp["forward"]> {
    const first = this.forward(x);
    const { passes } = this.heap;
    const gradient = lossGradient(this.logitsAt(first.h, first.rows));
    // `lossGradient` may have asked a network, whose pass took the room.
    const pass = this.heap.passes === passes ? first : this.forward(x);
    const { columns, step } = this.places[this.places.length - 1];
    widen(gradient, this.last(pass.d, pass.rows), pass.rows, columns, step);
    return pass;
  }

  saveOptimizer(): OptimizerState {
    const named = (moment: string, at: number) =>
      this.arraysAt(at).map((array, i) => ({ ...array, name: `adam.${moment}.${i}` }));
    return { arrays: [...named("v", this.#v), ...(this.#m ? named("m", this.#m) : [])], steps: this.#steps };
  }

  restoreOptimizer({ arrays, steps }: OptimizerState): void {
    const named = (moment: string) =>
      this.places.map((_, i) => {
        const array = arrays.find(({ name }) => name === `adam.${moment}.${i}`);
        if (!array) throw new Error(`no optimizer state adam.${moment}.${i}`);
        return array;
      });
    this.put(this.#v, named("v"));
    if (this.#m) this.put(this.#m, named("m"));
    this.#steps = steps;
  }
}

/** Rows of so many columns, from rows of `step` numbers. */
function narrowed(from: Float32Array, rows: number, columns: number, step: number): Float32Array {
  if (columns === step) return from.slice(0, rows * columns);
  const to = new Float32Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) to[r * columns + c] = from[r * step + c];
  }
  return to;
}

/** Rows of so many columns into rows of `step` numbers, whose others are 0. */
function widen(from: Float32Array, to: Float32Array, rows: number, columns: number, step: number): void {
  if (columns === step) {
    to.set(from);
    return;
  }
  to.fill(0);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) to[r * step + c] = from[r * columns + c];
  }
}
