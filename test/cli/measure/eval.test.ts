/** `spiral eval` and `spiral policy` of a model whose strategy is known. */
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { says, serve } from "../../players/llm/server.ts";
import { stubModel } from "../../players/llm/stub.ts";
import { disagreements } from "../documented.ts";
import { folder, spiral } from "../spiral.ts";

/** Kings bet and call; others do so two times in five. Three in ten answers with a king name no action. */
const STUB = stubModel("kuhn", ({ key }) => (key.startsWith("K") ? [0, 0.7] : [0.6, 0.4]), [
  {},
  { withoutReasoning: true },
]);
const dir = folder();
let endpoint: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  endpoint = await serve(STUB);
});

const evalOf = (out: string, ...more: string[]) =>
  spiral(dir, "eval", "llm:m", "--game", "kuhn", "--out", join(dir, out), "--llm-base-url", endpoint.url, ...more);
const answersIn = (out: string): Record<string, unknown>[] =>
  readFileSync(join(dir, out, "answers.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("spiral eval of a model", () => {
  it("asks K times at every information set, says before what it costs, and what came of it", async () => {
    const { code, out, err } = await evalOf("a", "--samples", "8", "--llm-price", "1,2", "--llm-retries", "0");
    expect(code).toBe(0);
    expect(err).toMatch(
      /^Asking llm:m for 96 answers: about 1\d,\d{3} tokens to read, at most 393,216 to write; about 0\.01[789] /,
    );
    expect(out).toMatch(/^kuhn {2}llm:m, 8 answers at each of 12 information sets$/m);
    expect(out).toMatch(
      /^K:[kb]* +(first|second) +\[\w+\] 0\.000 {2}\[\w+\] 1\.000 +\d of 8 {2}0\.\d{3} {2}\d\.\d{3}$/m,
    );
    expect(out).toMatch(/^NashConv +\[0\.\d{3}, 0\.\d{3}\] +0\.\d{4}$/m);
    expect(out).toMatch(/^It forfeited \d+ of 96; NashConv is of play renormalised to legal actions\.$/m);
    expect(out).toMatch(
      /^96 answers, \d+ illegal; 9,600 tokens read, 960 written; .* an answer, 95 % within .*; cost 0\.0115$/m,
    );
    expect(out).toMatch(/^96 answers by stub-1, fp_1\.$/m);
    expect(endpoint.asked).toHaveLength(96);
    const lines = answersIn("a");
    expect(lines).toHaveLength(96);
    const sets = new Set(lines.map(({ set }) => set));
    expect([...sets].sort()).toEqual([
      "0J:",
      "0J:kb",
      "0K:",
      "0K:kb",
      "0Q:",
      "0Q:kb",
      "1J:b",
      "1J:k",
      "1K:b",
      "1K:k",
      "1Q:b",
      "1Q:k",
    ]);
    expect(lines[0]).toMatchObject({
      sample: 0,
      answers: [{ promptTokens: 100, served: "stub-1", fingerprint: "fp_1" }],
    });
  });

  it("asks for nothing twice, more samples for the rest only, and mixes no settings", async () => {
    const before = endpoint.asked.length;
    const { out } = await evalOf("a", "--samples", "8", "--llm-price", "1,2", "--llm-retries", "0", "--json");
    expect(endpoint.asked).toHaveLength(before);
    const report = JSON.parse(out);
    expect(disagreements("json.md", "eval: a language model", report)).toEqual([]);
    expect(report).toMatchObject({
      game: "kuhn",
      player: "llm:m",
      samples: 8,
      complete: true,
      sets: { asked: 12, total: 12 },
    });
    expect(report.exact.ci95[0]).toBeLessThan(report.exact.nashConv);
    expect(report.exact.elsewhere).toBeNull();
    expect(report.rows).toHaveLength(12);
    expect((await evalOf("a", "--samples", "9", "--llm-retries", "0")).err).toMatch(
      /^Asking llm:m for 12 answers: about 1,200 tokens to read, about 1\d\d to write/m,
    );
    expect(endpoint.asked).toHaveLength(before + 12);
    const other = await evalOf("a", "--llm-retries", "1", "--llm-temperature", "0.5");
    expect(other.code).toBe(2);
    expect(other.err).toMatch(/is of another measurement: .*retries: 0 there, 1 now/);
    expect(endpoint.asked).toHaveLength(before + 12);
  });

  it("drops a torn last line and asks for that answer again; refuses a line that is none", async () => {
    const path = join(dir, "a", "answers.jsonl");
    const whole = readFileSync(path, "utf8");
    writeFileSync(path, whole.slice(0, -20));
    const before = endpoint.asked.length;
    expect((await evalOf("a", "--samples", "9", "--llm-retries", "0")).code).toBe(0);
    expect(endpoint.asked).toHaveLength(before + 1);
    appendFileSync(path, '{"set":"0J:","sample":"x"}\n');
    const { code, err } = await evalOf("a", "--samples", "9", "--llm-retries", "0");
    expect(code).toBe(3);
    expect(err).toMatch(/answers\.jsonl:109: .*Delete that line, and it is asked for again\./);
  });

  it("stops at a budget, with every set asked about as often, and goes on with a larger one", async () => {
    const argv = ["--samples", "6", "--llm-price", "1,2", "--llm-retries", "0", "--llm-concurrency", "1"];
    // An answer costs 0.00012.
    const first = await evalOf("b", ...argv, "--budget", "0.0036");
    expect(first.code).toBe(1);
    expect(first.err).toMatch(
      /The budget is spent after 3\d of 72 answers, which are kept in .*\/b\. The same command with a larger --budget goes on\./,
    );
    expect(first.out).toMatch(/^NashConv/m);
    const sets = answersIn("b").map(({ set }) => set);
    const counts = [...new Set(sets)].map((set) => sets.filter((other) => other === set).length);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    const before = endpoint.asked.length;
    const second = await evalOf("b", ...argv, "--budget", "1");
    expect(second.code).toBe(0);
    expect(endpoint.asked.length - before).toBe(72 - counts.reduce((a, b) => a + b));
    // What there is is shown, if some sets have no answer too.
    const some = JSON.parse((await evalOf("b3", ...argv, "--budget", "0.0006", "--json")).out);
    expect([some.exact, some.rows[0].actions[0].equilibrium]).toEqual([null, undefined]);
    expect(some.rows.length).toBe(new Set(answersIn("b3").map(({ set }) => set)).size);
    const without = await evalOf("b2", "--budget", "1");
    expect(without).toMatchObject({ code: 2, err: expect.stringContaining("--llm-price <in,out>") });
  });

  it("keeps what was answered when the endpoint fails", async () => {
    const { url } = await serve((response, asked, n) => {
      if (n < 5) STUB(response, asked, n);
      else response.writeHead(401).end("{}");
    });
    const { code, err } = await evalOf("c", "--samples", "2", "--llm-base-url", url, "--llm-concurrency", "1");
    expect(code).toBe(1);
    expect(err).toMatch(/[45] of 24 answers are kept in .*\/c\. The same command goes on with the rest\./);
    expect(answersIn("c").length).toBeGreaterThanOrEqual(4);
  });

  it("of the first sets by reach plays an equilibrium elsewhere", async () => {
    const { out } = await evalOf("d", "--samples", "3", "--sets", "6", "--json");
    const { sets, exact, rows } = JSON.parse(out);
    expect(sets).toEqual({ asked: 6, total: 12 });
    expect(exact.elsewhere).toBe("equilibrium");
    // The opening decisions come up in a third of games each, replies to a bet or a check in a sixth.
    expect(
      rows
        .map(({ infoset }: { infoset: string }) => infoset)
        .slice(0, 3)
        .sort(),
    ).toEqual(["J:", "K:", "Q:"]);
  });

  it("by logprobs has probabilities from one answer at each set, and no interval", async () => {
    const token = (name: string, p: number) => ({ token: name, logprob: Math.log(p) });
    const { url, asked } = await serve((response, request, n) => {
      const names = /actions are: \[(\w+)\], \[(\w+)\]/.exec(request.body.messages[0]?.content ?? "");
      const [first = "", second = ""] = names?.slice(1) ?? [];
      const written = [
        { ...token("[", 0.96), top_logprobs: [token("[", 0.96), token("I", 0.04)] },
        { ...token(first, 0.75), top_logprobs: [token(first, 0.75), token(second, 0.25)] },
        { ...token("]", 1), top_logprobs: [token("]", 1)] },
      ];
      says(`[${first}]`, { logprobs: { content: written } })(response, request, n);
    });
    expect((await evalOf("e", "--logprobs", "--llm-base-url", url)).out).toMatch(
      /^ +of the probabilities\nNashConv +\d/m,
    );
    const { code, out } = await evalOf("e", "--logprobs", "--llm-base-url", url, "--json");
    expect(code).toBe(0);
    expect(asked).toHaveLength(12);
    expect(asked[0]?.body).toMatchObject({ logprobs: true, top_logprobs: 20 });
    const { exact, rows } = JSON.parse(out);
    expect(exact.ci95).toBeNull();
    expect(rows[0].actions.map(({ probability }: { probability: number }) => probability)).toEqual([
      expect.closeTo(0.75, 12),
      expect.closeTo(0.25, 12),
    ]);
    const refused = await evalOf("f", "--logprobs");
    expect(refused.code).toBe(1);
    expect(refused.err).toContain("the endpoint gives no logprobs. Leave --logprobs out");
  });

  it("refuses the flags of trained policies, and a run those of models", async () => {
    expect((await evalOf("g", "--vs", "random")).err).toContain("--vs: only for trained policies.");
    const run = await spiral(dir, "eval", "latest", "--samples", "3");
    expect(run).toMatchObject({ code: 2, err: expect.stringContaining("--samples: only for language models") });
    expect(await spiral(dir, "eval", "llm:m", "--llm-base-url", endpoint.url)).toMatchObject({
      code: 2,
      err: expect.stringContaining("--game kuhn"),
    });
  });
});

it("spiral policy shows the strategy of kept answers, and how it is beaten", async () => {
  const argv = ["policy", "llm:m", "--game", "kuhn", "--out", join(dir, "b"), "--samples", "6", "--llm-retries", "0"];
  const before = endpoint.asked.length;
  const shown = await spiral(dir, ...argv, "--llm-base-url", endpoint.url);
  expect(shown.code).toBe(0);
  expect(shown.out).toMatch(/^K:b +second +\[fold\] 0\.000 {2}\[call\] 1\.000 +0\.000 {2}1\.000$/m);
  const exploited = await spiral(dir, ...argv, "--llm-base-url", endpoint.url, "--exploit", "--json");
  expect(JSON.parse(exploited.out)).toMatchObject({ run: "llm:m", checkpoint: null, game: "kuhn" });
  expect(endpoint.asked).toHaveLength(before);
});
