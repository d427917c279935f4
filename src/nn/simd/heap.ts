/** The memory that the perceptrons of a process share (mlp.ts): blocks that networks own, and room for one pass. */
import { KernelMemory } from "./memory.ts";

type MlpKernel = "forward" | "backward" | "step" | "moveTowards";

export class KernelHeap {
  readonly kernels: KernelMemory<MlpKernel>["kernels"];
  readonly #memory: KernelMemory<MlpKernel>;
  /** Addresses of blocks that were given back, by their size. */
  readonly #free = new Map<number, number[]>();
  #room = { at: 0, numbers: 0 };
  #held = 0;
  #passes = 0;

  /** `bytes`: the module of kernels/mlp.ts. */
  constructor(bytes: Uint8Array) {
    this.#memory = new KernelMemory(bytes);
    this.kernels = this.#memory.kernels;
    // The kernels take the address 0 for none.
    this.#memory.take(1);
  }

  /** How many numbers the blocks that were taken and not given back hold. */
  get held(): number {
    return this.#held;
  }

  /** The address of a block of zeros, of so many numbers of 4 bytes. */
  take(numbers: number): number {
    const at = this.#free.get(numbers)?.pop() ?? this.#memory.take(numbers);
    this.#held += numbers;
    this.floats(at, numbers).fill(0);
    return at;
  }

  give(at: number, numbers: number): void {
    this.#held -= numbers;
    const same = this.#free.get(numbers);
    if (same) same.push(at);
    else this.#free.set(numbers, [at]);
  }

  /** The address of room for a pass over so many numbers. It is there until the next pass, of whatever network. */
  beginPass(numbers: number): number {
    this.#passes += 1;
    if (numbers > this.#room.numbers) {
      // Rows differ from pass to pass, so that the room is doubled: what it leaves behind is no more than it is.
      const size = Math.max(numbers, 2 * this.#room.numbers);
      this.#room = { at: this.#memory.take(size), numbers: size };
    }
    return this.#room.at;
  }

  /** The number of passes so far. */
  get passes(): number {
    return this.#passes;
  }

  /** The numbers at an address, until a block is taken or a pass begins. */
  floats(at: number, numbers: number): Float32Array {
    return this.#memory.floats({ at, rows: 1, columns: numbers });
  }

  /** As 32-bit integers. */
  integers(at: number, numbers: number): Int32Array {
    return new Int32Array(this.floats(at, numbers).buffer, at, numbers);
  }
}
