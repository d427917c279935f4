/** `spiral play`, with what a person types coming through a pipe. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { playMatch } from "../../../src/arena/match.ts";
import type { PlayedGame } from "../../../src/arena/pairing.ts";
import { personAtTerminal } from "../../../src/cli/terminal/person.ts";
import { minimax } from "../../../src/exact/minimax.ts";
import { getGame } from "../../../src/games/registry.ts";
import { parseEpisode } from "../../../src/record/episode.ts";
import { Rng } from "../../../src/util/rng.ts";
import { inOrder, says, serve } from "../../players/llm/server.ts";
import { build, folder, type Outcome, spiral, start } from "../spiral.ts";

let dir: string;
beforeAll(() => {
  build();
  dir = folder();
}, 60_000);

/** A session with this typed, all at once or piece by piece, in a folder of runs of its own; in this process, with a pipe for stdin. */
async function session(
  argv: readonly string[],
  typed: string | readonly string[],
  seed: readonly string[] = ["--seed", "1"],
): Promise<Outcome & { log: string }> {
  const runs = folder();
  const outcome = await withTyped(typed, () => spiral(runs, "play", ...seed, ...argv));
  const log = join(runs, "play.jsonl");
  return { ...outcome, log: existsSync(log) ? readFileSync(log, "utf8") : "" };
}

async function withTyped<T>(typed: string | readonly string[], action: () => Promise<T>): Promise<T> {
  const stdin = vi.spyOn(process, "stdin", "get");
  const chunks = (typeof typed === "string" ? [typed] : typed)
    .filter((chunk) => chunk !== "")
    .map((chunk) => Buffer.from(chunk));
  stdin.mockReturnValue(Readable.from(chunks) as unknown as typeof process.stdin);
  try {
    return await action();
  } finally {
    stdin.mockRestore();
  }
}

const episodes = (log: string) => log.trim().split("\n").filter(Boolean).map(parseEpisode);

