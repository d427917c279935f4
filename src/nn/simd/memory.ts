/** Kernels of src/nn/kernels, compiled to WebAssembly, with the memory that they work on. */

/** The part of WebAssembly's interface that is used; the types of Node 20 lack it. */
declare namespace WebAssembly {
  class Memory {
    constructor(pages: { initial: number });
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {
    constructor(module: Module, imports: Readonly<Record<string, Readonly<Record<string, Memory>>>>);
    readonly exports: unknown;
  }
}

/** Arguments are numbers: addresses in bytes, counts, and flags. src/nn/kernels tells their order. */
type Kernel = (...args: readonly number[]) => void;

/** A matrix in the kernels' memory: `at` is its address in bytes. A vector has one row. */
export interface Matrix {
  readonly at: number;
  readonly rows: number;
  readonly columns: number;
}

/** Arrays are taken one after another, and all freed at once. `Name`: the kernels of the module. */
export class KernelMemory<Name extends string> {
  readonly kernels: Readonly<Record<Name, Kernel>>;
  readonly #memory = new WebAssembly.Memory({ initial: 16 });
  #top = 0;

  /** `bytes`: the module. */
  constructor(bytes: Uint8Array) {
    const module = new WebAssembly.Module(bytes);
    const { exports } = new WebAssembly.Instance(module, { env: { memory: this.#memory } });
    this.kernels = exports as Record<Name, Kernel>;
  }

  /** The address after the last array. */
  get top(): number {
    return this.#top;
  }

  /** Frees the arrays from this address on. */
  freeFrom(address: number): void {
    this.#top = address;
  }

  /** The address of so many numbers of 4 bytes, which may hold anything. */
  take(numbers: number): number {
    const at = this.#top;
    // Kernels work on vectors of 16 bytes.
    this.#top += 16 * Math.ceil(numbers / 4);
    const { byteLength } = this.#memory.buffer;
    // Growing copies nothing, but it makes all views void; so it is seldom.
    if (this.#top > byteLength) this.#memory.grow(Math.ceil(Math.max(this.#top - byteLength, byteLength / 2) / 65536));
    return at;
  }

  matrix(rows: number, columns: number): Matrix {
    return { at: this.take(rows * columns), rows, columns };
  }

  zeros(rows: number, columns: number): Matrix {
    const matrix = this.matrix(rows, columns);
    this.floats(matrix).fill(0);
    return matrix;
  }

  /** The numbers of a matrix, until the next array is taken. */
  floats({ at, rows, columns }: Matrix): Float32Array {
    return new Float32Array(this.#memory.buffer, at, rows * columns);
  }

  /** The address of a copy of these integers. */
  integers(values: Int32Array): number {
    const at = this.take(values.length);
    new Int32Array(this.#memory.buffer, at, values.length).set(values);
    return at;
  }
}
