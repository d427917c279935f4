/** What a checkpoint's files must hold: tensors by name, none more and none less, and finite numbers. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { sampleRun } from "../../bench/fuzz/sample-run.ts";
import { toSnapshot } from "../../src/cli/open/checkpoint-contents.ts";
import { decodeSafetensors, encodeSafetensors } from "../../src/nn/safetensors.ts";
import type { WeightArray } from "../../src/nn/weights.ts";
import { kind } from "../../src/policies/features/mlp.ts";

const folder = mkdtempSync(join(tmpdir(), "spiral-contents-"));
afterAll(() => rmSync(folder, { recursive: true }));
const { config, files: saved } = sampleRun(folder);
const whole = { update: 20, files: saved.files as Record<string, Uint8Array>, state: saved.state };
const open = (changed: Partial<typeof whole>) => toSnapshot({ ...whole, ...changed }, "run", config, kind);

describe.each(Object.keys(saved.files))("%s", (file) => {
  const arrays = decodeSafetensors(whole.files[file] as Uint8Array);
  const last = arrays.at(-1) as WeightArray;
  const openWith = (changed: readonly WeightArray[]) =>
    open({ files: { ...whole.files, [file]: encodeSafetensors(changed) } });

  it("gives the same tensors in whatever order it has them", () => {
    expect(openWith(arrays.toReversed())).toEqual(open({}));
    expect(openWith([...arrays.slice(3), ...arrays.slice(0, 3)])).toEqual(open({}));
  });

  it("with a tensor more or less, or one of another shape, is refused by its name", () => {
    const extra = { name: "learner.layer9.weight", shape: [1], values: Float32Array.of(1) };
    expect(() => openWith([...arrays, extra])).toThrow(
      `${file} is not of this run's network: it has a tensor ${extra.name}`,
    );
    expect(() => openWith(arrays.slice(0, -1))).toThrow(`it has no tensor ${last.name}, and`);
    const flat = { ...last, shape: [1, ...last.shape] };
    expect(() => openWith([...arrays.slice(0, -1), flat])).toThrow(`its ${last.name} is [1, ${last.shape.join(", ")}]`);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])("with %s in a tensor is refused", (x) => {
    const values = last.values.with(-1, x);
    expect(() => openWith([...arrays.slice(0, -1), { ...last, values }])).toThrow(
      `run: ${file} holds a number in ${last.name} that is not finite.`,
    );
  });
});

it.each<[string, unknown, RegExp]>([
  ["optimizerSteps", "7", /state\.json is not that of a run: optimizerSteps: /],
  ["episodes", -1, /episodes: /],
  ["decisions", undefined, /decisions: /],
  ["baselines", { "critic.steps": null }, /baselines\.critic\.steps: /],
  ["baselines", { "pool.x": 1 }, /baselines\.pool\.x: /],
  ["baselines", { "critic.steps": 7 }, /holds no pool/],
  ["games", { kuhn: 1 }, /policy for kuhn, the run's config says kuhn, ttt/],
  ["games", ["kuhn"], /games: /],
])("state.json whose %s is %j is refused", (key, value, reason) => {
  expect(() => open({ state: { ...whole.state, [key]: value } as typeof whole.state })).toThrow(reason);
});