describe("a session", () => {
  it("plays games with the seats alternating, keeps the score, and logs each", async () => {
    const path = join(dir, "deep", "mine.jsonl");
    const typed = ["k", "[4]", "0", "resign", "", "4", "resign", "y", "resign", "q", "4"];
    const { code, out, err, log } = await session(
      ["--game", "ttt", "--vs", "minimax", "--log", path],
      typed.join("\n"),
    );
    expect({ code, err, log }).toEqual({ code: 0, err: "", log: "" });
    expect(out.match(/^Game .*$/gm)).toEqual([
      "Game 1: you are Player 0 (X).",
      "Game 2: you are Player 1 (O).",
      "Game 3: you are Player 0 (X).",
    ]);
    // What was typed stands behind the prompt, as it would on a terminal.
    expect(out).toContain("Your move: k\n[k] is no cell. Cells are numbered 0 to 8, such as [4].\nYour move: [4]\n");
    expect(out).toMatch(/^minimax plays \[\d\]$/m);
    expect(out).toContain("You give the game up.\nYou lose: −1.5\n");
    expect(out.match(/^Score: .*$/gm)).toEqual([1, 2, 3].map((n) => `Score: you 0, minimax ${n}, drawn 0`));
    expect(out.match(/see it again: .*$/gm)?.length).toBe(1);
    // The rules are read once.
    expect(out.match(/Put three of your marks/g)?.length).toBe(1);

    const logged = episodes(readFileSync(path, "utf8"));
    expect(logged.map(({ index, players, forfeit }) => [index, players, forfeit?.seat])).toEqual([
      [0, ["human", "minimax"], 0],
      [1, ["minimax", "human"], 1],
      [2, ["human", "minimax"], 0],
    ]);
    expect((await spiral(dir, "replay", path, "--verify")).out).toBe("3 episodes verified, 0 mismatches\n");
    expect((await spiral(dir, "replay", path)).out).toContain("Player 0 (X): human   Player 1 (O): minimax");
  });

  it("to its end: the last position, the result, and in the log what was played", async () => {
    // The first legal of nine cells, again and again: a game that random play does not always lose.
    const typed = `${["0", "1", "2", "3", "4", "5", "6", "7", "8"].join("\n")}\n`.repeat(3);
    const { code, out, log } = await session(["--game", "ttt", "--vs", "random", "--seat", "first"], `${typed}q\n`);
    expect(code).toBe(0);
    const [episode] = episodes(log);
    const own = episode?.returns[0] as number;
    expect(out).toContain(own > 0 ? "You win: +1" : own < 0 ? "You lose: −1" : "A draw.");
    const marks = [...".........".replaceAll(".", " ")];
    for (const [ply, cell] of (episode?.actions ?? []).entries()) marks[cell] = "XO"[ply % 2] as string;
    const row = (at: number) =>
      [0, 1, 2].map((i) => (marks[at + i] === " " ? String(at + i) : marks[at + i])).join(" | ");
    expect(out).toContain(` ${row(0)} \n---+---+---\n ${row(3)} \n---+---+---\n ${row(6)} \n`);
    expect((await spiral(dir, "replay", join(dir, "none.jsonl"))).code).toBe(3);
  });

  it("is the same again with the same seed, and another with another", async () => {
    const typed = "1\n\n1\n\n1\n\n1\n\n1\n\n1\n\n1\n";
    const argv = ["--game", "kuhn", "--vs", "nash"];
    const first = await session(argv, typed);
    const again = await session(argv, typed);
    const place = (text: string) => text.replaceAll(/\S*play\.jsonl/g, "LOG");
    expect(place(again.out)).toBe(place(first.out));
    expect(again.log).toBe(first.log);
    expect(episodes(first.log).length).toBeGreaterThan(2);
    const other = await session([...argv, "--seed", "2"], typed);
    expect(other.log).not.toBe(first.log);
    // Without one it draws a seed, and says which.
    const [, drawn = ""] = /^Seed (\d+)\. /m.exec((await session(argv, "", [])).out) ?? [];
    expect(drawn).not.toBe("");
    expect((await session(argv, typed, ["--seed", drawn])).code).toBe(0);
  });

  it("is no game twice: the other side draws anew in each", async () => {
    const { out } = await session(["--game", "ttt", "--vs", "random", "--seat", "second"], "resign\n\n".repeat(8));
    const openings = out.match(/^random plays \[\d\]$/gm) ?? [];
    expect(openings.length).toBeGreaterThan(7);
    expect(new Set(openings).size).toBeGreaterThan(2);
  });

  it("hides the other side's card until the game is over", async () => {
    const before = new Map<string, Set<string>>();
    const argv = ["--game", "kuhn", "--vs", "random", "--seat", "first", "--log", join(dir, "hidden.jsonl")];
    const { out, code } = await session(argv, "check\nfold\n\n".repeat(40));
    expect(code).toBe(0);
    // A move may be hidden too: what is known of it is in what the person reads.
    expect(out).not.toContain("random plays");
    for (const game of out.split(/^Game /m).slice(2)) {
      const [, text = "", deal = ""] = /^\d+(.*?)(?:\nThe whole game: \((.*?)\)|$)/s.exec(game) ?? [];
      const own = /Your card is: (.)/.exec(text)?.[1] ?? "";
      if (deal === "") continue;
      expect(deal.startsWith(own)).toBe(true);
      expect(text).not.toContain(deal);
      // Whatever the other holds, the person reads the same up to its first move.
      const read = text.slice(0, text.indexOf("Your move"));
      const others = before.get(read) ?? new Set();
      before.set(read, others.add(deal));
    }
    expect([...before.values()].map((deals) => deals.size)).toEqual([2, 2, 2]);
  });
});

