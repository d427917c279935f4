import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Episode, formatEpisode } from "../../src/record/episode.ts";
import { formatNotation } from "../../src/record/notation.ts";
import { moments, transcript } from "../../src/record/transcript.ts";
import { frame } from "../../src/replay/frame.ts";
import { autoplayed, keysIn, type Position, press, type Stepper, startAt } from "../../src/replay/keys.ts";
import { readLog } from "../../src/replay/log.ts";
import { type MoveProbability, probabilityLine, probabilityLines } from "../../src/replay/probabilities.ts";
import { numberOf, selectEpisodes } from "../../src/replay/select.ts";
import { UserError } from "../../src/util/errors.ts";

const kuhn = (index: number): Episode => ({
  game: "kuhn",
  version: 1,
  update: 1,
  index,
  players: ["a", "b"],
  actions: [4, 0, 1, 1],
  returns: [2, -2],
});
const ttt: Episode = { ...kuhn(9), game: "ttt", actions: [0, 3, 1, 4, 2], returns: [1, -1] };

const plain = { bold: String, dim: String, cyan: String, red: String };

function logOf(text: string | Uint8Array): string {
  const path = join(mkdtempSync(join(tmpdir(), "spiral-log-")), "episodes.jsonl");
  writeFileSync(path, text);
  return path;
}

function read(text: string): { lines: unknown[]; warnings: string[] } {
  const warnings: string[] = [];
  const lines = [...readLog(logOf(text), (w) => warnings.push(w))];
  return { lines, warnings };
}

describe("reading a log", () => {
  const [a, b] = [formatEpisode(kuhn(0)), formatEpisode(ttt)];

  it("keeps line numbers over empty lines", () => {
    expect(read(`${a}\n\n${b}\n`).lines).toEqual([
      { line: 1, episode: kuhn(0) },
      { line: 3, episode: ttt },
    ]);
  });

  it("drops a torn last line with a warning, wherever it was torn", () => {
    for (const length of [1, 20, b.length - 1]) {
      const { lines, warnings } = read(`${a}\n${b.slice(0, length)}`);
      expect(lines).toHaveLength(1);
      expect(warnings).toEqual([expect.stringMatching(/episodes\.jsonl:2: .*torn/)]);
    }
  });

  it("takes a last line that lacks only its newline", () => {
    expect(read(`${a}\n${b}`)).toMatchObject({ lines: [{ line: 1 }, { line: 2, episode: ttt }], warnings: [] });
  });

  it("reports a broken line in the middle and goes on", () => {
    const { lines } = read(`${a}\n${b.slice(0, 30)}\n${b.replace("0,3", "3,0")}\n${b}\n`);
    expect(lines).toMatchObject([
      { line: 1, episode: kuhn(0) },
      { line: 2, problem: "not valid JSON" },
      { line: 3, problem: expect.stringContaining("altered") },
      { line: 4, episode: ttt },
    ]);
  });

  it("reads lines that cross its buffer, and more than one buffer", () => {
    const many = Array.from({ length: 3000 }, (_, i) => formatEpisode(kuhn(i)));
    const { lines } = read(`${many.join("\n")}\n`);
    expect(lines).toHaveLength(3000);
    expect(lines[2999]).toEqual({ line: 3000, episode: kuhn(2999) });
  });

  it("reads a log with CR LF and a byte order mark, and refuses UTF-16 by name", () => {
    const windows = `\ufeff${a}\r\n\r\n${b}`;
    for (const text of [windows, `${windows}\r\n`, `\ufeff${formatNotation(kuhn(0)).replaceAll("\n", "\r\n")}`]) {
      const { lines, warnings } = read(text);
      expect(lines[0]).toMatchObject({ line: 1, episode: { game: "kuhn", actions: [4, 0, 1, 1] } });
      expect(lines.slice(1)).toEqual(text.includes("[Game") ? [] : [{ line: 3, episode: ttt }]);
      expect(warnings).toEqual([]);
    }
    const littleEndian = Buffer.from(`${a}\n`, "utf16le");
    const bigEndian = Buffer.from(littleEndian).swap16();
    for (const bytes of [littleEndian, bigEndian, Buffer.from(`\ufeff${a}`, "utf16le")]) {
      expect(() => [...readLog(logOf(bytes), () => {})]).toThrow(/episodes\.jsonl is UTF-16 text.* UTF-8.*iconv/);
    }
  });

  it("tells a whole last line that is altered from a torn one, though its newline is missing", () => {
    const { lines, warnings } = read(`${a}\n${b.replace("0,3", "3,0")}`);
    expect(lines[1]).toMatchObject({ line: 2, problem: expect.stringContaining("altered") });
    expect(warnings).toEqual([]);
  });

  it("names a line that is too long for an episode, and says how to mend it", () => {
    const torn = `${a}\n${"x".repeat((1 << 24) + 100_000)}\n${b}\n`;
    expect(() => read(torn)).toThrow(/episodes\.jsonl:2: this is longer than 16 MiB.*\. Delete it, or name/);
  });

  it("says what is wrong with bytes that are no text, and with no file at all", () => {
    expect(read("\u0000\u0001\n").lines).toMatchObject([{ problem: "not valid JSON" }]);
    expect(() => [...readLog("/nowhere/episodes.jsonl", () => {})]).toThrow(/Cannot read .*no such file/);
    expect(() => [...readLog(tmpdir(), () => {})]).toThrow(/a folder, not a file/);
  });
});

