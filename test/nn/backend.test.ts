/** The backends agree with one another, repeat themselves to the bit, and leave the process as they found it. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type BackendName, backendNames, startBackend } from "../../src/nn/backend.ts";
import { initialWeights, Mlp } from "../../src/nn/mlp.ts";
import { tf } from "../../src/nn/tf.ts";
import { UserError } from "../../src/util/errors.ts";
import { Rng } from "../../src/util/rng.ts";

const shape = { inputs: 23, hidden: [48, 31], outputs: 7, outputScale: 1 };
const ROWS = 57;

/** Loss, logits and all gradients of one network on one batch, on the backend named. */
async function forwardAndGradients(name: BackendName): Promise<{ logits: Float32Array; gradients: Float32Array[] }> {
  await startBackend(name);
  const rng = new Rng("conformance");
  const network = new Mlp(initialWeights(shape, rng));
  const features = Float32Array.from({ length: ROWS * shape.inputs }, () => rng.normal());
  const target = Float32Array.from({ length: ROWS * shape.outputs }, () => rng.normal() / ROWS);
  const logits = network.logits(features, ROWS);
  const { grads } = tf.variableGrads(() =>
    tf.sum(
      tf.mul(
        tf.logSoftmax(network.forward(tf.tensor2d(features, [ROWS, shape.inputs]))),
        tf.tensor2d(target, [ROWS, 7]),
      ),
    ),
  );
  return {
    logits,
    gradients: network.variables.map(({ name: v }) => (grads[v] as tf.Tensor).dataSync() as Float32Array),
  };
}

const largestGap = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (x, i) => Math.abs(x - (b[i] as number))));

describe("the backends", () => {
  it("give the same logits and gradients within 1e-4, and not by giving nothing", async () => {
    const js = await forwardAndGradients("js");
    const wasm = await forwardAndGradients("wasm");
    expect(largestGap(js.logits, wasm.logits)).toBeLessThan(1e-4);
    expect(js.gradients.length).toBe(6);
    js.gradients.forEach((gradient, i) => {
      expect(largestGap(gradient, wasm.gradients[i] as Float32Array)).toBeLessThan(1e-4);
      expect(Math.max(...gradient.map(Math.abs))).toBeGreaterThan(1e-2);
    });
  });

  it.each(backendNames)("%s gives the same bits every time", async (name) => {
    const first = await forwardAndGradients(name);
    expect(await forwardAndGradients(name)).toEqual(first);
  });

  it("auto takes the first that works, and says so", async () => {
    expect(await startBackend("auto")).toEqual({ name: "wasm", passedOver: [] });
    expect(tf.getBackend()).toBe("wasm");
    expect((await startBackend("js")).name).toBe("js");
    expect(tf.getBackend()).toBe("cpu");
  });

  it("one that there is not is an error of usage, not another backend", async () => {
    const error = await startBackend("cuda9" as BackendName).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).exitCode).toBe(2);
    expect((error as UserError).message).toContain("Backend cuda9 cannot run here");
  });
});

/** Lets Node load our sources as they stand: types are taken out on the way in. */
const loader = `
  import { readFileSync } from "node:fs";
  import ts from ${JSON.stringify(import.meta.resolve("typescript"))};
  const compilerOptions = { target: "ES2022", module: "ESNext", verbatimModuleSyntax: true };
  export async function load(url, context, next) {
    if (!url.endsWith(".ts")) return next(url, context);
    const { outputText: source } = ts.transpileModule(readFileSync(new URL(url), "utf8"), { compilerOptions });
    return { format: "module", shortCircuit: true, source };
  }
`;
const asUrl = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;

/** Runs a module in a process of its own, from the root of the repository. */
function inChild(code: string): { status: number | null; stdout: string; stderr: string } {
  const cwd = fileURLToPath(new URL("../..", import.meta.url));
  const register = asUrl(`import { register } from "node:module"; register(${JSON.stringify(asUrl(loader))});`);
  return spawnSync(process.execPath, ["--import", register, "--input-type=module", "-e", code], {
    cwd,
    encoding: "utf8",
  });
}

describe.each(backendNames)("a process that starts %s", (backend) => {
  it("has the error handlers that it had, and has printed nothing", () => {
    const { status, stdout, stderr } = inChild(`
      const events = ["uncaughtException", "unhandledRejection"];
      const own = () => {};
      for (const event of events) process.on(event, own);
      const { startBackend } = await import("./src/nn/backend.ts");
      const { Mlp } = await import("./src/nn/mlp.ts");
      await startBackend("${backend}");
      new Mlp([{ name: "w", shape: [1, 1], values: Float32Array.of(2) }, { name: "b", shape: [1], values: Float32Array.of(0) }])
        .logits(Float32Array.of(21), 1);
      const kept = events.map((event) => process.rawListeners(event)).every((all) => all.length === 1 && all[0] === own);
      process.exitCode = kept ? 17 : 1;
    `);
    expect([status, stdout, stderr]).toEqual([17, "", ""]);
  });

  it("still dies of an error that nobody catches", () => {
    const { status, stderr } = inChild(`
      const { startBackend } = await import("./src/nn/backend.ts");
      await startBackend("${backend}");
      setTimeout(() => { throw new Error("nobody catches this"); }, 1);
    `);
    expect(status).toBe(1);
    expect(stderr).toContain("nobody catches this");
  });
});
