/** `spiral play` and matches with a language model and with a person, and whatever may be typed. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, expect, it, vi } from "vitest";
import { playMatch } from "../../../src/arena/match.ts";
import type { PlayedGame } from "../../../src/arena/pairing.ts";
import { personAtTerminal } from "../../../src/cli/terminal/person.ts";
import { minimax } from "../../../src/exact/minimax.ts";
import { getGame } from "../../../src/games/registry.ts";
import { uniform } from "../../../src/policies/policy.ts";
import { Rng } from "../../../src/util/rng.ts";
import { inOrder, says, serve } from "../../players/llm/server.ts";
import { folder, type Outcome, spiral, start } from "../spiral.ts";
import { episodes, session, withTyped } from "./session.ts";

const dir = folder();

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

  it("talks with a person, who types words beside a move in brackets", async () => {
    const { url, asked } = await serve(says('A "fair" swap. \\boxed{[Offer: 1 Wood -> 1 Gold]}'));
    const argv = ["--game", "negotiation:maxTurns=2,talk=on", "--vs", "llm:some", "--seat"];
    const base = ["--llm-base-url", url.slice(0, -17)];
    const heard = await session([...argv, "second", ...base], "hello\nThen yes! [Accept]\nq\n");
    expect(heard.out).toContain("plays [Offer: 1 Wood -> 1 Gold]\nllm:some says: \"A 'fair' swap.\"\n");
    expect(heard.out.match(/^To say something, /gm)).toHaveLength(2);
    expect(episodes(heard.log)[0]?.talk).toEqual([
      { ply: 0, seat: 0, text: "A 'fair' swap." },
      { ply: 1, seat: 1, text: "Then yes!" },
    ]);
    await session([...argv, "first", ...base, "--llm-retries", "0"], "Be kind. [pass]\nq\n");
    expect(JSON.stringify(asked.at(-1)?.body.messages)).toContain('Your opponent: \\"Be kind.\\"');
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
  /** A match of one pair, by default of tic-tac-toe against perfect play, with this typed. */
  async function match(typed: string, game = ttt, policy = minimax): Promise<Outcome & { games: PlayedGame[] }> {
    const stdin = vi.spyOn(process, "stdin", "get");
    stdin.mockReturnValue(Readable.from([Buffer.from(typed)]) as unknown as typeof process.stdin);
    const person = personAtTerminal();
    const rival = { kind: "policy", name: "rival", plays: () => true, policy } as const;
    const games: PlayedGame[] = [];
    let out = "";
    const stdout = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      out += text;
      return true;
    });
    try {
      const played = playMatch({ game, players: [person, rival], rng: new Rng(1) }, { pairs: 1 });
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

  it("sees how a game ended, and all dice after a call, before they are rolled again", async () => {
    const dice = await match("1x1\nliar\n".repeat(9), getGame("liars-dice-match:dice=2"), () => uniform);
    const call = "Player \\d bid \\dx\\d\\. Player \\d called it a lie\\.\n";
    expect(dice.out).toMatch(
      new RegExp(
        `Your dice: \\d, \\d\\.\n${call}Your opponent's dice: \\d, \\d\\.\nPlayer \\d loses a die\\.\n\nRound 2\\.`,
      ),
    );
    expect(dice.out).toMatch(new RegExp(`${call}Your opponent's (die|dice): [\\d, ]+\\.\n\nGame 1 is over\\.`));
    const kuhn = await match("1\n1\n1\n1\n", getGame("kuhn"), () => uniform);
    expect(kuhn.out).toMatch(/Your card is: [JQK]\n(Player \d \S+( 1 chip)?\.[ \n]){2,3}\nGame 1 is over\./);
  });

  it("who leaves ends it; what has ended stands", async () => {
    const { err, games } = await match("4\nresign\nq\n");
    expect(err).toBe("The match ends here: its person has left.");
    expect(games.length).toBe(1);
  });
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