describe("picking episodes", () => {
  const path = logOf(`${[kuhn(0), ttt, kuhn(1), kuhn(2)].map(formatEpisode).join("\n")}\n`);
  const lines = (selection: Parameters<typeof selectEpisodes>[1]): number[] =>
    selectEpisodes(path, selection, () => {}).map(({ line }) => line);

  it("takes the last ones, or those around a line, of one game or any", () => {
    expect(lines({ limit: 1 })).toEqual([4]);
    expect(lines({ limit: 1, game: "ttt" })).toEqual([2]);
    expect(lines({ limit: 1, wanted: 3 })).toEqual([3]);
    expect(lines({ limit: 2, game: "kuhn" })).toEqual([3, 4]);
    expect(lines({ limit: 100, wanted: 1 })).toEqual([1, 2, 3, 4]);
    expect(lines({ limit: 2, wanted: 1 })).toEqual([1, 2]);
  });

  it("counts within a game, if one is selected", () => {
    expect([1, 2, 3].map((wanted) => lines({ limit: 1, wanted, game: "kuhn" }))).toEqual([[1], [3], [4]]);
    expect(lines({ limit: 1, wanted: 1, game: "ttt" })).toEqual([2]);
    const numbers = (game?: string) => selectEpisodes(path, { limit: 9, game }, () => {}).map(numberOf);
    expect(numbers("kuhn")).toEqual([1, 2, 3]);
    expect(numbers()).toEqual([1, 2, 3, 4]);
    const damaged = logOf(`${formatEpisode(ttt)}\n{}\n${formatEpisode(kuhn(0))}\n`);
    const warnings: string[] = [];
    expect(selectEpisodes(damaged, { limit: 1, wanted: 1, game: "kuhn" }, (w) => warnings.push(w))[0].line).toBe(3);
    expect(warnings).toHaveLength(1);
  });

  it("says what is missing", () => {
    expect(() => lines({ limit: 1, wanted: 9 })).toThrow("lines are 1 to 4");
    expect(() => lines({ limit: 1, wanted: 4, game: "kuhn" })).toThrow("no episode 4 of kuhn; there are 3");
    expect(() => lines({ limit: 1, game: "negotiation" })).toThrow("no episode of negotiation");
  });
});

