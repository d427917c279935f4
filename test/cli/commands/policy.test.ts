/** `spiral policy` in this process, on one run of a second. */
import assert from "node:assert/strict";
import { truncateSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { copyOf, folder, spiral } from "../spiral.ts";

const LARGE = "negotiation-private:maxQuantity=1:maxTurns=2";
let dir: string;
beforeAll(async () => {
  dir = folder();
  const tiny = ["--games", `kuhn,ttt,${LARGE}`, "--size", "xs", "--updates", "6"];
  expect(await spiral(dir, "train", ...tiny, "--name", "tiny")).toMatchObject({ code: 0 });
}, 60_000);

interface Row {
  infoset: string;
  player: number;
  actions: { name: string; probability: number; equilibrium?: number }[];
}
const rowsOf = async (...argv: string[]): Promise<Row[]> =>
  JSON.parse((await spiral(dir, "policy", "--json", ...argv)).out).rows;

describe("spiral policy", () => {
  it("shows the first game's rows with the nearest equilibrium where nothing is asked for", async () => {
    const { code, out, err } = await spiral(dir, "policy");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^kuhn {2}tiny@000006\n\ninformation set +player +policy +an equilibrium\n/);
    expect(
      out.match(/^[JQK]:[kb]* +(first|second) +\[\w+\] \d\.\d{3} {2}\[\w+\] \d\.\d{3} {2}\d\.\d{3} {2}\d\.\d{3}$/gm),
    ).toHaveLength(12);
    expect(out).toContain("Of a family of equilibria, the one nearest to the policy is shown.");
  });

  it("holds every information set in JSON, each a distribution", async () => {
    const rows = await rowsOf("--game", "ttt");
    expect(rows).toHaveLength(4520);
    for (const { actions } of rows) {
      assert(Math.abs(actions.reduce((sum, { probability }) => sum + probability, 0) - 1) < 5e-10);
      assert(Math.abs(actions.reduce((sum, { equilibrium = 0 }) => sum + equilibrium, 0) - 1) < 5e-10);
    }
  });

  it("plays symmetric positions alike", async () => {
    const rows = new Map((await rowsOf("--game", "ttt")).map(({ infoset, actions }) => [infoset, actions]));
    const reply = (board: string, cell: number) =>
      rows.get(board)?.find(({ name }) => name === `[${cell}]`)?.probability;
    expect(reply("X........", 4)).toBe(reply("........X", 4));
    expect(reply("X........", 1)).toBe(reply("..X......", 5));
  });

  it("shows as many rows as asked, and says how many there are", async () => {
    const { out } = await spiral(dir, "policy", "--game", "ttt", "--rows", "2");
    expect(out).toMatch(/^\.{9} +X +\[\d\] .* …/m);
    expect(out).toContain("4518 more information sets: --rows 4520, or --json");
  });

  it("--greedy puts everything on one action", async () => {
    for (const { actions } of await rowsOf("--game", "kuhn", "--greedy")) {
      expect(actions.map(({ probability }) => probability).sort()).toEqual([0, 1]);
    }
  });

  it("--exploit shows what a best response wins in each seat, and a line that adds up to it", async () => {
    const { code, out } = await spiral(dir, "policy", "--exploit");
    expect(code).toBe(0);
    expect(out).toMatch(
      /^kuhn {2}tiny@000006 {2}NashConv 0\.\d{4}\n\nseat +best response +policy itself\nfirst +[+-]0/,
    );
    expect(out).toMatch(
      /\nAs second it wins [12] with probability 0\.\d+:\n {2}player .*\n {2}chance +[JQK] [JQK] +0\.167\n/,
    );
    const found = JSON.parse((await spiral(dir, "policy", "--exploit", "--json")).out);
    const metrics = JSON.parse((await spiral(dir, "eval", "--games", "kuhn", "--episodes", "2", "--json")).out);
    expect(found.nashConv).toBe(metrics.games.kuhn.nashConv);
    expect(found.exploits[0].policyValue).toBe(-found.exploits[1].policyValue);
    expect(found.exploits[0].value + found.exploits[1].value).toBe(found.nashConv);
    for (const { value, policyValue, line } of found.exploits) {
      expect(value).toBeGreaterThan(policyValue);
      expect(line.moves.at(0)).toMatchObject({ by: "chance", role: null });
      const product = line.moves.reduce(
        (all: number, { probability }: { probability: number }) => all * probability,
        1,
      );
      expect(product).toBeCloseTo(line.probability, 12);
    }
    expect(await spiral(dir, "policy", "--exploit", "--game", LARGE)).toMatchObject({ code: 2, out: "" });
  });

  it("shows a sample of a game that is too large to list, without an equilibrium", async () => {
    const { code, out } = await spiral(dir, "policy", "--game", LARGE);
    expect(code).toBe(0);
    expect(out).toContain("The information sets that come up in 16 games; there are too many to list.");
    const rows = await rowsOf("--game", LARGE);
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.flatMap(({ actions }) => actions).some((action) => "equilibrium" in action)).toBe(false);
  });
});

describe("spiral policy with bad input", () => {
  it.each<[string[], number, RegExp[]]>([
    [["--game", "kunh", "--rows", "0"], 2, [/--rows is "0"/, /Unknown game "kunh"\. Did you mean "kuhn"/]],
    [["--game", "negotiation"], 2, [/has not learned negotiation\. It has learned kuhn, ttt, negotiation-private/]],
    [["--games", "kuhn"], 2, [/"--games"\. Did you mean "--game"/]],
    [["nowhere"], 3, [/No run "nowhere"/]],
    [["tiny@1"], 3, [/tiny has no checkpoint 000001; it has 000006/]],
  ])("%j: exit %i", async (argv, expected, reasons) => {
    const { code, out, err } = await spiral(dir, "policy", ...argv);
    expect({ code, out }).toEqual({ code: expected, out: "" });
    expect(err.trim().split("\n")).toEqual(reasons.map((reason) => expect.stringMatching(reason)));
  });

  it("a truncated network: exit 3", async () => {
    const copy = copyOf(join(dir, "tiny"));
    truncateSync(join(copy.run, "checkpoints", "000006", "model.safetensors"), 7);
    expect(await spiral(copy.dir, "policy")).toMatchObject({
      code: 3,
      out: "",
      err: expect.stringContaining("has 7 bytes"),
    });
  });

  it("no run at all: exit 3 and how to start one", async () => {
    expect(await spiral(folder(), "policy")).toMatchObject({ code: 3, err: expect.stringContaining("spiral train") });
  });
});
