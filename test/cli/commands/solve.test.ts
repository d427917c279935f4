/** `spiral solve` in this process. */
import { expect, it } from "vitest";
import { spiral } from "../spiral.ts";

const solve = (...argv: string[]) => spiral("", "solve", ...argv);

it("prints the value, how it was found, and the strategy", async () => {
  const { code, out, err } = await solve("kuhn");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  const lines = out.trim().split("\n");
  expect(lines[0]).toMatch(/^kuhn {2}value to player 0 \(first\): -0\.0555\d\d$/);
  expect(lines[1]).toMatch(/^NashConv of the strategy: \d\.\de-5$/);
  expect(lines[2]).toMatch(/^CFR\+, \d+ iterations; \d+ ms to visit 55 states, \d+ ms to solve$/);
  expect(lines[4]).toMatch(/^information set +player +plays$/);
  expect(lines.slice(5)).toHaveLength(12);
  // Forced whatever the equilibrium: a queen checks, a king calls.
  expect(out).toMatch(/^Q: +first +\[check\] 1\.000$/m);
  expect(out).toMatch(/^K:b +second +\[call\] 1\.000$/m);
});

it("shows as many rows as asked for, and how to see the rest", async () => {
  const some = (await solve("kuhn", "--rows", "2", "--tolerance", "0.1")).out;
  expect(some).toMatch(/^J: .*\n.*\n\n10 more information sets: --rows 12, or --json for all of them\.\n$/m);
  expect((await solve("kuhn", "--rows", "0", "--tolerance", "0.1")).out).not.toContain("information set ");
});

it("says what perfect play is worth where nothing is hidden", async () => {
  const { code, out } = await solve("ttt-draw", "--rows", "1");
  expect(code).toBe(0);
  expect(out).toMatch(
    /^ttt-draw {2}value to player 0 \(X\): -1\.000000\nNashConv of the strategy: 0\nbackward induction;/,
  );
  expect(out).toMatch(/^\.{9} +X +(\[\d\] 0\.111 {2}){4}and 5 more$/m);
});

it("--json: the whole strategy, which sums to 1 everywhere", async () => {
  const { code, out } = await solve("kuhn-match:hands=1", "--json", "--rows", "1");
  expect(code).toBe(0);
  const { game, value, nashConv, tolerance, rows } = JSON.parse(out);
  expect({ game, tolerance }).toEqual({ game: "kuhn-match:hands=1", tolerance: 1e-4 });
  expect(nashConv).toBeLessThanOrEqual(tolerance);
  expect(Math.abs(value)).toBeLessThan(1);
  expect(rows.length).toBeGreaterThan(10);
  for (const { actions } of rows as { actions: { probability: number }[] }[]) {
    expect(actions.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 12);
  }
});

it("ends with 1 where the iterations do not reach the tolerance, and shows what they reach", async () => {
  const { code, out, err } = await solve("kuhn", "--tolerance", "1e-9", "--iterations", "70", "--json");
  expect(code).toBe(1);
  const { nashConv, iterations } = JSON.parse(out);
  expect(iterations).toBe(70);
  expect(nashConv).toBeGreaterThan(1e-9);
  expect(err).toMatch(
    /^error: kuhn: NashConv is \S+ after 70 iterations, above the tolerance 1e-9\. Raise --iterations\.\n$/,
  );
});

it.each<[string[], RegExp[]]>([
  [["khn"], [/Unknown game "khn"\. Did you mean "kuhn"\?/]],
  [["negotiation-private"], [/negotiation-private has too many states to be solved exactly/]],
  [
    ["khn", "--tolerance", "0", "--iterations", "0", "--rows", "-1"],
    [/Unknown game "khn"/, /--tolerance is "0"; it takes a number above 0/, /--iterations is "0"/, /--rows is "-1"/],
  ],
  [["kuhn", "--tolerance", "small"], [/--tolerance is "small"; it takes a number/]],
  [["kuhn", "--tolerance", "Infinity"], [/--tolerance is "Infinity"/]],
  [["kuhn", "--iterations", "1.5"], [/--iterations is "1\.5"; it takes a whole number from 1 to 10000000/]],
  [["kuhn", "ttt"], [/"ttt" is one argument too many/]],
  [[], [/missing required argument 'game'/]],
])("%j: exit 2, every problem, nothing printed", async (argv, expected) => {
  const { code, out, err } = await solve(...argv);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err.trim().split("\n")).toEqual(expected.map((problem) => expect.stringMatching(problem)));
});