describe("what a viewer sees", () => {
  it("everything, chance included", () => {
    expect(moments(kuhn(0), "all").map(({ kind, player }) => player ?? kind)).toEqual(["chance", 0, 1, 0, "end"]);
    expect(transcript(kuhn(0), "all")).toMatch(
      /Chance: K J[\s\S]*plays \[check\][\s\S]*plays \[bet\][\s\S]*plays \[call\]/,
    );
  });

  it("a seat: its own decisions, and never the other's card", () => {
    const first = transcript(kuhn(0), 0);
    expect(first).toContain("Your card is: K");
    expect(first).not.toContain("Your card is: J");
    expect(first).not.toContain("Chance");
    const second = transcript(kuhn(0), 1);
    expect(second).toContain("Your card is: J");
    expect(second).not.toContain("Your card is: K");
    expect(moments(kuhn(0), 1).map(({ kind }) => kind)).toEqual(["player", "end"]);
    // Player 1's view before the end holds its own card alone; everybody's holds both.
    const cards = (viewer: 1 | "all") =>
      moments(kuhn(0), viewer).map(({ view }) => view?.kind === "cards" && view.cards);
    expect(cards(1)[0]).toEqual([[null], [expect.stringMatching(/^[JQK]$/)]]);
    expect(cards("all").slice(1).flat(2)).not.toContain(null);
  });

  it("takes control characters out of names, which a terminal would obey", () => {
    expect(transcript({ ...kuhn(0), players: ["\x1b[2J", "b"] }, "all")).not.toContain("\x1b");
  });

  it("shows the final board and the result", () => {
    expect(transcript(ttt, "all")).toMatch(/X \| X \| X[\s\S]*Result: Player 0 \(X\) \+1, Player 1 \(O\) −1$/);
  });
});

