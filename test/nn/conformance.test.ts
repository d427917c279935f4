/**
 * Every backend that runs on this machine computes the same: the losses, fifty training steps and logits, beside slow code in
 * 64 bits (test/reference/learner.ts) and beside `js`. Those that do not run here are skipped, and say why.
 *
 * How near is the same? 32 bits round at 6e-8. WGSL lets a GPU miss a logarithm by 5e-7, and Adam divides by what may be small,
 * so an error may grow from step to step. js, wasm and webgpu on SwiftShader stay within 3e-6 of the slow code.
 */
import { afterAll, describe, expect, it } from "vitest";
import { type BackendName, backendNames, findBackend } from "../../src/nn/backend.ts";
import { plainLogits, plainTraining, widened } from "../reference/learner.ts";
import { inChildWithTypes } from "./child.ts";
import { firstWeights, type Report, report, STEPS, tasks } from "./conformance-tasks.ts";
import { softwareGpu } from "./software-gpu.ts";

/** Of a loss before anything has been learned, and of everything after training. */
const [FIRST, TRAINED] = [5e-6, 1e-4];
/** Those that every machine has, and that promise the same bits: every time, and for a row whatever rows it is asked with. */
const ALWAYS: readonly BackendName[] = ["kernels", "wasm", "js"];

const largest = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
function gap(a: readonly number[], b: readonly number[]): number {
  expect(a.length).toBe(b.length);
  return largest(a.map((x, i) => x - (b[i] as number)));
}

/** What the backend reports, or why it does not run here. */
function run(name: BackendName, steps: number, env: NodeJS.ProcessEnv = {}): Report | string {
  const { status, stdout, stderr } = inChildWithTypes(
    `import { report } from "./test/nn/conformance-tasks.ts";
     try {
       process.stdout.write(JSON.stringify(await report("${name}", ${steps})));
     } catch (error) {
       if (error.exitCode !== 2) throw error;
       process.stdout.write(JSON.stringify(error.message));
     }`,
    env,
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return JSON.parse(stdout) as Report | string;
}

const plain = (["pg", "ppo"] as const).map((name) => {
  const { rows, layout, settings, updates } = tasks[name];
  return { name, ...plainTraining(firstWeights(tasks[name]), rows, layout, settings, updates) };
});
// What runs on every machine needs no process of its own. The backend started last is the one that tests begin with.
const wasm = await report("wasm", 100);
const js = await report("js", 100);

/** What is found and not promised, and what was not run; printed at the end. */
const notes: string[] = [];
afterAll(() => console.log(notes.join("\n")));

function check(name: BackendName, report: Report): void {
  for (const { name, losses, weights, averaged } of plain) {
    const trained = report.trained[name];
    // PPO's first is the mean over the steps of an update.
    if (name === "pg") expect(gap(trained.losses.slice(0, 1), losses.slice(0, 1))).toBeLessThan(FIRST);
    expect(gap(trained.losses, losses)).toBeLessThan(TRAINED);
    expect(gap(trained.weights, weights)).toBeLessThan(TRAINED);
    expect(gap(trained.averaged, averaged)).toBeLessThan(TRAINED);
  }
  // Not weight by weight: where there are thousands, some have a gradient next to 0, which Adam makes a step of either sign of.
  for (const task of ["wide", "wider"] as const) {
    const [trained, other] = [report.trained[task], js.trained[task]];
    expect(gap(trained.losses.slice(0, 1), other.losses.slice(0, 1))).toBeLessThan(FIRST);
    expect(gap(trained.losses, other.losses)).toBeLessThan(TRAINED);
    expect(gap(trained.logits, other.logits)).toBeLessThan(TRAINED);
  }
  if (ALWAYS.includes(name))
    expect({ repeats: report.repeats, rowGap: report.rowGap }).toEqual({ repeats: true, rowGap: 0 });
  const [before, after] = report.held;
  expect(after).toEqual(before);
  const repeats = report.repeats ? "the same bits every time" : "not the same bits every time";
  const rows = report.rowGap === 0 ? "rows do not touch one another" : `rows touch one another by ${report.rowGap}`;
  notes.push(`${name} runs${report.device === undefined ? "" : ` on ${report.device}`}: ${repeats}; ${rows}`);
}

describe("the slow code", () => {
  it("learns something, so that agreeing with it means something", () => {
    for (const { name, losses, weights } of plain) {
      expect(
        gap(
          weights,
          firstWeights(tasks[name]).flatMap(({ values }) => [...values]),
        ),
      ).toBeGreaterThan(0.1);
      expect(new Set(losses).size).toBe(losses.length);
    }
    expect(tasks.ppo.updates * tasks.ppo.settings.rl.ppo.epochs).toBe(STEPS);
  });

  it("and js give the same logits for rows of a network as wide as the default", () => {
    // js's own weights after training, in 64 bits from there.
    const { layout, rows } = tasks.wide;
    const shapes = firstWeights(tasks.wide).map(({ shape, name }) => ({ shape, name }));
    let from = 0;
    const arrays = shapes.map(({ shape, name }) => {
      const length = shape.reduce((a, b) => a * b, 1);
      const values = Float32Array.from(js.trained.wide.averaged.slice(from, from + length));
      from += length;
      return { shape, name, values };
    });
    expect(from).toBe(js.trained.wide.averaged.length);
    const logits = rows.flatMap(({ infoset }) => plainLogits(widened(arrays), layout.encode([infoset])));
    expect(gap(js.trained.wide.logits, logits)).toBeLessThan(FIRST);
    expect(largest(logits)).toBeGreaterThan(1);
  });
});

describe("the backend", () => {
  it("js", () => check("js", js));
  it("wasm", () => check("wasm", wasm));

  it.for(backendNames.filter((name) => !ALWAYS.includes(name)))("%s", { timeout: 600_000 }, (name, { skip }) => {
    const without = (reason: string) => {
      notes.push(`${name} is skipped: ${reason}`);
      skip(reason);
    };
    const found = findBackend(name);
    if (found.status !== "usable") return without(found.reason);
    let report = run(name, 300);
    // On the CPU a GPU's programs take a hundred times as long.
    if (name === "webgpu" && typeof report === "string") report = run(name, 200, softwareGpu());
    if (typeof report !== "string") return check(name, report);
    expect(ALWAYS).not.toContain(name);
    without(report);
  });
});
