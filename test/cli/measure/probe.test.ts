/** `spiral probe` finds the biases that a model has, and none in one that has none. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type MeasureOptions, measure } from "../../../src/cli/measure/measurement.ts";
import { compareMeasured, inWording, type VariationResult } from "../../../src/cli/measure/probe.ts";
import { parseVariations } from "../../../src/cli/measure/variations.ts";
import { getGame } from "../../../src/games/registry.ts";
import { llmPlayer } from "../../../src/players/llm/llm-player.ts";
import { serve } from "../../players/llm/server.ts";
import { type StubStrategy, stubClient, stubModel } from "../../players/llm/stub.ts";
import { disagreements } from "../documented.ts";
import { folder, spiral } from "../spiral.ts";

const files = mkdtempSync(join(tmpdir(), "spiral-probe-"));
const file = (name: string, text: string): string => {
  writeFileSync(join(files, name), text);
  return join(files, name);
};
const persona = file("bold.txt", "You are a bold gambler.\n");
const names = file("names.txt", "bet = raise\nfold = drop\n");
const variations = parseVariations(`order,role-tag,message,reasoning,system=${persona},names=${names}`);
const twoOf = variations.filter(({ name }) => name === "order" || name.startsWith("system"));
const wordings = [{}, ...variations.map(({ change }) => change({}))];

/** The probe of a model in this process, 20 answers at each of the 12 sets in each wording. */
async function probe(strategy: StubStrategy, varied = variations): Promise<VariationResult[]> {
  const client = stubClient("kuhn", strategy, wordings);
  const player = llmPlayer("m", client, 0);
  const dir = folder();
  const settings: Omit<MeasureOptions, "out"> = {
    ...{ samples: 20, sets: undefined, logprobs: false, budget: undefined, atOnce: 4 },
    signal: new AbortController().signal,
  };
  const kuhn = getGame("kuhn");
  const usual = await measure(player, kuhn, { ...settings, out: join(dir, "usual") });
  const measured = [];
  for (const [i, variation] of varied.entries()) {
    const out = join(dir, String(i));
    measured.push({
      name: variation.name,
      measured: await measure(inWording(player, variation), kuhn, { ...settings, out }),
    });
  }
  expect(client.asked).toBe((1 + varied.length) * 12 * 20);
  return compareMeasured(usual, measured);
}
const foundIn = (results: readonly VariationResult[]): string[] =>
  results.flatMap(({ variation, found }) => (found ? [variation] : []));

describe("spiral probe", () => {
  it("finds that the first action of a list is preferred, and that a seat's name matters, and nothing else", async () => {
    const results = await probe((_, { reversed, seatsSwapped }) => {
      const first = seatsSwapped ? 0.3 : 0.7;
      return reversed ? [1 - first, first] : [first, 1 - first];
    });
    expect(foundIn(results)).toEqual(["order", "role-tag"]);
    const { compared, nashConv } = results[0] as VariationResult;
    expect(compared.totalVariation).toBeGreaterThan(compared.bySampling);
    expect(compared.ci95[0]).toBeGreaterThan(0);
    expect(nashConv?.ci95[0]).toBeLessThan(nashConv?.change ?? 0);
  });

  it("finds nothing in a model that is the same in all wordings", async () => {
    expect(foundIn(await probe(({ key }) => (key.startsWith("J") ? [0.8, 0.15] : [0.4, 0.6]), twoOf))).toEqual([]);
  });

  it("finds a change at one information set only, and names it", async () => {
    const results = await probe(
      ({ key }, { system }) => (system && key === "K:b" ? [0.95, 0.05] : [0.15, 0.85]),
      twoOf,
    );
    expect(foundIn(results)).toEqual(["system=bold.txt"]);
    expect(results[1]?.rows.filter(({ found }) => found)).toMatchObject([{ infoset: "K:b", player: 1 }]);
  });

  it("as a command asks, compares and shows; a second time it asks nothing", async () => {
    const listFirst: StubStrategy = (_, { reversed }) => (reversed ? [0, 1] : [1, 0]);
    const { url, asked } = await serve(stubModel("kuhn", listFirst, wordings));
    const dir = folder();
    const argv = ["probe", "llm:m", "--game", "kuhn", "--vary", "order", "--samples", "8", "--llm-base-url", url];
    const { code, out } = await spiral(dir, ...argv, "--out", join(dir, "p"));
    expect(code).toBe(0);
    expect(out).toMatch(/^kuhn {2}llm:m, 8 answers at each of 12 information sets, in 2 wordings$/m);
    expect(out).toMatch(/^order +1\.00 \[0\.\d\d, 1\.00\] +0\.\d\d +(< )?0\.00\d +yes +[+-]\d\.\d\d \[/m);
    expect(out).toMatch(/^K:b +second +\[fold\] 1\.00 → 0\.00 {2}\[call\] 0\.00 → 1\.00 +/m);
    expect(asked).toHaveLength(2 * 12 * 8);
    const again = await spiral(dir, ...argv, "--out", join(dir, "p"), "--json");
    expect(disagreements("json.md", "spiral probe --json", JSON.parse(again.out))).toEqual([]);
    expect(JSON.parse(again.out).variations).toMatchObject([{ variation: "order", found: true, totalVariation: 1 }]);
    expect(asked).toHaveLength(2 * 12 * 8);
  });
});

describe("what is varied", () => {
  it.each([
    [undefined, /Name what is varied/],
    ["order,order", /names order twice/],
    ["ordr", /no variation "ordr"\. Did you mean "order"\?/],
    ["order=x", /Write order\./],
    ["system", /Write system=FILE\./],
    [`system=${file("empty.txt", " \n")}`, /is empty/],
    [`names=${file("bad.txt", "bet raise")}`, /bad\.txt:1: "bet raise" is no pair of words/],
    [`names=${file("twice.txt", "bet=go\ncall=Go")}`, /has "go" twice/],
    ["system=/nowhere/x", /Cannot read \/nowhere\/x/],
  ])("%s is refused", (list, problem) => {
    expect(() => parseVariations(list)).toThrow(problem);
  });
});
