/** `spiral match` in this process, between fixed players and language models at a local endpoint. */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseEpisode } from "../../../src/record/episode.ts";
import { verifyEpisode } from "../../../src/record/verify.ts";
import { says, sends, serve } from "../../players/llm/server.ts";
import { folder, spiral } from "../spiral.ts";

const dir = folder();
const match = (...argv: string[]) => spiral(dir, "match", ...argv);
const report = async (...argv: string[]) => {
  const { code, out, err } = await match(...argv, "--json");
  return { code, err, report: JSON.parse(out) };
};
const episodesIn = (path: string) => readFileSync(path, "utf8").trim().split("\n").map(parseEpisode);

describe("a match that is stopped", () => {
  const slow = ["mcts:sims=150", "random", "--game", "connect-four", "--pairs", "6"];
  const linesIn = (path: string) => (existsSync(path) ? readFileSync(path, "utf8").split("\n").length - 1 : 0);

  it("keeps every game as it ends, says the result so far and how to go on; --resume plays the rest", async () => {
    const [whole, log] = [join(dir, "whole.jsonl"), join(dir, "stopped.jsonl")];
    const uninterrupted = await match(...slow, "--log", whole);
    const watch = setInterval(() => linesIn(log) >= 2 && process.emit("SIGTERM"), 1);
    const stopped = await match(...slow, "--log", log);
    clearInterval(watch);
    expect(stopped.code).toBe(143);
    expect(stopped.err).toMatch(/^Stopping\. Ctrl-C again stops at once\.$/m);
    expect(stopped.err).toMatch(/^Stopped after [1-5] of 6 pairs\. .* add --resume to the same command\.$/m);
    expect(stopped.out).toMatch(/^ {2}won +\d+/m);
    expect(linesIn(log)).toBeLessThan(12);
    appendFileSync(log, '{"game":"conn');
    const resumed = await match(...slow, "--log", log, "--resume");
    expect(resumed.code).toBe(0);
    expect(resumed.err).toMatch(/^\d+ of 12 games are there already\.$/m);
    expect(resumed.out).toBe(uninterrupted.out);
    expect(readFileSync(log, "utf8")).toBe(readFileSync(whole, "utf8"));
  });

  it("goes on with its own games only, and with a log", async () => {
    const log = join(dir, "others.jsonl");
    await match("random", "nash", "--game", "kuhn", "--pairs", "2", "--log", log);
    const other = await match("nash", "random", "--game", "kuhn", "--pairs", "2", "--log", log, "--resume");
    expect(other).toMatchObject({
      code: 3,
      err: expect.stringContaining("others.jsonl:1: this is no game of this match"),
    });
    // Games from the start of the game, or from other openings, are of another match.
    const opened = ["random", "nash", "--game", "ttt", "--log", join(dir, "opened.jsonl")];
    await match(...opened, "--openings", "6");
    for (const argv of [
      ["--pairs", "6"],
      ["--openings", "40"],
      ["--openings", "6", "--seed", "2"],
    ]) {
      expect(await match(...opened, ...argv, "--resume")).toMatchObject({
        code: 3,
        err: expect.stringContaining("this is no game of this match"),
      });
    }
    expect((await match(...opened, "--openings", "6", "--resume")).err).toContain("12 of 12 games are there already.");
    const none = await match("nash", "random", "--game", "kuhn", "--resume");
    expect(none).toMatchObject({ code: 2, err: expect.stringContaining("name it by --log") });
  });
});

