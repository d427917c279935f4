/** Named models in a --players file, advice, --watch, and what results say of each model's answers. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { readPlayersFile } from "../../src/config/players-file.ts";
import { type Reply, says, serve } from "../players/llm/server.ts";
import { stubModel } from "../players/llm/stub.ts";
import { disagreements } from "./documented.ts";
import { contents, folder, spiral } from "./spiral.ts";

const files = mkdtempSync(join(tmpdir(), "spiral-models-"));
const file = (name: string, text: string): string => {
  writeFileSync(join(files, name), text);
  return join(files, name);
};
afterEach(() => {
  delete process.env.SECOND_KEY;
  delete process.env.SPIRAL_LLM_API_KEY;
});

const KEYS = ["sk-one/secret+key=42", "sk-two/secret+key=43"];
const base64 = (text: string): string => Buffer.from(text).toString("base64").replace(/=+$/, "");
/** The forms in which an endpoint may send a key back. */
const formsOf = (key: string): string[] => [
  key,
  encodeURIComponent(key),
  base64(key),
  base64(`Bearer ${key}`),
  Buffer.from(key).toString("hex"),
];
/** What gives the key away: a form but for its ends, which hold less than a character of it. */
const tracesOf = (key: string): string[] =>
  formsOf(key).map((form, i) => (i === 3 ? form.slice(12, -2) : form.slice(2, -2)));

