/** `spiral export curves` and `spiral compare`, as typed. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { evaluatedRun } from "../../run/curves/runs.ts";
import { folder, spiral } from "../spiral.ts";

const dir = folder();
beforeAll(() => {
  evaluatedRun(dir, "a1", { nashConv: [0.75, 0.5] });
  evaluatedRun(dir, "a2", { seed: 2, nashConv: [0.75, 0.25] });
  evaluatedRun(dir, "b1", { nashConv: [0.75, 0.125], sets: ["rl.averaging=0.5"] });
});
const run = (...argv: string[]) => spiral(dir, ...argv);

describe("spiral export curves", () => {
  it("prints the table, or writes it to a file", async () => {
    const { code, out, err } = await run("export", "curves", "a1", "b1");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out.split("\n")[0]).toBe("run,rl.averaging,seed,update,game,name,value");
    expect(out).toContain("\nb1,0.5,1,10,kuhn,evaluation.nashConv,0.125\n");
    const file = join(dir, "curves.csv");
    expect(await run("export", "curves", "a1", "b1", "--out", file)).toMatchObject({ code: 0, out: "" });
    expect(readFileSync(file, "utf8")).toBe(out);
  });

  it("writes JSON to a file too, and event files to a folder", async () => {
    const file = join(dir, "curves.json");
    await run("export", "curves", "a1", "--json", "--out", file);
    expect(readFileSync(file, "utf8")).toBe((await run("export", "curves", "a1", "--json")).out);
    const { code, err } = await run("export", "curves", "a1", "a2", "--tensorboard", join(dir, "tb"));
    expect({ code, err }).toMatchObject({ code: 0, err: expect.stringContaining(": 2 runs.") });
    expect(readdirSync(join(dir, "tb"))).toEqual(["a1", "a2"]);
  });

  it("says what is wrong before it writes anything", async () => {
    const both = await run("export", "curves", "a1", "--tensorboard", join(dir, "no"), "--out", join(dir, "no.csv"));
    expect(both).toMatchObject({ code: 2, err: expect.stringContaining("leave out --out and --json") });
    const typo = await run("export", "curve", "a1");
    expect(typo).toMatchObject({ code: 2, err: expect.stringContaining('Did you mean "curves"?') });
    const none = await run("export", "curves", "a1", "a3", "--out", join(dir, "no.csv"));
    expect(none).toMatchObject({ code: 3, out: "", err: expect.stringContaining('No run "a3"') });
    expect([existsSync(join(dir, "no")), existsSync(join(dir, "no.csv"))]).toEqual([false, false]);
  });
});

describe("spiral compare", () => {
  it("has a row for each group and each difference; intervals where there are several seeds", async () => {
    const { code, out, err } = await run("compare", "a1", "a2", "b1");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const rows = out.split("\n").map((line) => line.trim().split(/ {2,}/));
    expect(rows).toContainEqual(["seeds", "NashConv", "lowest", "greedy"]);
    // 0.375 ± 12.706 · 0.125, cut at 0.
    const interval = "0.3750 [0.0000, 1.9633]";
    const row = rows.find(([label]) => label?.startsWith("rl.averaging=0.9"));
    expect(row?.slice(1)).toEqual(["2", interval, interval, "0.7500 [0.0000, 3.9266]"]);
    const difference = rows.find(([label]) => label?.includes(" − "));
    expect(difference?.[0]).toMatch(/^rl\.averaging=0\.5 − rl\.averaging=0\.9/);
    expect(difference?.slice(1)).toEqual(["1", "-0.3750", "-0.3750", "-0.7500"]);
  });

  it("warns where runs were evaluated last at different updates", async () => {
    evaluatedRun(dir, "short", { nashConv: [0.75], sets: ["rl.averaging=0.25"] });
    const { code, err } = await run("compare", "a1", "short");
    expect(code).toBe(0);
    expect(err).toContain("warning: short was last evaluated at update 0; others were at update 10.");
  });
});