describe("spiral match", () => {
  it("says who is better, by how much and how surely", async () => {
    const { code, out, err } = await match("minimax", "random", "--game", "ttt", "--pairs", "100");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^ttt {2}minimax against random, 200 games$/m);
    expect(out).toMatch(/^ {2}won +1\d\d +\d\d\.\d %$/m);
    expect(out).toMatch(/^ {2}lost +0 +0\.0 %$/m);
    expect(out).toMatch(/^ {2}mean return +\+0\.\d{3} \[\+0\.\d{3}, \+0\.\d{3}\]$/m);
    expect(out).toMatch(/^ {2}superiority +> 99\.9 %$/m);
    expect(out).toMatch(/^ {2}Elo difference +\+\d+ \[\+\d+, \+\d+\]$/m);
    expect(out).toMatch(/^ {2}seat advantage +\+0\.\d{3} \[/m);
    expect(out).toContain("100 pairs on the same deal with the seats swapped, seed 1.");
    expect(out).not.toContain("forfeited");
  });

  it("is the same for the same seed, another for another, and signed by the order of the players", async () => {
    const some = ["--game", "kuhn", "--pairs", "300"];
    const [a, b] = [await report("nash", "random", ...some), await report("nash", "random", ...some)];
    expect(b).toEqual(a);
    expect(a.report).toMatchObject({ game: "kuhn", players: ["nash", "random"], seed: 1, pairs: 300, sprt: null });
    expect(a.report.meanReturn.mean).toBeGreaterThan(0);
    expect((await report("nash", "random", ...some, "--seed", "2")).report.meanReturn).not.toEqual(a.report.meanReturn);
    expect((await report("random", "nash", ...some)).report.meanReturn.mean).toBeLessThan(0);
  });

  it("plays 500 pairs where nothing is asked for, and one where one is", async () => {
    expect((await report("random", "random", "--game", "kuhn")).report).toMatchObject({ pairs: 500 });
    const one = (await report("random", "nash", "--game", "kuhn", "--pairs", "1")).report;
    expect(one.pairs).toBe(1);
    expect(one.meanReturn.ci95[1] - one.meanReturn.ci95[0]).toBeGreaterThan(1);
  });

  it("stops by its test: 0 where the better one is better, 4 where not or not yet", async () => {
    const sprt = ["--game", "ttt", "--sprt", "elo0=0,elo1=50,alpha=0.01"];
    const better = await report("minimax", "random", ...sprt);
    expect(better).toMatchObject({ code: 0, report: { sprt: { elo0: 0, elo1: 50, alpha: 0.01, beta: 0.05 } } });
    expect(better.report.sprt).toMatchObject({ verdict: "H1", bounds: [Math.log(0.05 / 0.99), Math.log(95)] });
    expect(better.report.sprt.llr).toBeGreaterThan(Math.log(95));
    // It takes a while to be sure, and no longer.
    expect(better.report.pairs).toBeGreaterThan(20);
    expect(better.report.pairs).toBeLessThan(200);
    expect(await report("random", "minimax", ...sprt)).toMatchObject({ code: 4, report: { sprt: { verdict: "H0" } } });
    const undecided = await match("random", "random", ...sprt, "--pairs", "5");
    expect(undecided).toMatchObject({ code: 4, err: expect.stringContaining("undecided: give it more --pairs") });
    expect(undecided.out).toMatch(/^ {2}SPRT +undecided; LLR -?\d\.\d\d, bounds -2\.99 and 4\.55$/m);
    expect((await match("minimax", "random", ...sprt)).out).toMatch(/SPRT +H1 accepted: 50 Elo rather than 0;/);
  });

  it("writes every game that counts, as lines and as text, and replay reads both", async () => {
    const [log, notation] = [join(dir, "new", "games.jsonl"), join(dir, "games.txt")];
    const files = ["--log", log, "--notation", notation];
    const { report: result } = await report("minimax", "random", "--game", "ttt", "--sprt", "elo0=0,elo1=50", ...files);
    const episodes = episodesIn(log);
    expect(episodes.map(({ index }) => index)).toEqual(Array.from({ length: 2 * result.pairs }, (_, i) => i));
    expect(episodes.map(verifyEpisode).filter(Boolean)).toEqual([]);
    expect(episodes.filter(({ index, returns }) => (returns[index % 2] as number) > 0)).toHaveLength(result.wins);
    for (const file of [log, notation]) {
      const { code, out } = await spiral(dir, "replay", file, "--verify");
      expect([code, out]).toEqual([0, `${2 * result.pairs} episodes verified, 0 mismatches\n`]);
    }
    const again = await match("minimax", "random", "--game", "ttt", "--pairs", "2", ...files);
    expect(again).toMatchObject({ code: 2, out: "" });
    expect(again.err).toContain(`${log} is there already.`);
    expect(again.err).toContain(`${notation} is there already.`);
    expect(episodesIn(log)).toEqual(episodes);
  });

  it("says everything that is wrong with a command at once", async () => {
    const wrong = ["--pairs", "0", "--seed", "x", "--sprt", "elo0=5,elo1=5,alpha=1"];
    const there = join(dir, "there.txt");
    writeFileSync(there, "mine");
    const { code, err, out } = await match("rndom", "llm:x", "--game", "tt", ...wrong, "--notation", there);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    const players = ['Did you mean "random"?', "set SPIRAL_LLM_BASE_URL"];
    for (const part of ['"tt"', "--pairs", "--seed", "elo1 must be above elo0", "alpha must be", ...players, there])
      expect(err).toContain(part);
  });

  it.each([
    [["random", "minimax", "--game", "kuhn"], 2, "minimax does not play kuhn."],
    [["rndom", "random", "--game", "kuhn"], 2, 'Did you mean "random"?'],
    [["random", "random"], 2, "Name the game that they play"],
    [["random", "random", "--game", "ttt", "--sprt", "elo0=0"], 2, "needs both differences"],
    [["random", "random", "--game", "ttt", "--sprt", "elo0=0,elo1=x"], 2, 'elo1 is "x"'],
    [["random", "random", "--game", "ttt", "--sprt", "elo2=0"], 2, 'has no "elo2". Did you mean'],
    [["random", "random", "--game", "ttt", "--sprt", "elo0=0,elo1=1e9"], 2, "from -3000 to 3000"],
    [["random", "nobody@3", "--game", "ttt"], 3, 'No run "nobody"'],
  ])("%j: exit code %d", async (argv, code, message) => {
    const outcome = await match(...argv);
    expect({ code: outcome.code, out: outcome.out }).toEqual({ code, out: "" });
    expect(outcome.err).toContain(message);
  });
});

