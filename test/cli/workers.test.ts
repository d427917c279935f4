/** `--workers`: how many threads play changes no byte of what is written; `--profile`: where the time goes. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { builtSpiral, contents, folder, spiral } from "./spiral.ts";

/** What a run has written, but for the times, which also shift the offsets of lines. */
function written(dir: string): Record<string, string> {
  const files = Object.entries(contents(dir)).filter(([file]) => /checkpoint|episodes|metrics|eval/.test(file));
  return Object.fromEntries(
    files.map(([file, text]) => [file, text.replace(/"(seconds":[\d.]+|offsets":\{[^}]*)|,,seconds,[\d.]+/g, "")]),
  );
}

const TRAIN = ["train", "--games", "kuhn,ttt", "--size", "xs", "--updates", "6", "--name", "r"];

describe("--workers", () => {
  it("1, 2 and 4 write what none does, byte for byte", async () => {
    const runs: Record<string, string>[] = [];
    for (const n of [0, 1, 2, 4]) {
      const dir = folder();
      const mix = ["--set", "rl.opponents=self=0.5,pool=0.25,random=0.25", "--set", "rl.pool.every=5"];
      const { code } = await builtSpiral(dir, ...TRAIN, "--updates", "12", ...mix, "--workers", String(n));
      expect(code).toBe(0);
      expect(readFileSync(join(dir, "r", "config.yaml"), "utf8")).toContain(`workers: ${n}`);
      runs.push(written(join(dir, "r")));
    }
    const [alone, ...others] = runs;
    expect(Object.keys(alone ?? {}).length).toBeGreaterThan(6);
    for (const other of others) expect(other).toEqual(alone);
  });

  it.each(["-1", "many", "65", "1.5"])("refuses %s", async (text) => {
    const { code, err } = await spiral(folder(), "train", `--workers=${text}`);
    expect(code).toBe(2);
    expect(err).toContain("auto");
    const resumed = await spiral(folder(), "train", "--resume", "x", `--workers=${text}`);
    expect(resumed.code).toBeGreaterThan(1);
  });
});

it("--profile says what an update spends its time on, and in JSON", async () => {
  const { code, out } = await spiral(folder(), ...TRAIN, "--profile");
  expect(code).toBe(0);
  const rows = [...out.matchAll(/^(\w+) +([\d.]+) +(\d+) %/gm)].map(([, name, ms, share]) => [
    name,
    Number(ms),
    Number(share),
  ]);
  expect(rows.map(([name]) => name)).toEqual(["play", "merge", "forward", "backward", "evaluate", "write", "total"]);
  const parts = rows.slice(0, -1).map(([, ms]) => ms as number);
  expect(Math.abs(parts.reduce((a, b) => a + b) - (rows.at(-1)?.[1] as number))).toBeLessThan(0.1);
  expect(parts.every((ms) => ms > 0)).toBe(true);
  const json = await spiral(folder(), ...TRAIN, "--profile", "--json");
  const { milliseconds } = JSON.parse(json.out.trim().split("\n").at(-1) as string);
  expect(Object.keys(milliseconds)).toEqual(["play", "merge", "forward", "backward", "evaluate", "write"]);
});

it("spiral eval --workers: the same report for any number", async () => {
  const dir = folder();
  expect((await spiral(dir, ...TRAIN, "--set", "run.checkpointEvery=3")).code).toBe(0);
  const argv = ["eval", "r", "--vs", "random,minimax,sloppy,@000003", "--games", "ttt", "--json", "--workers"];
  const [alone, two] = [await spiral(dir, ...argv, "0"), await builtSpiral(dir, ...argv, "2")];
  expect([alone.code, two.code, two.err]).toEqual([0, 0, ""]);
  expect(two.out).toBe(alone.out);
});
