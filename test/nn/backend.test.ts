/** The backends agree with one another, repeat themselves to the bit, and leave the process as they found it. */
import { describe, expect, it } from "vitest";
import { arithmetic } from "../../src/nn/arithmetic.ts";
import { type BackendName, backendNames, findBackend, startBackend } from "../../src/nn/backend.ts";
import { initialWeights } from "../../src/nn/mlp-weights.ts";
import { tf } from "../../src/nn/tf.ts";
import { UserError } from "../../src/util/errors.ts";
import { Rng } from "../../src/util/rng.ts";
import { inChild } from "./child.ts";

const shape = { inputs: 23, hidden: [48, 31], outputs: 7, outputScale: 1 };
const ROWS = 57;

/** Those that every machine has; conformance.test.ts has the others too. */
const ALWAYS = ["kernels", "wasm", "js"] as const;

/** Logits and all gradients of one network on one batch, on the backend named. */
async function forwardAndGradients(name: BackendName): Promise<{ logits: Float32Array; gradients: Float32Array[] }> {
  await startBackend(name);
  const rng = new Rng("conformance");
  const network = arithmetic().learner(initialWeights(shape, rng), { beta1: 0, beta2: 0.999, epsilon: 1e-8 });
  const features = Float32Array.from({ length: ROWS * shape.inputs }, () => rng.normal());
  const target = Float32Array.from({ length: ROWS * shape.outputs }, () => rng.normal() / ROWS);
  const logits = network.logits(features);
  const gradients = network.gradients(features, (z) => z.map((at, i) => Math.tanh(at) * (target[i] as number)));
  return { logits, gradients };
}

const largestGap = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (x, i) => Math.abs(x - (b[i] as number))));

describe("the backends", () => {
  it("give the same logits and gradients within 1e-4, and not by giving nothing", async () => {
    const js = await forwardAndGradients("js");
    for (const name of ["wasm", "kernels"] as const) {
      const other = await forwardAndGradients(name);
      expect(largestGap(js.logits, other.logits)).toBeLessThan(1e-4);
      expect(js.gradients.length).toBe(6);
      js.gradients.forEach((gradient, i) => {
        expect(largestGap(gradient, other.gradients[i] as Float32Array)).toBeLessThan(1e-4);
        expect(Math.max(...gradient.map(Math.abs))).toBeGreaterThan(1e-2);
      });
    }
  });

  it.each(ALWAYS)("%s gives the same bits every time", async (name) => {
    const first = await forwardAndGradients(name);
    expect(await forwardAndGradients(name)).toEqual(first);
  });

  it("auto takes the first that works and suits, and says why not those before it", async () => {
    const wide = { policy: "mlp", hidden: [64, 513] };
    const { name, passedOver } = await startBackend("auto", [wide]);
    expect(passedOver.map((better) => better.name)).toEqual(backendNames.slice(1, backendNames.indexOf(name)));
    for (const { reason } of passedOver) expect(reason).not.toBe("");
    expect((await startBackend("wasm")).passedOver).toEqual([]);
    expect(tf.getBackend()).toBe("wasm");
    expect((await startBackend("js")).name).toBe("js");
    expect(tf.getBackend()).toBe("cpu");
  });

  it("auto takes kernels, before a GPU, for perceptrons that are not wide, and for no others", async () => {
    const small = { policy: "mlp", hidden: [64, 512] };
    const others = [
      { policy: "text", hidden: [64], text: { width: 32 } },
      { policy: "./kind.js", hidden: [64] },
      { policy: "mlp", hidden: [64, 513] },
    ];
    expect(await startBackend("auto", [small, small])).toMatchObject({ name: "kernels", passedOver: [] });
    for (const other of others) {
      const taken = await startBackend("auto", [small, other]);
      expect([taken, ...taken.passedOver].map((backend) => backend.name)).not.toContain("kernels");
    }
    expect((await startBackend("kernels", [small, ...others.slice(1)])).name).toBe("kernels");
    await expect(startBackend("kernels", others)).rejects.toThrow("kernels does not compute nn.policy text");
    await startBackend("wasm");
  });

  it("auto looks for a GPU for wide transformers only", async () => {
    const text = (width: number) => ({ policy: "text", hidden: [64], text: { width } });
    expect(await startBackend("auto", [text(64)])).toMatchObject({ name: "wasm", passedOver: [] });
    const { name, passedOver } = await startBackend("auto", [text(128)]);
    expect([...passedOver.map((better) => better.name), name].slice(0, 1)).toEqual(["cuda"]);
    await startBackend("wasm");
  });

  it("one that computes nonsense is none", async () => {
    await startBackend("js");
    const relu = tf.getKernel("Relu", "cpu");
    tf.unregisterKernel("Relu", "cpu");
    tf.registerKernel({ ...relu, kernelFunc: (params) => tf.getKernel("Identity", "cpu").kernelFunc(params) });
    try {
      const error = await startBackend("js").catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(UserError);
      expect((error as UserError).exitCode).toBe(2);
      expect((error as UserError).message).toMatch(
        /^Backend js cannot run here: it computes 50; .* where 49; 42,56 is right/,
      );
    } finally {
      tf.unregisterKernel("Relu", "cpu");
      tf.registerKernel(relu);
    }
    expect((await startBackend("js")).name).toBe("js");
  });

  it.each(["wasm", "js"] as const)("%s can be counted on", (name) => {
    expect(findBackend(name)).toEqual({ status: "usable" });
  });
});

it.each(ALWAYS)(
  "a process that starts %s has the error handlers that it had, has printed nothing, and still dies of an error that nobody catches",
  (backend) => {
    const { status, stdout, stderr } = inChild(`
    const events = ["uncaughtException", "unhandledRejection"];
    const own = () => {};
    for (const event of events) process.on(event, own);
    const { startBackend } = await import("./dist/nn/backend.js");
    const { arithmetic } = await import("./dist/nn/arithmetic.js");
    await startBackend("${backend}");
    arithmetic()
      .network([{ name: "w", shape: [1, 1], values: Float32Array.of(2) }, { name: "b", shape: [1], values: Float32Array.of(0) }])
      .logits(Float32Array.of(21));
    const kept = events.map((event) => process.rawListeners(event)).every((all) => all.length === 1 && all[0] === own);
    process.stderr.write(kept ? "kept\\n" : "changed\\n");
    for (const event of events) process.off(event, own);
    setTimeout(() => { throw new Error("nobody catches this"); }, 1);
  `);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^kept\n[\s\S]*nobody catches this/);
  },
);

it("kernels start without TensorFlow.js", () => {
  const loaded = (backend: string) =>
    inChild(`
      const { createRequire } = await import("node:module");
      const { startBackend } = await import("./dist/nn/backend.js");
      const { kind } = await import("./dist/policies/features/mlp.js");
      const { ValueNetwork } = await import("./dist/policies/features/value-network.js");
      await startBackend("${backend}");
      const files = Object.keys(createRequire(import.meta.url).cache);
      console.log(kind && ValueNetwork && files.some((file) => file.includes("@tensorflow")));
    `).stdout.trim();
  expect(["kernels", "wasm"].map(loaded)).toEqual(["false", "true"]);
});