describe("with a language model", () => {
  const endpoint = (url: string) => ["--llm-base-url", url, "--llm-attempts", "1"];

  it("counts forfeits, keeps its words, and gives the same games however many are asked at once", async () => {
    // Takes the first empty cell; on a board with four marks it has nothing legal to say.
    const { url } = await serve((response, asked, n) => {
      const board = asked.body.messages[0]?.content ?? "";
      const [first = "0"] = /Available moves: \[(\d)\]/.exec(board)?.slice(1) ?? [];
      const marks = (board.split("Current board:")[1]?.match(/[XO]/g) ?? []).length;
      says(marks >= 4 ? "I give up." : `Let me think.\n\\boxed{[${first}]}`)(response, asked, n);
    });
    const outcomes = [];
    for (const concurrency of ["1", "16"]) {
      const log = join(dir, `llm-${concurrency}.jsonl`);
      const argv = ["llm:tiny", "random", "--game", "ttt", "--pairs", "6", "--log", log, "--llm-retries", "1"];
      const outcome = await report(...argv, ...endpoint(url), "--llm-concurrency", concurrency);
      // How long it took is no part of the games.
      for (const usage of outcome.report.answers) delete usage?.latency;
      outcomes.push({
        report: outcome.report,
        code: outcome.code,
        episodes: episodesIn(log).sort((a, b) => a.index - b.index),
      });
    }
    const [one, many] = outcomes;
    expect(many).toEqual(one);
    const { players, forfeits, losses, meanReturn } = one?.report ?? {};
    expect(players).toEqual(["llm:tiny", "random"]);
    expect(forfeits[0]).toBe(one?.episodes.filter(({ forfeit }) => forfeit).length);
    expect(forfeits[0]).toBeGreaterThan(6);
    expect(losses).toBeGreaterThanOrEqual(forfeits[0]);
    expect(forfeits[1]).toBe(0);
    expect(meanReturn.mean).toBeLessThan(-1);
    for (const episode of one?.episodes ?? []) {
      expect(verifyEpisode(episode)).toBeUndefined();
      expect(episode.said?.[0]?.answers[0]?.text).toContain("Let me think.");
      if (episode.forfeit) expect(episode.said?.at(-1)?.answers).toHaveLength(2);
    }
    const shown = await match("llm:tiny", "random", "--game", "ttt", "--pairs", "3", ...endpoint(url));
    expect(shown.out).toMatch(/^ {2}forfeited by llm:tiny +\d +\d+\.\d %$/m);
  });

  it("counts answers that were cut off apart, and says what to do where they are common", async () => {
    const { url } = await serve((response, asked, n) => {
      const isFirst = asked.body.messages.length === 1;
      says(isFirst ? "Thinking about [bet] versus" : "\\boxed{[0]}", {
        finish_reason: isFirst ? "length" : "stop",
      })(response, asked, n);
    });
    const log = join(dir, "cut.jsonl");
    const argv = [
      "llm:tiny",
      "random",
      "--game",
      "ttt",
      "--pairs",
      "1",
      "--llm-retries",
      "1",
      "--llm-max-tokens",
      "77",
    ];
    const { err, report: said } = await report(...argv, "--log", log, ...endpoint(url));
    const [own, other] = said.answers;
    expect(other).toBeNull();
    expect(own.cutOff).toBe(own.answers / 2);
    expect(own.illegal).toBeLessThanOrEqual(2);
    expect(err).toMatch(/^llm:tiny: \d+ answers, \d+ illegal, \d+ cut off, \d+ asked for again; /m);
    expect(err).toMatch(/^llm:tiny: 50 % of its answers were cut off at 77 tokens .*Raise --llm-max-tokens\.$/m);
    const answers = episodesIn(log).flatMap((episode) => episode.said?.flatMap((one) => one.answers) ?? []);
    expect(answers.filter(({ cutOff }) => cutOff)).toHaveLength(own.cutOff);
    const { out } = await match(...argv, ...endpoint(url));
    expect(out).toMatch(/^ {2}cut off: llm:tiny +\d+ +50\.0 % of its answers$/m);
  });

  it("warns if models that answer alike have played one pair only", async () => {
    const { url } = await serve((response, asked, n) => {
      const [first = "0"] = /Available moves: \[(\d)\]/.exec(asked.body.messages[0]?.content ?? "")?.slice(1) ?? [];
      says(`[${first}]`)(response, asked, n);
    });
    const argv = ["llm:a", "llm:b", "--game", "ttt", ...endpoint(url)];
    expect((await match(...argv, "--pairs", "3")).err).toContain("All pairs were the same two games.");
    expect((await match(...argv, "--openings", "3")).err).not.toContain("same two games");
    // Where chance deals, pairs may be alike by luck.
    const { url: calls } = await serve((response, asked, n) => {
      const [first = ""] = /actions are: (\[\w+\])/.exec(asked.body.messages[0]?.content ?? "")?.slice(1) ?? [];
      says(first)(response, asked, n);
    });
    for (let seed = 1; seed <= 12; seed++) {
      const dealt = ["llm:a", "llm:b", "--game", "kuhn", "--pairs", "2", "--seed", String(seed)];
      expect((await match(...dealt, ...endpoint(calls))).err).not.toContain("same two games");
    }
    // A match that goes on does not know the moves of its earlier games.
    const log = join(dir, "alike.jsonl");
    await match(...argv, "--pairs", "3", "--log", log);
    const lines = readFileSync(log, "utf8").trimEnd().split("\n");
    writeFileSync(log, `${lines.slice(0, -1).join("\n")}\n`);
    const resumed = await match(...argv, "--pairs", "3", "--log", log, "--resume");
    expect(resumed).toMatchObject({ code: 0, err: expect.stringContaining("5 of 6 games are there already.") });
    expect(resumed.err).not.toContain("same two games");
  });

  it("whose endpoint dies ends the match with exit code 1; what has ended is in the log", async () => {
    const { url } = await serve((response, asked, n) => {
      const [first = "0"] = /Available moves: \[(\d)\]/.exec(asked.body.messages[0]?.content ?? "")?.slice(1) ?? [];
      if (n < 40) says(`[${first}]`)(response, asked, n);
      else sends(401, "{}")(response, asked, n);
    });
    const log = join(dir, "dead.jsonl");
    const argv = ["random", "llm:tiny", "--game", "ttt", "--pairs", "50", "--log", log];
    const { code, out, err } = await match(...argv, ...endpoint(url));
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain("401");
    expect(err).toMatch(/It ended after \d pairs?\. Its games are kept\. To go on, add --resume to the same command\./);
    const episodes = episodesIn(log);
    expect(episodes.length).toBeGreaterThan(3);
    expect(episodes.map(verifyEpisode).filter(Boolean)).toEqual([]);
  });
});

