/** `spiral play`: a session from its first position to its log, and how it is left. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { folder, spiral, start } from "../spiral.ts";
import { episodes, session, withTyped } from "./session.ts";

const dir = folder();

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

  it("of several rounds: shows all dice after a call, before they are rolled again", async () => {
    const game = ["--game", "liars-dice-match:dice=2", "--vs", "random", "--seed", "3"];
    const { out } = await session(game, "1x1\nliar\nq\n");
    expect(out).toMatch(
      /Player 1 bid 2x5\. Player 0 called it a lie\.\nYour opponent's dice: \d, \d\.\nPlayer 1 loses a die\.\n[\s\S]*Round 2\. Dice left: Player 0: 2, Player 1: 1\./,
    );
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

it("prints what its page shows", async () => {
  const page = readFileSync(new URL("../../../docs/commands/play.md", import.meta.url), "utf8");
  const [, command = "", shown = ""] = /^\$ spiral play ([^\n]*--seed 1)\n(.*?)```/ms.exec(page) ?? [];
  const typed = [...shown.matchAll(/^(?:Your move|Enter for another game, q to leave): (.*)$/gm)].map(
    ([, answer]) => answer,
  );
  expect(typed.length).toBeGreaterThan(2);
  const { out } = await session(command.split(" "), typed.join("\n"), []);
  const printed = out.replaceAll(/\S*play\.jsonl/g, "runs/play.jsonl").replaceAll("npx spiral", "spiral");
  for (const part of shown.trim().split("\n…\n")) expect(printed).toContain(part);
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
    expect(await withTyped("4\n", () => spiral(runs, "play", "--game", "ttt", "--vs", "random"))).toMatchObject({
      code: 0,
    });
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
