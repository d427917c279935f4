/**
 * TensorFlow's native packages: what is found of them, on folders made up for it; how they are started, with a binding made
 * up for it; and training on the real one, where it is built.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findNative, type NativeName } from "../../src/nn/backends/native-package.ts";
import { inChild } from "./child.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spiral-native-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const VERSION = "4.22.0";
const LINKED = "\0\x7fELF libtensorflow_cc.so.2\0libtensorflow_framework.so.2\0libstdc++.so.6\0libtensorflow_cc.so.2\0";

/** Writes a package's files into `node_modules` of a folder below ours. → that folder */
function install(name: string, files: Readonly<Record<string, string>>, place = "a"): string {
  for (const [path, text] of Object.entries({ "package.json": `{"version":"${VERSION}"}`, ...files })) {
    const file = join(folder, place, "node_modules/@tensorflow", name, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return join(folder, place);
}

const whole = {
  "lib/napi-v8/tfjs_binding.node": LINKED,
  "deps/lib/libtensorflow_cc.so.2": "",
  "deps/lib/libtensorflow_framework.so.2": "",
};
const without = (...paths: string[]) => Object.fromEntries(Object.entries(whole).filter(([p]) => !paths.includes(p)));

const find = (name: NativeName, ...folders: string[]) => findNative(name, { folders, driver: true });

describe("what is found", () => {
  it.each([
    ["node", "tfjs-node", "npm run native-tensorflow"],
    ["cuda", "tfjs-node-gpu", "npm run native-tensorflow -- --gpu"],
  ] as const)("%s is missing where there is no package, and how to get it is said", (name, tfjs, command) => {
    expect(find(name, folder, join(folder, "nowhere"))).toEqual({
      status: "missing",
      reason: `@tensorflow/${tfjs} is not installed. Build it with: ${command}`,
    });
  });

  it("one package is not the other", () => {
    expect(find("cuda", install("tfjs-node", whole)).status).toBe("missing");
    expect(find("node", install("tfjs-node-gpu", whole, "b")).status).toBe("missing");
  });

  it("cuda is missing without a driver, whatever is installed; node needs none", () => {
    const folders = [install("tfjs-node-gpu", whole)];
    expect(findNative("cuda", { folders, driver: false })).toEqual({
      status: "missing",
      reason: "there is no NVIDIA GPU, or its driver is not loaded",
    });
    expect(findNative("node", { folders: [install("tfjs-node", whole)], driver: false }).status).toBe("usable");
  });

  it.each<[string, Record<string, string>]>([
    ["is version 3.9.0, and Spiral needs 4.22.0", { ...whole, "package.json": `{"version":"3.9.0"}` }],
    ["is installed without its binding, tfjs_binding.node", {}],
    ["is installed without its binding, tfjs_binding.node", without("lib/napi-v8/tfjs_binding.node")],
    ["is installed without its binding, tfjs_binding.node", { "lib/napi-v999/tfjs_binding.node": LINKED }],
    ["is installed without its binding, tfjs_binding.node", { "lib/old/tfjs_binding.node": LINKED }],
    ["lacks libtensorflow_cc.so.2", without("deps/lib/libtensorflow_cc.so.2")],
    [
      "lacks libtensorflow_cc.so.2 and libtensorflow_framework.so.2",
      { "lib/napi-v8/tfjs_binding.node": LINKED, "deps/lib/libtensorflow.so": "" },
    ],
    ["lacks libtensorflow.2.dylib", { "lib/napi-v8/tfjs_binding.node": "@loader_path/../libtensorflow.2.dylib\0" }],
    ["lacks tensorflow.dll", { "lib/napi-v8/tfjs_binding.node": "\0tensorflow.dll\0" }],
  ])("broken: it %s", (what, files) => {
    expect(find("node", install("tfjs-node", files))).toEqual({
      status: "broken",
      reason: `@tensorflow/tfjs-node ${what}. Build it with: npm run native-tensorflow`,
    });
  });

  it("usable, with the newest binding that this Node can load, from the first folder that has the package", () => {
    const files = { ...whole, "lib/napi-v3/tfjs_binding.node": LINKED, "lib/napi-v999/tfjs_binding.node": LINKED };
    const [first, second] = [install("tfjs-node", files), install("tfjs-node", whole, "b")];
    const tfjs = join(first, "node_modules/@tensorflow/tfjs-node");
    expect(find("node", folder, first, second)).toEqual({
      status: "usable",
      folder: tfjs,
      binding: join(tfjs, "lib/napi-v8/tfjs_binding.node"),
    });
  });

  it("usable, with its library beside the binding, as on Windows", () => {
    const files = { "lib/napi-v8/tfjs_binding.node": "\0tensorflow.dll\0", "lib/napi-v8/tensorflow.dll": "" };
    expect(find("node", install("tfjs-node", files)).status).toBe("usable");
  });
});

/** A package whose binding a process that has run `HOOK` takes for JavaScript. */
const pretended = (gpu: boolean) => ({
  "lib/napi-v8/tfjs_binding.node": `exports.TF_Version = "9.8.7"; exports.isUsingGpuDevice = () => ${gpu};`,
  "dist/nodejs_kernel_backend.js": `const util = require("util");
    exports.NodeJSKernelBackend = class {
      constructor(binding, name) { this.seen = [name, util.isNullOrUndefined(null), util.isNullOrUndefined(0), util.isArray([])]; }
    };`,
  "dist/register_all_kernels.js": "globalThis.registered = (globalThis.registered ?? 0) + 1;",
});
const HOOK = `
  import { createRequire } from "node:module";
  const require = createRequire(import.meta.url);
  require.extensions[".node"] = require.extensions[".js"];
  const { startNative } = await import("./dist/nn/backends/native.js");
  const { tf } = await import("./dist/nn/tf.js");
  const reason = (error) => error.message;
`;

describe("starting it", () => {
  it("goes without the functions that Node 23 took out of util, loads once, and leaves the user's settings", () => {
    const folders = JSON.stringify([install("tfjs-node", pretended(false))]);
    const { stdout, stderr, status } = inChild(
      `${HOOK}
      const util = require("util");
      delete util.isNullOrUndefined;
      delete util.isArray;
      for (let i = 0; i < 2; i++) await startNative("node", { folders: ${folders}, driver: false });
      console.log(JSON.stringify([tf.getBackend(), tf.backend().seen, registered, Object.keys(util).includes("isArray")]));
      console.log(process.env.TF_CPP_MIN_LOG_LEVEL, process.env.TF_ENABLE_ONEDNN_OPTS);`,
      { TF_ENABLE_ONEDNN_OPTS: "0" },
    );
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toBe('["tensorflow",["@tensorflow/tfjs-node",true,false,true],1,false]\n3 0\n');
  });

  it("cuda that would compute on the CPU is an error, and node in the same process another", () => {
    const folders = JSON.stringify([
      install("tfjs-node-gpu", pretended(false)),
      install("tfjs-node", pretended(false)),
    ]);
    const { stdout, stderr } = inChild(`${HOOK}
      const there = { folders: ${folders}, driver: true };
      console.log(await startNative("cuda", there).catch(reason));
      console.log(await startNative("node", there).catch(reason));
      console.log(tf.findBackendFactory("tensorflow") === null);`);
    expect(stderr).toBe("");
    expect(stdout.split("\n")).toEqual([
      "TensorFlow 9.8.7 finds no GPU that it can use; TF_CPP_MIN_LOG_LEVEL=0 makes it say why. It would compute on the CPU",
      "TensorFlow for cuda is in this process already; start node in one of its own",
      "true",
      "",
    ]);
  });

  it("cuda on a GPU says which", () => {
    const folders = JSON.stringify([install("tfjs-node-gpu", pretended(true))]);
    const { stdout, stderr } = inChild(`${HOOK}
      console.log(typeof (await startNative("cuda", { folders: ${folders}, driver: true })), tf.backend().seen[0]);`);
    expect([stdout, stderr]).toEqual(["string @tensorflow/tfjs-node-gpu\n", ""]);
  });

  it("a binding that does not load is an error, and does not stand in the way of the other", () => {
    const folders = JSON.stringify([
      install("tfjs-node-gpu", {
        ...pretended(true),
        "lib/napi-v8/tfjs_binding.node": `throw new Error("no such symbol")`,
      }),
      install("tfjs-node", pretended(false)),
    ]);
    const { stdout } = inChild(`${HOOK}
      const there = { folders: ${folders}, driver: true };
      console.log(await startNative("cuda", there).catch(reason));
      console.log(await startNative("node", there), tf.getBackend());`);
    expect(stdout).toBe("no such symbol\nundefined tensorflow\n");
  });
});

const here = findNative("node");
const built = here.status === "usable";

describe(`TensorFlow on the CPU${built ? "" : ` (skipped: ${here.reason})`}`, () => {
  /** Ten training steps and the logits after them, on a backend of its own process. */
  const train = (backend: string) =>
    inChild(`
      const handlers = () => JSON.stringify(["uncaughtException", "unhandledRejection", "exit"].map((e) => process.listenerCount(e)));
      const before = handlers();
      const { startBackend } = await import("./dist/nn/backend.js");
      const { Mlp } = await import("./dist/nn/mlp.js");
      const { initialWeights } = await import("./dist/nn/mlp-weights.js");
      const { Adam } = await import("./dist/nn/adam.js");
      const { Rng } = await import("./dist/util/rng.js");
      const { tf } = await import("./dist/nn/tf.js");
      await startBackend("${backend}");
      const rng = new Rng("native");
      const network = new Mlp(initialWeights({ inputs: 23, hidden: [48, 31], outputs: 7, outputScale: 1 }, rng));
      const adam = new Adam(network.variables, { beta1: 0, beta2: 0.999, epsilon: 1e-8 });
      const features = Float32Array.from({ length: 57 * 23 }, () => rng.normal());
      const target = Float32Array.from({ length: 57 * 7 }, () => rng.normal() / 57);
      for (let step = 0; step < 10; step++) {
        const gradients = network.gradients(features, (logits) => logits.map((z, i) => Math.tanh(z) * target[i]));
        adam.step(gradients, 1e-3);
        tf.dispose(gradients);
      }
      const values = [...network.logits(features), ...network.save().flatMap(({ values }) => [...values])];
      console.log(JSON.stringify({ values, tensors: tf.memory().numTensors, handlers: before === handlers() }));
    `);

  it.skipIf(!built)("trains as js does, the same bits every time, and leaves nothing behind", () => {
    const [js, native, again] = [train("js"), train("node"), train("node")];
    expect([native.status, native.stderr]).toEqual([0, ""]);
    expect(again.stdout).toBe(native.stdout);
    const [expected, found] = [js, native].map(({ stdout }) => JSON.parse(stdout));
    expect(found.values).toHaveLength(57 * 7 + 23 * 48 + 48 + 48 * 31 + 31 + 31 * 7 + 7);
    const gaps = found.values.map((x: number, i: number) => Math.abs(x - expected.values[i]));
    expect(Math.max(...gaps)).toBeLessThan(1e-4);
    expect([found.tensors, found.handlers]).toEqual([expected.tensors, true]);
  });
});