describe("commands", () => {
  it("undo takes back to the last own decision; the other side answers as before", async () => {
    const argv = ["--game", "ttt", "--vs", "random", "--seat", "first"];
    const { out } = await session(argv, "undo\n4\nundo\n4\n");
    expect(out).toContain("Your move: undo\nYou have not moved yet.\n");
    const [, first, second] = out.split("Your move: 4\n");
    const answer = /random plays \[\d\]/.exec(first ?? "")?.[0];
    expect(answer).toBeDefined();
    expect(second).toContain(`\n${answer}\n`);
    // After it the board is empty again.
    expect(first?.split("Your move: undo\n")[1]).toContain(" 3 | 4 | 5 ");
  });

  it("undo is refused where something is hidden, and where chance has spoken", async () => {
    expect((await session(["--game", "kuhn", "--vs", "nash"], "undo\n")).out).toContain("a move stands");
    const { out } = await session(["--game", "pig", "--vs", "random"], "roll\nundo\n");
    expect(out).toContain("Chance: Player 0 rolls ");
    expect(out).toContain("Your move: undo\nChance has spoken since your last move");
  });

  it("hint shows the other side's probabilities, or another policy's", async () => {
    const argv = ["--game", "kuhn", "--seat", "first"];
    const asked = await session([...argv, "--vs", "random"], "hint\nhelp\nmoves\nrules\nboard\n");
    expect(asked.out).toContain("Your move: hint\nrandom: [check] 0.500  [bet] 0.500\n");
    expect(asked.out).toMatch(/Your move: help\nA move: .*\n {2}help .*\n {2}hint /);
    expect(asked.out).toContain("Your move: moves\n1 [check]  2 [bet]\n");
    expect(asked.out.match(/You are Player 0 in a one-hand game of Kuhn Poker/g)?.length).toBe(2);
    expect(asked.out.match(/Your card is: /g)?.length).toBe(2);
    const always = await session([...argv, "--vs", "random", "--hints", "--hint-from", "mcts:sims=50"], "check\n");
    expect(always.out).toMatch(
      /1 \[check\] {2}2 \[bet\]\nmcts:sims=50: \[check\] [01]\.000 {2}\[bet\] [01]\.000\nYour move: /,
    );
  });
});

describe("leaving", () => {
  it.each([
    ["", 0],
    ["q", 0],
    ["quit\n4\n", 0],
    ["4", 0],
    ["4\n", 0],
    ["4\nresi", 0],
    ["4\nresign", 1],
    ["4\nresign\n", 1],
    ["4\nresign\nn", 1],
    ["4\nresign\n\nq\n", 1],
    ["4\nresign\nwhat\n\n?\n", 1],
  ])("at %j: with the score, and what was finished in the log", async (typed, finished) => {
    const { code, out, err, log } = await session(["--game", "ttt", "--vs", "random", "--seat", "first"], typed);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(episodes(log).length).toBe(finished);
    expect(out.includes("Score: you 0, random 1, drawn 0")).toBe(finished === 1);
    expect(out.endsWith("\n")).toBe(true);
  });

  it.skipIf(process.platform === "win32").each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("by %s: with the score, exit code %d", async (signal, expected) => {
    const child = start("play", "--game", "ttt", "--vs", "random", "--seat", "first", "--dir", folder());
    child.stdin.write("resign\n\n4\n");
    await child.line(/plays \[\d\][\s\S]*Your move: $/);
    child.kill(signal);
    const { code, out, err } = await child.done;
    expect({ code, err }).toEqual({ code: expected, err: "" });
    expect(out).toMatch(/\nThe game is left unfinished and does not count\.\n\nScore: you 0, random 1, drawn 0\n$/);
  });
});