describe("--players", () => {
  /** Plays the stub's move, and says the key that it was sent, in every form. */
  const telltale =
    (play: Reply): Reply =>
    (response, asked, n) => {
      const key = asked.headers.authorization?.replace("Bearer ", "") ?? String(asked.headers["api-key"] ?? "");
      if (n % 3 === 2) return play(response, asked, n);
      const more = { model: `m-${key}`, system_fingerprint: formsOf(key).join(" ") };
      const text = `${formsOf(key).join(" ")} ${key} \\boxed{[raise]} ${encodeURIComponent(key)}`;
      return says(text, { more, message: { reasoning_content: key } })(response, asked, n);
    };

  it("gives each model its endpoint, key, settings and price, and no key is anywhere", async () => {
    const bets = telltale(stubModel("kuhn", () => [0, 1], [{}, { system: "You are careful." }]));
    const [one, two] = [await serve(bets), await serve(bets)];
    Object.assign(process.env, { SECOND_KEY: KEYS[1], SPIRAL_LLM_API_KEY: "sk-command-0123456789" });
    const players = file(
      "players.yaml",
      `gpt:\n  model: gpt-x\n  baseUrl: ${one.url}\n  keyFile: key.txt\n  temperature: 0.5\n  maxTokens: 77\n  price: [1, 2]\n` +
        `  system: persona.txt\nlocal:\n  baseUrl: ${two.url}\n  headers: { api-key: $SECOND_KEY }\n  effort: low\n  seed: 7\n  retries: 3\n`,
    );
    file("key.txt", `${KEYS[0]}\n`);
    file("persona.txt", "You are careful.\n");
    const dir = folder();
    const log = join(dir, "log.jsonl");
    const match = await spiral(
      dir,
      "match",
      "llm:gpt",
      "llm:local",
      "--game",
      "kuhn",
      "--pairs",
      "2",
      "--players",
      players,
      "--log",
      log,
      "--watch",
    );
    expect(match.code).toBe(0);
    const { code, out, err } = await spiral(
      dir,
      "eval",
      "llm:local",
      "--game",
      "kuhn",
      "--samples",
      "1",
      "--players",
      players,
      "--out",
      join(dir, "m"),
      "--json",
    );
    expect(code).toBe(0);
    const tournament = ["arena", "llm:gpt", "llm:local", "--games", "kuhn", "--pairs", "1", "--out", join(dir, "t")];
    const arena = await spiral(dir, ...tournament, "--players", players);
    expect(arena.code).toBe(0);

    const [first, second] = [one.asked[0], two.asked[0]];
    expect(first?.headers.authorization).toBe(`Bearer ${KEYS[0]}`);
    expect(first?.body).toMatchObject({ model: "gpt-x", temperature: 0.5, max_tokens: 77 });
    expect(first?.body.messages[0]).toEqual({ role: "system", content: "You are careful." });
    expect(first?.body).not.toHaveProperty("seed");
    // The key of the command is not for an endpoint that the command does not name.
    expect(second?.headers.authorization).toBeUndefined();
    expect(second?.headers["api-key"]).toBe(KEYS[1]);
    expect(second?.body).toMatchObject({ model: "local", reasoning_effort: "low", max_tokens: 4096 });
    const seeds = two.asked.map(({ body }) => body.seed as number);
    expect(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31)).toBe(true);
    expect(new Set(seeds).size).toBeGreaterThan(seeds.length / 2);

    expect(match.out).toMatch(/^llm:gpt: \d+ answers, \d+ illegal, .*; cost 0(\.\d+)?\.$/m);
    expect(match.err).toMatch(/^game 0, ply 1: llm:(gpt|local) \(first\)\n {2}.*Your card/m);
    expect(match.err).toContain("***");
    const all = [match.out, match.err, out, err, arena.out, arena.err, ...Object.entries(contents(dir)).flat()].join(
      "\n",
    );
    expect(all).toContain("answers.jsonl");
    for (const form of KEYS.flatMap(tracesOf)) expect(all).not.toContain(form);

    const standings = JSON.parse(readFileSync(join(dir, "t", "standings.json"), "utf8"));
    expect(standings.answers).toMatchObject([
      { player: "llm:gpt", cost: expect.any(Number), latency: { p50: expect.any(Number) } },
      { player: "llm:local", cost: null },
    ]);
    expect(disagreements("json.md", "spiral arena --json", standings)).toEqual([]);
    expect(standings.answers[0].retries).toBeGreaterThan(0);
    expect(contents(join(dir, "t"))["answers.csv"]).toMatch(/^player,answers,illegal,cut_off,asked_again,failed,/);
    expect(contents(join(dir, "t"))["standings.md"]).toContain("## Answers");
    // A tournament that goes on counts the answers of the games that are there.
    const again = await spiral(dir, ...tournament, "--players", players, "--json");
    expect(JSON.parse(again.out).answers[0]).toMatchObject({ answers: standings.answers[0].answers, latency: null });
  });

  it.each([
    [
      "gpt:\n  key: sk-secret-123\n",
      /players\.yaml:2:\d+: a key does not belong into this file\. Name the file that holds it, by keyFile/,
    ],
    ["gpt:\n  temprature: 1\n", /there is no setting temprature\. Did you mean "temperature"\?/],
    ["gpt:\n  temperature: 11\n", /gpt: temperature: /],
    ["gpt:\n  price: 3\n", /gpt: price: /],
    ["gpt: 3\n", /gpt takes settings: model, baseUrl/],
    ["a b:\n  model: x\n", /a name of a player consists of/],
    ["", /names no players/],
    ["gpt: [\n", /players\.yaml:/],
  ])("%j is refused", (text, problem) => {
    const path = file("players.yaml", text);
    expect(() => readPlayersFile(path)).toThrow(problem);
    expect(() => readPlayersFile(path)).not.toThrow("sk-secret");
  });

  it("hides each key from what the others' endpoints say, as one gateway may know both", async () => {
    const { url } = await serve(says(KEYS.flatMap(formsOf).join(" ")));
    process.env.SECOND_KEY = KEYS[1];
    file("key.txt", `${KEYS[0]}\n`);
    const players = file(
      "players.yaml",
      `gpt: { baseUrl: "${url}", keyFile: key.txt }\nlocal: { baseUrl: "${url}", keyVariable: SECOND_KEY }\n`,
    );
    const dir = folder();
    const argv = ["--game", "kuhn", "--pairs", "1", "--players", players, "--log", join(dir, "log.jsonl"), "--watch"];
    const { code, out, err } = await spiral(dir, "match", "llm:gpt", "llm:local", ...argv);
    expect(code).toBe(0);
    const all = out + err + readFileSync(join(dir, "log.jsonl"), "utf8");
    expect(all).toContain("***");
    for (const trace of KEYS.flatMap(tracesOf)) expect(all).not.toContain(trace);
  });

  it("names of models that it does not have are those of the command's endpoint", async () => {
    const { url, asked } = await serve(stubModel("kuhn", () => [1, 0]));
    const players = file("others.yaml", "gpt:\n  keyVariable: NOT_SET\n");
    const argv = [
      "match",
      "llm:other",
      "random",
      "--game",
      "kuhn",
      "--pairs",
      "1",
      "--llm-base-url",
      url,
      "--players",
      players,
    ];
    expect((await spiral(folder(), ...argv)).code).toBe(0);
    expect(asked[0]?.body.model).toBe("other");
    const missing = await spiral(folder(), ...argv.with(1, "llm:gpt"));
    expect(missing).toMatchObject({ code: 2, err: expect.stringContaining("NOT_SET is not set; keyVariable names") });
  });
});

