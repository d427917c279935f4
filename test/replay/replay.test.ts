import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Episode, formatEpisode } from "../../src/record/episode.ts";
import { formatNotation } from "../../src/record/notation.ts";
import { moments, transcript } from "../../src/record/transcript.ts";
import { readLog } from "../../src/replay/log.ts";
import { selectEpisodes } from "../../src/replay/select.ts";
import { frame, keysIn, type Position, press } from "../../src/replay/stepper.ts";

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
    expect(lines({ limit: 1, line: 3 })).toEqual([3]);
    expect(lines({ limit: 2, game: "kuhn" })).toEqual([3, 4]);
    expect(lines({ limit: 100, line: 1 })).toEqual([1, 2, 3, 4]);
    expect(lines({ limit: 2, line: 1 })).toEqual([1, 2]);
  });

  it("says what is missing", () => {
    expect(() => lines({ limit: 1, line: 9 })).toThrow("lines are 1 to 4");
    expect(() => lines({ limit: 1, line: 2, game: "kuhn" })).toThrow("an episode of ttt, not kuhn");
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
  const start: Position = { episode: 0, moment: 0, help: false };
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
    expect(pressing("zü\x1b[5~")).toEqual(start);
  });

  it("ends on q and Ctrl-C", () => {
    expect(pressing("nq")).toBeUndefined();
    expect(pressing("\x03")).toBeUndefined();
  });

  it.each([
    [120, 40],
    [40, 12],
    [10, 4],
    [1, 1],
  ])("fits %i columns and %i rows at every moment", (columns, rows) => {
    for (let episode = 0; episode < 2; episode++) {
      for (let moment = 0; moment < 5; moment++) {
        const lines = frame(stepper, { episode, moment, help: moment === 3 }, plain, columns, rows);
        expect(lines.length).toBeLessThanOrEqual(rows);
        for (const line of lines) expect([...line].length).toBeLessThanOrEqual(columns);
      }
    }
  });

  it("shows an episode that breaks the rules as such, and goes on to the next", () => {
    const broken = {
      entries: [{ line: 1, episode: { ...ttt, actions: [0, 0] } }, ...stepper.entries],
      viewer: 0 as const,
    };
    expect(frame(broken, start, plain, 80, 24).join("\n")).toMatch(/does not follow the rules: action 0 at ply 1/);
    expect(press(broken, start, "n")).toMatchObject({ moment: 0 });
    expect(press(broken, start, "e")).toMatchObject({ episode: 1 });
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
    const lines = frame(alone, { episode: 0, moment: 0, help: false }, plain, 80, 40);
    expect(lines.join("\n")).toContain("> A king.");
  });
});