describe("stepping", () => {
  const stepper = { entries: [kuhn(0), ttt].map((episode, i) => ({ line: i + 1, episode })), viewer: "all" as const };
  const start = startAt(0);
  const pressing = (keys: string): Position | undefined =>
    keysIn(keys).reduce<Position | undefined>((p, key) => p && press(stepper, p, key), start);

  it("moves within the episode and between episodes, and not beyond", () => {
    expect(pressing("\x1b[C\x1b[C")).toMatchObject({ moment: 2 });
    expect(pressing(" n\x1b[D")).toMatchObject({ moment: 1 });
    expect(pressing("ppp")).toMatchObject({ moment: 0 });
    expect(pressing("Gnn")).toMatchObject({ moment: 4 });
    expect(pressing("Gg")).toMatchObject({ moment: 0 });
    expect(pressing("nee")).toMatchObject({ episode: 1, moment: 0 });
    expect(pressing("eEE")).toMatchObject({ episode: 0, moment: 0 });
    expect(pressing("?")).toMatchObject({ help: true });
    expect(pressing("zü\x1b[2~")).toEqual(start);
  });

  it("ends on q and Ctrl-C", () => {
    expect(pressing("nq")).toBeUndefined();
    expect(pressing("\x03")).toBeUndefined();
  });

  it.each([
    [120, 40],
    [80, 10],
    [40, 12],
    [39, 10],
    [10, 4],
    [1, 1],
  ])("fits %i columns and %i rows at every moment", (columns, rows) => {
    for (let episode = 0; episode < 2; episode++) {
      for (let moment = 0; moment < 5; moment++) {
        const { lines } = frame(stepper, { ...startAt(episode), moment, help: moment === 3 }, plain, columns, rows);
        expect(lines.length).toBeLessThanOrEqual(rows);
        for (const line of lines) expect([...line].length).toBeLessThanOrEqual(columns);
      }
    }
  });

  const drawn = (position: Position | undefined, columns: number, rows: number, more = {}) =>
    frame({ ...stepper, ...more }, position ?? start, plain, columns, rows);

  it("jumps to the episode whose number is typed", () => {
    const numbered = {
      ...stepper,
      entries: stepper.entries.map((entry, i) => ({ ...entry, number: 31 + i, line: 50 + i })),
    };
    const typing = (keys: string): Position =>
      keysIn(keys).reduce((p, key) => press(numbered, p, key) ?? p, { ...startAt(0), moment: 2 });
    expect(typing("32\r")).toEqual(startAt(1));
    expect(typing("39\x7f2\r")).toMatchObject({ episode: 1 });
    expect(typing("32\x1b")).toEqual({ ...startAt(0), moment: 2 });
    // Another key leaves the number and does what it does.
    expect(typing("32n")).toMatchObject({ episode: 0, moment: 3, typed: "" });
    expect(typing("50\r")).toMatchObject({ episode: 0, moment: 2, notice: "No episode 50 here: 31 to 32." });
    expect(typing("50\rn").notice).toBe("");
    expect(typing("9".repeat(40)).typed).toHaveLength(12);
    expect(press(numbered, typing("3"), "q")).toBeUndefined();
    expect(drawn(typing("32"), 50, 24, numbered).lines.at(-1)).toBe("Go to episode 32_ · Enter: go · Esc: stay");
    expect(drawn(typing("32"), 39, 24, numbered).lines.at(-1)).toBe("Episode 32_ · Enter · Esc");
    expect(drawn(typing("32"), 80, 24, numbered).lines[0]).toBe("kuhn · update 1 · game 0 · episode 31 · 1 of 2");
    expect(drawn(typing("50\r"), 39, 24, numbered).lines.at(-1)).toBe("No episode 50 here: 31 to 32.");
  });

  it("scrolls a text that is longer than the terminal, and no further", () => {
    const shown = (keys: string, rows = 10) => {
      let position: Position = start;
      let frame = drawn(position, 39, rows);
      for (const key of keysIn(`n${keys}`)) {
        position = press(stepper, position, key, frame.page) ?? position;
        frame = drawn(position, 39, rows);
        position = { ...position, scroll: frame.scroll };
      }
      return frame.lines.join("\n");
    };
    expect(shown("")).toMatch(/↑ \d+ more lines: u[\s\S]*\[check\],\s\[bet\]/);
    expect(shown("")).not.toMatch(/↓/);
    expect(shown("u")).toMatch(/↑ \d+ more lines: u[\s\S]*↓ \d+ more lines: d/);
    expect(shown("u".repeat(40))).toMatch(/You are Player 0[\s\S]*↓ \d+ more lines: d/);
    expect(shown("u".repeat(40))).not.toMatch(/↑/);
    expect(shown(`${"\x1b[5~".repeat(40)}d`)).toMatch(/↑ /);
    expect(shown("uud\x1b[6~d")).toBe(shown(""));
    expect(shown("uunp")).toBe(shown(""));
    expect(shown("uu", 60)).toBe(shown("", 60));
  });

  it("plays by itself, from episode to episode, until the end of the last", () => {
    let position = pressing("a") as Position;
    const visited: string[] = [];
    for (let i = 0; i < 20 && position.autoplay; i++) {
      visited.push(`${position.episode}.${position.moment}`);
      position = autoplayed(stepper, position);
    }
    const [first, second] = [5, 6];
    expect(visited).toHaveLength(first + second);
    expect(visited.slice(4, 6)).toEqual(["0.4", "1.0"]);
    expect(position).toEqual({ ...startAt(1), moment: second - 1, autoplay: false });
    expect(pressing("aa")).toEqual(start);
    expect(pressing("an")).toMatchObject({ autoplay: true, moment: 1 });
    // It waits while a number is typed or the help is read.
    for (const keys of ["a1", "a?"]) expect(autoplayed(stepper, pressing(keys) as Position)).toEqual(pressing(keys));
    expect(drawn(pressing("a"), 39, 24).lines.at(-1)).toMatch(/^▶ /);
  });

  it("leaves out what matters least where there is no room for all", () => {
    const at = (columns: number, rows: number) => drawn(pressing("n"), columns, rows).lines;
    const all = at(80, 40).join("\n");
    for (const part of [
      "kuhn · update 1",
      "Player 0 (first): a",
      "▸[check]",
      "Your card is: K",
      "plays [check]",
      "q quit",
    ]) {
      expect(all).toContain(part);
    }
    const few = at(39, 10);
    expect(few).toHaveLength(10);
    expect(few[0]).toBe("kuhn · line 1 · 1 of 2");
    expect(few.join("\n")).not.toContain("Player 0 (first): a");
    expect(few.slice(-2)).toEqual(["Player 0 (first) plays [check]", "←/→ step · e/E game · ? help · q quit"]);
    expect(at(39, 3).at(-1)).toBe("Player 0 (first) plays [check]");
    // What answers a key stays.
    expect(drawn(pressing("5"), 39, 3).lines.at(-1)).toBe("Episode 5_ · Enter · Esc");
    // A long game's moves take one line, around the current one.
    const long: Episode = { ...ttt, actions: [0, 1, 2, 4, 3, 5, 7, 6, 8], returns: [0, 0] };
    const { lines } = drawn({ ...start, moment: 4 }, 12, 40, { entries: [{ line: 1, episode: long }] });
    expect(lines.filter((line) => line.includes("▸"))).toEqual([expect.stringMatching(/^… .*▸\[3\].* …$/)]);
  });

  it("fits its help and its keys into 39 columns", () => {
    const lines = drawn(pressing("?"), 39, 14).lines;
    expect(lines.join("\n")).toMatch(/→ space n {5}next move\n[\s\S]*q {13}quit\n\n←\/→/);
    expect(drawn(pressing("?"), 39, 6).lines[0]).toMatch(/next move/);
    expect(pressing("??")).toEqual(start);
  });

  it("shows an episode that breaks the rules as such, and goes on to the next", () => {
    const broken = {
      entries: [{ line: 1, episode: { ...ttt, actions: [0, 0] } }, ...stepper.entries],
      viewer: 0 as const,
    };
    expect(frame(broken, start, plain, 80, 24).lines.join("\n")).toMatch(
      /does not follow the rules: action 0 at ply 1/,
    );
    expect(press(broken, start, "n")).toMatchObject({ moment: 0 });
    expect(press(broken, start, "e")).toMatchObject({ episode: 1 });
  });
});