it.skipIf(process.platform === "win32").each([
  ["the other side's move", ["--seat", "second"], ""],
  ["a hint", ["--seat", "first"], "hint\n"],
])("a signal ends a search for %s", async (_, seat, typed) => {
  const argv = ["--game", "connect-four", "--vs", "mcts:sims=10000000", ...seat, "--dir", folder()];
  const child = start("play", ...argv);
  child.stdin.write(typed);
  await child.line(typed === "" ? /Game 1: you are/ : /Your move: hint/);
  // The first may come before the search.
  const again = setInterval(() => child.kill("SIGINT"), 20);
  const { code } = await child.done;
  clearInterval(again);
  expect(code).toBe(130);
});

describe("a language model", () => {
  it("plays, and forfeits when it has no legal answer left; what it said is logged", async () => {
    const { url } = await serve(inOrder(says("The centre: \\boxed{[4]}"), says("\u001b[2J \\boxed{[4]}")));
    const argv = ["--game", "ttt", "--vs", "llm:some", "--seat", "second", "--llm-retries", "1"];
    const base = ["--llm-base-url", url.replace("/chat/completions", "")];
    const { code, out, err, log } = await session([...argv, ...base], "hint\n0\n");
    expect({ code, err: err.match(/^llm:some is thinking …$/gm)?.length }).toEqual({ code: 0, err: 2 });
    expect(out).toContain("llm:some plays [4]\n");
    expect(out).toContain("llm:some has no probabilities to show");
    expect(out).toContain("Your opponent forfeits the game: Cell 4 is already taken by X.\nYou win: +0.5\n");
    expect(out).toContain("Score: you 1, llm:some 0, drawn 0");
    const [episode] = episodes(log);
    expect(episode).toMatchObject({ players: ["llm:some", "human"], actions: [4, 0], forfeit: { seat: 0 } });
    expect(episode?.said?.map(({ ply, answers }) => [ply, answers.length])).toEqual([
      [0, 1],
      [2, 2],
    ]);
  });

  it("that never stops talking leaves a log that can be read", async () => {
    const { url } = await serve(says('"'.repeat(90_000)));
    const argv = ["--game", "ttt", "--vs", "llm:some", "--seat", "second", "--llm-retries", "100"];
    const path = join(dir, "talk.jsonl");
    expect((await session([...argv, "--log", path, "--llm-base-url", url], "q\n")).code).toBe(0);
    expect((await spiral(dir, "replay", path, "--verify")).out).toBe("1 episode verified, 0 mismatches\n");
  });

  it("that is gone ends the session with what was won, and why", async () => {
    const { url, close } = await serve(says("no answer"));
    close();
    const argv = ["--game", "ttt", "--vs", "llm:some", "--llm-attempts", "1", "--seat", "first"];
    const { code, out, err, log } = await session([...argv, "--llm-base-url", url.slice(0, -17)], "resign\n\n4\n");
    expect(code).toBe(1);
    expect(err).toMatch(/error: llm:some: .* cannot be reached/);
    expect(out).toMatch(/Score: you 0, llm:some 1, drawn 0\n$/);
    expect(episodes(log).length).toBe(1);
  });
});

