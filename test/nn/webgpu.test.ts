/**
 * WebGPU in processes of its own: which adapters count as a GPU, what becomes of errors, how it ends. On SwiftShader or Mesa's
 * software adapter where there is no GPU; skipped where Dawn is not installed (`npm run webgpu`) or finds neither.
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findBackend } from "../../src/nn/backend.ts";
import { type Ended, inChild } from "./child.ts";
import { softwareGpu } from "./software-gpu.ts";

const software = softwareGpu();
const start = `
  const { startBackend } = await import("./dist/nn/backend.js");
  const { tf } = await import("./dist/nn/tf.js");
`;
/** Runs `code` after the imports; an error that it ends in is its last line. */
const child = (code: string, env: NodeJS.ProcessEnv): Ended =>
  inChild(`${start} try { ${code} } catch (error) { console.log("THROWN", error.message); }`, env);
const starting = (env: NodeJS.ProcessEnv): string =>
  child(`console.log((await startBackend("webgpu")).device);`, env).stdout.trim();

const found = findBackend("webgpu");
const problem = found.status === "usable" ? /^THROWN (.*)/.exec(starting(software))?.[1] : found.reason;
if (problem !== undefined) console.log(`WebGPU is skipped: ${problem}`);

describe.skipIf(problem !== undefined)("webgpu", { timeout: 300_000 }, () => {
  it("computes, reads at once, says nothing, and leaves the globals of Node as they were", () => {
    const ended = child(
      `const { setImmediate, navigator } = globalThis;
       const { name, device } = await startBackend("webgpu");
       await startBackend("webgpu");
       const x = tf.tensor1d([1, 2, 3]);
       console.log(name, typeof device, tf.getBackend(), ...tf.square(x).dataSync(), ...(await tf.neg(x).data()));
       console.log(globalThis.setImmediate === setImmediate && globalThis.navigator === navigator);
       // Whatever else waits for the event loop is not lost by a read.
       let heard = 0;
       setImmediate(() => heard++);
       tf.square(x).dataSync();
       await new Promise((resolve) => setImmediate(resolve));
       console.log(heard);`,
      software,
    );
    expect(ended).toEqual({ status: 0, stdout: "webgpu string webgpu 1 4 9 -1 -2 -3\ntrue\n1\n", stderr: "" });
  });

  it("binds as many buffers at a time as the adapter takes", () => {
    const { stdout } = child(
      `await startBackend("webgpu");
       const parts = Array.from({ length: 10 }, (_, i) => tf.tensor1d([i, 1]));
       console.log(...tf.addN(parts).dataSync());`,
      software,
    );
    expect(stdout).toBe("45 10\n");
  });

  it("takes a step of Adam, with its gradient clipped, for more variables than a program binds", () => {
    const { stdout } = child(
      `await startBackend("webgpu");
       const { Adam } = await import("./dist/nn/adam.js");
       const variables = Array.from({ length: 300 }, () => tf.variable(tf.zeros([2])));
       const adam = new Adam(variables, { beta1: 0, beta2: 0.999, epsilon: 1e-8, clip: 2 });
       adam.step(variables.map(() => tf.ones([2])), 0.5);
       console.log(new Set(variables.map((x) => x.dataSync().join(" "))).size, ...variables[299].dataSync());`,
      software,
    );
    expect(stdout).toBe("1 -0.5 -0.5\n");
  });

  it("an error on the GPU is thrown by the next read, and by all that follow, and is not printed", () => {
    const ended = child(
      `await startBackend("webgpu");
       const x = tf.tensor1d([1, 2]);
       const before = tf.square(x);
       before.dataSync();
       // More than any adapter takes at once.
       const sum = tf.addN(Array.from({ length: 2000 }, () => tf.square(x)));
       for (const tensor of [sum, tf.neg(x)]) {
         try {
           console.log(...tensor.dataSync());
         } catch (error) {
           console.log(error.message.split("\\n")[0]);
         }
       }
       console.log(...before.dataSync());`,
      software,
    );
    expect(ended).toMatchObject({ status: 0, stderr: "" });
    const [first, second, known] = ended.stdout.trim().split("\n");
    expect(first).toMatch(/^WebGPU: .{10}/);
    expect(second).toBe(first);
    // What was read before is right and still there.
    expect(known).toBe("1 4");
  });

  it("trains through the command line, to the end of the process", () => {
    const dir = mkdtempSync(join(tmpdir(), "spiral-webgpu-"));
    const argv = ["train", "--games", "kuhn", "--size", "xs", "--updates", "3", "--backend", "webgpu", "--dir", dir];
    const { status, stdout, stderr } = inChild(
      `const { main } = await import("./dist/cli/main.js"); await main(${JSON.stringify(argv)});`,
      software,
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringMatching(/^Training .* on webgpu\. /) });
    expect(stdout).toMatch(/^Trained 3 updates/);
  });
});

const driver = software.VK_DRIVER_FILES ?? process.env.VK_DRIVER_FILES;

/** Where the adapter is known to be a software adapter. */
describe.skipIf(problem !== undefined || driver === undefined)("a software adapter", () => {
  const unasked = { ...software, SPIRAL_WEBGPU_SOFTWARE: "" };

  it("is no GPU unless it is asked for", () => {
    expect(starting(unasked)).toMatch(
      /^THROWN Backend webgpu cannot run here: there is no GPU, only .*swiftshader.*, which computes on the CPU\. SPIRAL_WEBGPU_SOFTWARE=1 /,
    );
  });

  it("is passed over by auto, which says so", () => {
    const wide = JSON.stringify([{ policy: "mlp", hidden: [1024] }]);
    const { stdout } = child(`console.log(JSON.stringify(await startBackend("auto", ${wide})));`, unasked);
    const { passedOver } = JSON.parse(stdout);
    expect(passedOver).toContainEqual({ name: "webgpu", status: "broken", reason: expect.stringMatching(/no GPU/) });
  });

  it("and no adapter at all is no GPU either", () => {
    const none = join(tmpdir(), "no-such-driver.json");
    expect(starting({ ...software, VK_DRIVER_FILES: none, VK_ICD_FILENAMES: none })).toMatch(
      /^THROWN Backend webgpu cannot run here: there is no GPU with a driver for Vulkan/,
    );
  });
});
