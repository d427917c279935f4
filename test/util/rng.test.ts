/** Streams by name, and the counter-based generator: pure functions, uniform, and unlike their neighbours. */
import { describe, expect, it } from "vitest";
import { Rng, uniformAt } from "../../src/util/rng.ts";
import { chiSquaredZ } from "../helpers.ts";

const take = (rng: Rng, n = 8): number[] => Array.from({ length: n }, () => rng.next());

describe("a stream", () => {
  it("is a function of its name", () => {
    expect(take(new Rng("seed"))).toEqual(take(new Rng("seed")));
    expect(take(new Rng(7))).toEqual(take(new Rng("7")));
    expect(take(new Rng("seed"))).not.toEqual(take(new Rng("seed2")));
  });

  it("forks the same whatever was drawn or forked before", () => {
    const used = new Rng("seed");
    take(used, 100);
    used.fork("other").next();
    expect(take(used.fork("games", 3))).toEqual(take(new Rng("seed").fork("games", 3)));
  });

  it("does not notice its forks", () => {
    const forked = new Rng("seed");
    take(forked.fork("a"), 10);
    forked.fork("b", 1);
    expect(take(forked)).toEqual(take(new Rng("seed")));
  });

  it("forks differently by name, index and depth", () => {
    const root = new Rng("seed");
    const forks = [
      root,
      root.fork("a"),
      root.fork("b"),
      root.fork("a", 0),
      root.fork("a", 1),
      root.fork("a").fork("a"),
    ];
    expect(new Set(forks.map((fork) => take(fork).join())).size).toBe(forks.length);
    expect(new Set(Array.from({ length: 2000 }, (_, i) => root.fork("update", i).key())).size).toBe(2000);
  });

  it("draws whole numbers below n alike", () => {
    const rng = new Rng("below");
    for (const n of [1, 2, 6, 52]) {
      const counts = Array<number>(n).fill(0);
      for (let i = 0; i < 10_000; i++) {
        const k = rng.below(n);
        counts[k] = (counts[k] as number) + 1;
      }
      expect(counts.length).toBe(n);
      expect(chiSquaredZ(counts, Array(n).fill(10_000 / n))).toBeLessThan(4);
    }
  });

  it("draws standard normals", () => {
    const rng = new Rng("normal");
    const bins = Array<number>(8).fill(0);
    // The normal's octiles.
    const cuts = [-1.1503, -0.6745, -0.3186, 0, 0.3186, 0.6745, 1.1503];
    for (let i = 0; i < 20_000; i++) {
      const x = rng.normal();
      const bin = cuts.filter((cut) => x > cut).length;
      bins[bin] = (bins[bin] as number) + 1;
    }
    expect(chiSquaredZ(bins, Array(8).fill(2500))).toBeLessThan(4);
  });
});

type Generator = (key: number, index: number, draw: number) => number;
const SAMPLES = 40_000;
const keys = Array.from({ length: 4 }, (_, i) => new Rng("keys").fork("key", i).key());

/** Uniformity of one coordinate of many, and independence of neighbours on an 8 × 8 table, as the worst z of all. */
function worst(generator: Generator): number {
  const zs: number[] = [];
  for (const key of keys) {
    const along: readonly ((i: number) => number)[] = [
      (i) => generator(key, i, 0),
      (i) => generator(key, i, 5),
      (i) => generator(key, 17, i),
      (i) => generator(key + i, 17, 3),
      (i) => generator(key, i >> 3, i & 7),
      // The middle bits, which two-way choices inside a bin rest on.
      (i) => (generator(key, i, 2) * 65_536) % 1,
    ];
    for (const u of along) {
      const single = new Float64Array(64);
      for (let i = 0; i < SAMPLES; i++) single[Math.floor(u(i) * 64)] = (single[Math.floor(u(i) * 64)] as number) + 1;
      zs.push(chiSquaredZ(single, new Float64Array(64).fill(SAMPLES / 64)));
    }
    const pairs: readonly ((i: number) => readonly [number, number])[] = [
      (i) => [generator(key, i, 0), generator(key, i + 1, 0)],
      (i) => [generator(key, i, 0), generator(key, i + 256, 0)],
      (i) => [generator(key, i, 0), generator(key, i, 1)],
      (i) => [generator(key, i, 1), generator(key, i + 1, 0)],
      (i) => [generator(key, i, 3), generator(key + 1, i, 3)],
      (i) => [generator(key, i, 3), generator(key ^ 1, i ^ 1, 3)],
      (i) => [generator(key, i, 0), generator(~key, i, 0)],
    ];
    for (const pair of pairs) {
      const table = new Float64Array(64);
      for (let i = 0; i < SAMPLES; i++) {
        const [a, b] = pair(i);
        const cell = Math.floor(a * 8) * 8 + Math.floor(b * 8);
        table[cell] = (table[cell] as number) + 1;
      }
      zs.push(chiSquaredZ(table, new Float64Array(64).fill(SAMPLES / 64)));
    }
  }
  return Math.max(...zs.map(Math.abs));
}

describe("uniformAt", () => {
  it("is a pure function into [0, 1)", () => {
    const grid = Array.from({ length: 500 }, (_, i) => uniformAt(keys[i % 4] as number, i, i % 9));
    const again = grid.map((_, i) => 499 - i).map((i) => uniformAt(keys[i % 4] as number, i, i % 9));
    expect(again.reverse()).toEqual(grid);
    for (const u of grid) expect(u >= 0 && u < 1).toBe(true);
  });

  it("still gives what it gave when the first logs were written", () => {
    expect([uniformAt(1, 0, 0), uniformAt(-123_456_789, 4095, 8), uniformAt(2 ** 31 - 1, 2 ** 20, 300)]).toEqual([
      0.017532462254166603, 0.5607846293132752, 0.9263872406445444,
    ]);
  });

  it("is uniform, and does not resemble its neighbours in index, draw or key", () => {
    expect(worst(uniformAt)).toBeLessThan(4.5);
  });

  it("would be caught mixing badly", () => {
    const toUnit = (x: number): number => (x >>> 0) / 2 ** 32;
    const bad: Record<string, Generator> = {
      identity: (key, index, draw) => toUnit((index ^ key) + draw),
      multiply: (key, index, draw) => toUnit(Math.imul(Math.imul(index ^ key, 0xed5ad4bb) + draw, 0xac4c1b51)),
      xorshift: (key, index, draw) => {
        let x = (index ^ key) + draw;
        x ^= x << 13;
        x ^= x >>> 17;
        return toUnit(x ^ (x << 5));
      },
      "no key": (_key, index, draw) => uniformAt(1, index, draw),
      "no draw": (key, index) => uniformAt(key, index, 0),
    };
    for (const [name, generator] of Object.entries(bad)) expect(worst(generator), name).toBeGreaterThan(8);
  });
});