describe("a person in a match", () => {
  const ttt = getGame("ttt");
  /** A match of one pair against perfect play, with this typed. */
  async function match(typed: string): Promise<Outcome & { games: PlayedGame[] }> {
    const stdin = vi.spyOn(process, "stdin", "get");
    stdin.mockReturnValue(Readable.from([Buffer.from(typed)]) as unknown as typeof process.stdin);
    const person = personAtTerminal();
    const rival = { kind: "policy", name: "minimax", plays: () => true, policy: minimax } as const;
    const games: PlayedGame[] = [];
    let out = "";
    const stdout = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      out += text;
      return true;
    });
    try {
      const played = playMatch({ game: ttt, players: [person, rival], rng: new Rng(1) }, { pairs: 1 });
      for await (const ended of played) games.push(...ended);
      return { code: 0, out, err: "", games };
    } catch (error) {
      return { code: 1, out, err: (error as Error).message, games };
    } finally {
      stdout.mockRestore();
      stdin.mockRestore();
      await person.dispose?.();
    }
  }

  it("plays one game after the other; giving up is a forfeit", async () => {
    const { out, games } = await match("undo\nhint\n4\nresign\nresign\n");
    expect(out.match(/^Game \d.*$/gm)?.map((line) => line.replace(/Player \d /, ""))).toEqual([
      "Game 1: you are (X).",
      "Game 1 is over. You lose: −1.5",
      "Game 2: you are (O).",
      "Game 2 is over. You lose: −1.5",
    ]);
    expect(out).toContain("In a match every move stands.");
    expect(out).toContain("A match is played without hints.");
    expect(games.map((game) => game.episode().forfeit)).toEqual([
      { seat: 0, reason: "resigned" },
      { seat: 1, reason: "resigned" },
    ]);
  });

  it.each([["match"], ["arena"]])("of %s is talked to on stderr where stdout is JSON", async (command) => {
    const games = command === "match" ? ["--game", "ttt"] : ["--games", "ttt,pig", "--out", join(folder(), "out")];
    const argv = [command, "human", "random", ...games, "--pairs", "1", "--json"];
    const { code, out, err } = await withTyped("k\nmoves\nresign\nresign\nresign\nresign\n", () =>
      spiral(folder(), ...argv),
    );
    expect(code).toBe(0);
    expect(JSON.stringify(JSON.parse(out))).toContain('"human"');
    expect(err).toContain("Game 1: you are Player 0 (X).\n");
    expect(err).toContain("Your move: k\n[k] is no cell.");
    expect(err).toContain("Game 2 is over. You lose: −1.5\n");
    if (command === "match") expect(err).toMatch(/Game 2: you are[\s\S]*Your opponent plays \[\d\]/);
    // The rules of each game, once.
    expect(err.match(/^You are Player \d in (?=Tic Tac Toe)/gm)).toHaveLength(1);
    expect(err.match(/^You are Player \d in (?!Tic Tac Toe)/gm) ?? []).toHaveLength(command === "match" ? 0 : 1);
  });

  it("who leaves ends it; what has ended stands", async () => {
    const { err, games } = await match("4\nresign\nq\n");
    expect(err).toBe("The match ends here: its person has left.");
    expect(games.length).toBe(1);
  });
});

