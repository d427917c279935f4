/**
 * Seeded random numbers. There are two generators. Both are functions of names and never of the order of calls:
 *
 * - `Rng`: a stream (seedrandom's ARC4) with named forks: `new Rng("1").fork("init")`. A fork draws nothing from its parent, so
 *   a new fork never changes the numbers of the others.
 * - `uniformAt(key, index, draw)`: a counter-based generator for the hot loop. Draw d of game i is a hash of (key, i, d). So
 *   the games do not depend on their partition over batches, threads or machines, and there is no state to save.
 *   The mixer is a 3-round 32-bit xorshift-multiply permutation (C. Wellons, "hash-prospector": triple32).
 */
import seedrandom from "seedrandom";

export class Rng {
  readonly #path: string;
  #generator: seedrandom.PRNG | undefined;

  constructor(path: string | number) {
    this.#path = String(path);
  }

  /** Made at the first draw, since seeding takes some microseconds and many streams are only forked. */
  get #stream(): seedrandom.PRNG {
    this.#generator ??= seedrandom(this.#path);
    return this.#generator;
  }

  /** The stream called `name` (and `index`) under this one. It does not depend on the numbers drawn from this one. */
  fork(name: string, index?: number): Rng {
    return new Rng(`${this.#path}/${name}${index === undefined ? "" : `#${index}`}`);
  }

  /** Uniform in [0, 1), 32 bits. */
  next(): number {
    return this.#stream.quick();
  }

  /** Uniform integer in [0, n). */
  below(n: number): number {
    return Math.floor(this.#stream() * n);
  }

  /** Standard normal, by Box–Muller. */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.#stream())) * Math.cos(2 * Math.PI * this.#stream());
  }

  /** A 32-bit key for `uniformAt`. */
  key(): number {
    return this.#stream.int32();
  }
}

/** Uniform in [0, 1), 32 bits: draw number `draw` of stream `index` under `key`. */
export function uniformAt(key: number, index: number, draw: number): number {
  return uniformOf(streamAt(key, index), key, draw);
}

/** The first half of `uniformAt`: the hash of a stream, which all its draws share. */
export function streamAt(key: number, index: number): number {
  return mix(index ^ key);
}

/** The second half: uniformAt(key, index, draw) = uniformOf(streamAt(key, index), key, draw). */
export function uniformOf(stream: number, key: number, draw: number): number {
  return (mix(mix(stream + draw) ^ key) >>> 0) / 4294967296;
}

function mix(x: number): number {
  x ^= x >>> 17;
  x = Math.imul(x, 0xed5ad4bb);
  x ^= x >>> 11;
  x = Math.imul(x, 0xac4c1b51);
  x ^= x >>> 15;
  x = Math.imul(x, 0x31848bab);
  return x ^ (x >>> 14);
}
