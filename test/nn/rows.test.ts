/**
 * A row's logits do not depend on the rows beside it, to the last bit. Self-play relies on it: how games are split into
 * batches, and what is asked ahead of time, must not change what is played. For other backends see conformance.test.ts.
 */
import assert from "node:assert/strict";
import { describe, expect, it } from "vitest";
import { arithmetic } from "../../src/nn/arithmetic.ts";
import { startBackend } from "../../src/nn/backend.ts";
import { initialWeights } from "../../src/nn/mlp-weights.ts";
import { Rng } from "../../src/util/rng.ts";

const WIDTHS = [
  { inputs: 7, hidden: [64, 64], outputs: 2, outputScale: 1 },
  { inputs: 64, hidden: [64, 64], outputs: 33, outputScale: 1 },
  { inputs: 41, hidden: [37], outputs: 19, outputScale: 1 },
  { inputs: 30, hidden: [], outputs: 5, outputScale: 1 },
];
const SIZES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 15, 16, 17, 31, 33, 64, 100, 127, 255, 300];

describe.each(["kernels", "wasm", "js"] as const)("%s", (backend) => {
  it.each(WIDTHS)("$inputs → $hidden → $outputs", async (shape) => {
    await startBackend(backend);
    const rng = new Rng("rows");
    const network = arithmetic().network(initialWeights(shape, rng));
    const total = 300;
    const features = Float32Array.from({ length: total * shape.inputs }, () => rng.normal());
    const together = network.logits(features);
    expect(new Set(together).size).toBeGreaterThan(total);
    for (const size of SIZES) {
      // At both ends and in the middle of the whole, so that a row's place in the batch changes too.
      for (const start of new Set([0, (total - size) >> 1, total - size])) {
        const some = network.logits(features.subarray(start * shape.inputs, (start + size) * shape.inputs));
        assert.deepEqual(some, together.subarray(start * shape.outputs, (start + size) * shape.outputs));
      }
    }
    network.dispose();
  });
});