describe("advise=", () => {
  it("tells the model the advantage of what it proposes, once, and it wins more than unadvised", async () => {
    const plays = stubModel("kuhn", ({ key }) => (key.startsWith("K") ? [1, 0] : [0, 1]));
    // Changes its mind if the advantage is below 0.
    const { url, asked } = await serve((response, request, n) => {
      const { messages } = request.body;
      const [, advantage] = /advantage of \[\w+\] here at ([+-]?[\d.]+):/.exec(messages.at(-1)?.content ?? "") ?? [];
      if (advantage === undefined) return plays(response, request, n);
      const proposed = /\[(\w+)\]/.exec(messages.at(-2)?.content ?? "")?.[1] ?? "";
      const names = [...(messages.at(-3)?.content.matchAll(/\[(\w+)\]/g) ?? [])].slice(-2).map(([, name]) => name);
      const other = names.find((name) => name !== proposed) ?? "";
      return says(Number(advantage) < 0 ? `\\boxed{[${other}]}` : `\\boxed{[${proposed}]}`)(response, request, n);
    });
    const argv = ["--game", "kuhn", "--pairs", "20", "--llm-base-url", url, "--llm-concurrency", "8", "--json"];
    const { code, out } = await spiral(folder(), "match", "llm:m,advise=nash", "llm:m", ...argv);
    expect(code).toBe(0);
    const report = JSON.parse(out);
    expect(report.players).toEqual(["llm:m,advise=nash", "llm:m"]);
    expect(report.meanReturn.mean).toBeGreaterThan(0.1);
    expect(report.answers[0].retries).toBe(0);
    const advised = asked.filter(({ body }) => body.messages.length > 1);
    // Where the adviser's own play never comes, it says nothing.
    expect(advised.length).toBeGreaterThan(0.3 * report.answers[0].answers);
    expect(advised.length).toBeLessThanOrEqual(report.answers[0].answers / 2);
    expect(advised.every(({ body }) => body.messages.length === 3)).toBe(true);
  });

  it("is of a run or a fixed opponent, in games that can be walked", async () => {
    const argv = ["random", "--pairs", "1", "--llm-base-url", "http://127.0.0.1:9/v1"];
    expect(await spiral(folder(), "match", "llm:m,advise=llm:x", ...argv, "--game", "kuhn")).toMatchObject({
      code: 2,
      err: expect.stringContaining("a run or a fixed opponent advises, such as latest or nash."),
    });
    expect(await spiral(folder(), "match", "llm:m,advise=nash", ...argv, "--game", "connect-four")).toMatchObject({
      code: 2,
      err: expect.stringContaining("llm:m,advise=nash does not play connect-four."),
    });
  });
});
