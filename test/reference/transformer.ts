/**
 * A transformer in 64 bits, one sequence and one number at a time, with neither tree nor matrices, and its gradient by automatic
 * differentiation on a tape: what the engines of src/nn are held against.
 */
import type { WeightArray } from "../../src/nn/weights.ts";

/** Numbers that remember how they were made: x = f(a, b), with ∂f/∂a and ∂f/∂b. A number is known by its place. */
class Tape {
  #length = 0;
  #values = new Float64Array(1024);
  #parents = new Int32Array(2048);
  #partials = new Float64Array(2048);

  make(value: number, a = 0, da = 0, b = 0, db = 0): number {
    const x = this.#length++;
    if (x === this.#values.length) {
      const grown = <T extends Float64Array | Int32Array>(from: T, to: T): T => {
        to.set(from);
        return to;
      };
      this.#values = grown(this.#values, new Float64Array(2 * x));
      this.#parents = grown(this.#parents, new Int32Array(4 * x));
      this.#partials = grown(this.#partials, new Float64Array(4 * x));
    }
    this.#values[x] = value;
    this.#parents[2 * x] = a;
    this.#parents[2 * x + 1] = b;
    this.#partials[2 * x] = da;
    this.#partials[2 * x + 1] = db;
    return x;
  }

  value = (x: number): number => this.#values[x] as number;
  add = (a: number, b: number): number => this.make(this.value(a) + this.value(b), a, 1, b, 1);
  mul = (a: number, b: number): number => this.make(this.value(a) * this.value(b), a, this.value(b), b, this.value(a));
  scale = (a: number, factor: number): number => this.make(this.value(a) * factor, a, factor);
  relu = (a: number): number => this.make(Math.max(0, this.value(a)), a, this.value(a) > 0 ? 1 : 0);
  exp = (a: number): number => this.make(Math.exp(this.value(a)), a, Math.exp(this.value(a)));
  power = (a: number, n: number): number => this.make(this.value(a) ** n, a, n * this.value(a) ** (n - 1));
  sum = (xs: readonly number[]): number => xs.reduce((a, b) => this.add(a, b));
  dot = (xs: readonly number[], ys: readonly number[]): number =>
    this.sum(xs.map((x, i) => this.mul(x, ys[i] as number)));

  /** ∂(Σ weight · output)/∂(every number). */
  gradient(outputs: readonly number[], weights: readonly number[]): Float64Array {
    const d = new Float64Array(this.#length);
    outputs.forEach((x, i) => {
      d[x] = (d[x] as number) + (weights[i] as number);
    });
    for (let x = this.#length - 1; x >= 0; x--) {
      for (const side of [2 * x, 2 * x + 1]) {
        const parent = this.#parents[side] as number;
        d[parent] = (d[parent] as number) + (d[x] as number) * (this.#partials[side] as number);
      }
    }
    return d;
  }
}

/** The logits at the end of each sequence, and ∂(Σ weight · logit)/∂weights as flat lists, by name. */
export function plainTransformer(
  arrays: readonly WeightArray[],
  { layers, heads }: { layers: number; heads: number },
  sequences: readonly (readonly number[])[],
  weights: readonly (readonly number[])[],
): { logits: number[][]; gradients: number[][] } {
  const tape = new Tape();
  // Place 0 stands for no parent.
  tape.make(0);
  const places = new Map(arrays.map(({ name, values }) => [name, Array.from(values, (value) => tape.make(value))]));
  const vector = (name: string): number[] => places.get(name) as number[];
  const matrix = (name: string): number[][] => {
    const { shape } = arrays.find((array) => array.name === name) as WeightArray;
    const [rows, columns] = shape as [number, number];
    return Array.from({ length: rows }, (_, i) => vector(name).slice(i * columns, (i + 1) * columns));
  };
  const columnsOf = (name: string): number[][] => {
    const rows = matrix(name);
    return (rows[0] as number[]).map((_, j) => rows.map((row) => row[j] as number));
  };
  const plus = (x: readonly number[], y: readonly number[]) => x.map((a, i) => tape.add(a, y[i] as number));
  const times = (x: readonly number[], columns: number[][]) => columns.map((column) => tape.dot(x, column));
  const norm = (x: readonly number[], gain: readonly number[]): number[] => {
    const mean = tape.scale(tape.dot(x, x), 1 / x.length);
    const inverse = tape.power(tape.add(mean, tape.make(1e-5)), -0.5);
    return x.map((a, i) => tape.mul(tape.mul(a, inverse), gain[i] as number));
  };
  const blocks = Array.from({ length: layers }, (_, i) => ({
    attentionNorm: vector(`block${i}.attention.norm`),
    qkv: columnsOf(`block${i}.attention.qkv`),
    out: columnsOf(`block${i}.attention.out`),
    norm: vector(`block${i}.norm`),
    up: columnsOf(`block${i}.up.weight`),
    upBias: vector(`block${i}.up.bias`),
    down: columnsOf(`block${i}.down.weight`),
  }));
  const [token, position, head] = [matrix("token.embedding"), matrix("position.embedding"), columnsOf("head.weight")];
  const width = vector("norm").length;

  const outputs = sequences.map((sequence) => {
    let xs = sequence.map((t, i) => plus(token[t] as number[], position[i] as number[]));
    for (const block of blocks) {
      const qkv = xs.map((x) => times(norm(x, block.attentionNorm), block.qkv));
      xs = xs.map((x, i) => {
        const attended = Array.from({ length: heads }, (_, h) => {
          const part = (which: number, j: number): number[] => {
            const from = which * width + (h * width) / heads;
            return (qkv[j] as number[]).slice(from, from + width / heads);
          };
          const seen = Array.from({ length: i + 1 }, (_, j) => j);
          const scores = seen.map((j) => tape.scale(tape.dot(part(0, i), part(1, j)), (width / heads) ** -0.5));
          const exps = scores.map(tape.exp);
          const inverse = tape.power(tape.sum(exps), -1);
          const p = exps.map((e) => tape.mul(e, inverse));
          return part(2, 0).map((_, k) =>
            tape.dot(
              p,
              seen.map((j) => part(2, j)[k] as number),
            ),
          );
        }).flat();
        return plus(x, times(attended, block.out));
      });
      xs = xs.map((x) => {
        const hidden = plus(times(norm(x, block.norm), block.up), block.upBias).map(tape.relu);
        return plus(x, times(hidden, block.down));
      });
    }
    return plus(times(norm(xs.at(-1) as number[], vector("norm")), head), vector("head.bias"));
  });
  const d = tape.gradient(outputs.flat(), weights.flat());
  return {
    logits: outputs.map((row) => row.map(tape.value)),
    gradients: arrays.map(({ name }) => vector(name).map((x) => d[x] as number)),
  };
}