describe("leaves no file behind", () => {
  const some = ["random", "random", "--game", "kuhn", "--pairs", "1"];

  it.each<[string, (log: string) => string[], string]>([
    [
      "the other file is there",
      (log) => [...some, "--log", log, "--notation", "package.json"],
      "package.json is there",
    ],
    ["an option is wrong", (log) => [...some, "--log", log, "--llm-concurrency", "x"], '--llm-concurrency is "x"'],
    ["both are one", (log) => [...some, "--log", log, "--notation", `${log}/../both.jsonl`], "both name"],
  ])("where %s, and the corrected command runs", async (_, argv, message) => {
    const log = join(dir, "both.jsonl");
    const outcome = await match(...argv(log));
    expect({ code: outcome.code, out: outcome.out }).toEqual({ code: 2, out: "" });
    expect(outcome.err).toContain(message);
    expect(existsSync(log)).toBe(false);
  });

  it("where no game comes to its end", async () => {
    const { url } = await serve(sends(401, "{}"));
    const [log, notation] = [join(dir, "no-game", "log.jsonl"), join(dir, "no-game", "games.txt")];
    const files = ["--log", log, "--notation", notation];
    expect(await match("llm:x", "random", "--game", "ttt", "--llm-base-url", url, ...files)).toMatchObject({ code: 1 });
    expect([log, notation].map((path) => existsSync(path))).toEqual([false, false]);
    expect(await match(...some, ...files)).toMatchObject({ code: 0, err: "" });
  });
});

it("writes nothing where a player cannot be had", async () => {
  const log = join(dir, "none.jsonl");
  expect(await match("random", "minimax", "--game", "kuhn", "--log", log)).toMatchObject({ code: 2 });
  expect(existsSync(log)).toBe(false);
  writeFileSync(join(dir, "file"), "");
  const below = await match("random", "random", "--game", "kuhn", "--log", join(dir, "file", "log.jsonl"));
  expect(below).toMatchObject({ code: 1, err: expect.stringContaining("not a folder") });
});