it("prints what its page shows", async () => {
  const page = readFileSync(new URL("../../../docs/commands/play.md", import.meta.url), "utf8");
  const [, command = "", shown = ""] = /^\$ spiral play ([^\n]*--seed 1)\n(.*?)```/ms.exec(page) ?? [];
  const typed = [...shown.matchAll(/^Your move: (.*)$/gm)].map(([, answer]) => answer);
  expect(typed.length).toBeGreaterThan(2);
  const { out } = await session(command.split(" "), typed.join("\n"), []);
  const printed = out.replaceAll(/\S*play\.jsonl/g, "runs/play.jsonl").replaceAll("npx spiral", "spiral");
  for (const part of shown.trim().split("\n…\n")) expect(printed).toContain(part);
});

it("reads lines however they come", async () => {
  const typed = "4\nresign\r\n\nresign\nq\n";
  const argv = ["--game", "ttt", "--vs", "random"];
  const { out } = await session(argv, typed);
  expect(out).toContain("Score: you 0, random 2, drawn 0");
  const place = (text: string) => text.replaceAll(/\S*play\.jsonl/g, "LOG");
  expect(place((await session(argv, [...typed])).out)).toBe(place(out));
});

describe("hostile input", () => {
  it("is answered or passed over: control characters, broken UTF-8, a line of 20 MB", async () => {
    const typed = Buffer.concat([
      Buffer.from("\u001b[2J\u001b]0;title\u0007\n[\u001b[31m\u0000]\n\u202e[4\n\r\n\t\n"),
      Buffer.from([0xff, 0xfe, 0xc3, 0x28, 10]),
      Buffer.alloc(20_000_000, "x"),
      Buffer.from("\n[[[[]]]]\n__proto__\nconstructor\nresign\n"),
    ]);
    const runs = folder();
    const child = start("play", "--game", "ttt", "--vs", "random", "--dir", runs);
    child.stdin.end(typed);
    const { code, out, err } = await child.done;
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("That is too long for a move.");
    expect(out.length).toBeLessThan(10_000);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(episodes(readFileSync(join(runs, "play.jsonl"), "utf8")).length).toBe(1);
  });

  it("that never ends: after 1,000 answers without a move it stops", async () => {
    const { code, err } = await session(["--game", "ttt", "--vs", "random"], "y\n".repeat(100_000));
    expect({ code, err }).toEqual({ code: 1, err: "error: 1000 answers in a row named no move.\n" });
  });
});

describe("the log", () => {
  it("goes on after a torn line, which spoils nothing", async () => {
    const path = join(dir, "torn.jsonl");
    writeFileSync(path, '{"game":"ttt","vers');
    const argv = ["--game", "ttt", "--vs", "random", "--log", path];
    expect((await session(argv, "resign\n")).code).toBe(0);
    expect((await session(argv, "resign\n")).code).toBe(0);
    const { out } = await spiral(dir, "replay", path, "--verify");
    expect(out).toContain(":1: not valid JSON");
    expect(out).toContain("3 episodes verified, 1 mismatch");
  });

  it("is not made where no game is finished", async () => {
    const runs = join(folder(), "runs");
    const child = start("play", "--game", "ttt", "--vs", "random", "--dir", runs);
    child.stdin.end("4\n");
    expect(await child.done).toMatchObject({ code: 0 });
    expect(existsSync(runs)).toBe(false);
  });
});

describe("what cannot be played is said before anything is", () => {
  it.each<[string[], number, RegExp[]]>([
    [["--vs", "random"], 2, [/^error: Name a game: .*spiral play --game ttt\. Games: ttt, /]],
    [
      ["--game", "tt", "--seat", "frist", "--seed", "x", "--vs", "mcts:sims=0", "--hint-from", "llm"],
      2,
      [
        /Unknown game "tt"\. Did you mean "ttt"\?/,
        /--seat is "frist"; it takes one of first, second, alternate\. Did you mean "first"\?/,
        /--seed is "x"/,
        /mcts:sims is "0"/,
        /"llm" names no model/,
      ],
    ],
    [
      ["--game", "tt", "--vs", "human", "--hint-from", "human"],
      2,
      [/Unknown game "tt"/, /; --vs names another player\./, /; --hint-from names another player\./],
    ],
    [["--game", "tt", "--vs", "latest"], 2, [/Unknown game "tt"/, /There is no run in/]],
    [["--game", "ttt", "--vs", "human"], 2, [/You are the person; --vs names another player\./]],
    [["--game", "kuhn", "--vs", "minimax"], 2, [/minimax does not play kuhn\. Who does: random, nash, sloppy, mcts\./]],
    [["--game", "kuhn", "--vs", "random", "--hint-from", "minimax"], 2, [/minimax does not play kuhn/]],
    [["--game", "kuhn"], 3, [/There is no run in .* yet/]],
    [
      ["--game", "ttt", "--vs", "random", "--log", "package.json/x.jsonl"],
      1,
      [/Cannot write package\.json\/x\.jsonl: a part of that path is a file/],
    ],
    [
      ["--game", "ttt", "--vs", "llm:some", "--llm-base-url", "http://127.0.0.1:9/v1", "--hints"],
      2,
      [/llm:some has no probabilities to show; name a policy: --hint-from latest/],
    ],
  ])("%j", async (argv, code, problems) => {
    const outcome = await spiral(folder(), "play", ...argv);
    expect(outcome).toMatchObject({ code, out: "" });
    for (const problem of problems) expect(outcome.err).toMatch(problem);
  });
});