describe("probabilities", () => {
  const of = (moves: readonly MoveProbability[]) => ({
    policy: "p@1",
    at: (ply: number) => (ply === 1 ? moves : undefined),
  });
  const two = [
    { name: "[check]", probability: 0.25 },
    { name: "[bet]", probability: 0.75 },
  ];
  const [deal, check] = moments(kuhn(0), "all");

  it("are a line below the decision", () => {
    expect(probabilityLine(of(two), check)).toBe("p@1: [check]\u00a00.250  [bet]\u00a00.750");
    expect(probabilityLine(of(two), deal)).toBeUndefined();
    expect(probabilityLine(undefined, check)).toBeUndefined();
    const text = transcript(kuhn(0), "all", (moment) => probabilityLines(of(two), moment));
    expect(text.match(/p@1/g)).toHaveLength(1);
    expect(text).toContain("Player 0 (first) plays [check]\n  p@1: [check]");
  });

  it("of many moves: the likeliest, and the one that was played", () => {
    const many = Array.from({ length: 30 }, (_, i) => ({ name: i === 3 ? "[check]" : `[${i}]`, probability: i / 435 }));
    const line = probabilityLine(of(many), check) as string;
    expect(line).toMatch(/^p@1: \[29\]\u00a00\.067 {2}\[28\][^…]*\[21\]\u00a00\.048 {2}\[check\]\u00a00\.007 {2}…$/);
    expect(line.split("  ")).toHaveLength(11);
    expect(probabilityLine(of(many), check, 3)).toMatch(/^p@1: \[29\].{6} {2}\[28\].{6} {2}\[check\].{6} {2}…$/);
  });

  it("stand in the frame; a policy that cannot be read is told there", () => {
    const entries = [{ line: 1, episode: kuhn(0) }];
    const at = (probabilities: Stepper["probabilities"]) =>
      frame({ entries, viewer: "all", probabilities }, { ...startAt(0), moment: 1 }, plain, 20, 60).lines.join("\n");
    expect(at(() => of(two))).toContain("p@1: [check] 0.250\n[bet] 0.750");
    expect(at(() => undefined)).not.toContain("0.250");
    const damaged = () => {
      throw new UserError(3, "a checkpoint is damaged.");
    };
    expect(at(damaged).replaceAll("\n", " ")).toContain("No probabilities: a checkpoint is damaged.");
  });
});

describe("an episode in which words were said", () => {
  /** Deal K J, check; the second player's two answers are not legal, and it forfeits. */
  const spoken: Episode = {
    ...kuhn(3),
    actions: [4, 0],
    returns: [0.5, -1.5],
    forfeit: { seat: 1, reason: "no legal action\u001b[2J in 2 answers" },
    said: [
      { ply: 1, answers: [{ text: "A king.\n\\boxed{[check]}\n" }] },
      { ply: 2, answers: [{ text: "[raise]", illegal: "[raise] is not available." }, { text: "\u001b[31mhm" }] },
    ],
  };

  it("shows the words and the forfeit, and nothing that a terminal would obey", () => {
    const text = transcript(spoken, "all");
    expect(text).toContain("  > A king.\n  > \\boxed{[check]}\n\nPlayer 0 (first) plays [check]");
    expect(text).toContain("  > [raise]\n  not legal: [raise] is not available.\n  > hm\n");
    expect(text).toMatch(
      /\+0\.5, Player 1 \(second\) −1\.5; Player 1 \(second\) forfeits: no legal action in 2 answers$/,
    );
    expect(text).not.toContain("\u001b");
  });

  it("shows a player its own words alone", () => {
    expect(transcript(spoken, 0)).toContain("A king.");
    expect(transcript(spoken, 0)).not.toContain("[raise]");
    expect(transcript(spoken, 1)).not.toContain("A king.");
    expect(transcript(spoken, 1)).toContain("[raise]");
    const alone = { entries: [{ line: 1, episode: spoken }], viewer: 0 as const };
    const { lines } = frame(alone, startAt(0), plain, 80, 40);
    expect(lines.join("\n")).toContain("> A king.");
  });
});

describe("an episode of training whose player answers in words", () => {
  const written: Episode = {
    ...kuhn(3),
    actions: [4, 0, 1],
    returns: [0.5, -1.5],
    forfeit: { seat: 0, reason: "The response is not a legal action." },
    said: [
      { ply: 1, answers: [{ text: "hmm [check]" }] },
      { ply: 2, answers: [{ text: "[bet]" }] },
      { ply: 3, answers: [{ text: "bet fold ]", illegal: "The response is not a legal action." }] },
    ],
  };
  const words = (ply: number) =>
    ply === 1 ? [{ word: "hmm", probability: 0.5 }, { word: "[" }, { word: "check", probability: 0.25 }] : undefined;
  const given = { policy: "p@1", at: () => undefined, words };

  it("shows the prompt that was read, before the answer", () => {
    const text = transcript(written, "all");
    expect(text).toContain("  < Kuhn Poker. You are player 0. Moves: none. You hold K. Action:\n  > hmm [check]\n");
    expect(text).toContain("  < Kuhn Poker. You are player 1. Moves: check. You hold J. Action:\n  > [bet]\n");
    expect(text).toContain("check, bet. You hold K. Action:\n  > bet fold ]\n  not legal: The response is not");
    expect(moments(written, "all").map(({ prompt }) => prompt !== undefined)).toEqual([false, true, true, true]);
    expect(transcript(written, 0)).not.toContain("You are player 1.");
    expect(transcript(written, 1)).not.toContain("hmm");
  });

  it("shows no prompt of players who read something else", () => {
    expect(transcript({ ...written, update: undefined }, "all")).not.toContain("  <");
    expect(transcript(kuhn(3), "all")).not.toContain("  <");
  });

  it("shows the probabilities of words below the move", () => {
    const text = transcript(written, "all", (moment) => probabilityLines(given, moment));
    expect(text.match(/words:/g)).toHaveLength(1);
    expect(text).toContain("plays [check]\n  words: hmm\u00a00.500  [  check\u00a00.250\n");
  });

  it("keeps the marks apart from the text in a narrow terminal", () => {
    const entries = [{ line: 1, episode: written }];
    const { lines } = frame(
      { entries, viewer: "all", probabilities: () => given },
      { ...startAt(0), moment: 1 },
      plain,
      30,
      40,
    );
    expect(lines.join("\n")).toContain(
      "  < Kuhn Poker. You are player\n    0. Moves: none. You hold\n    K. Action:\n  > hmm [check]\n",
    );
    expect(lines.join("\n")).toContain("words: hmm 0.500  [\ncheck 0.250");
  });
});
