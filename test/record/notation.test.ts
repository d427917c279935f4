/** Games as text: every game reads back as it was, and what is no game says why. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { forfeitReturns } from "../../src/games/forfeit.ts";
import { gameIds, getGame } from "../../src/games/registry.ts";
import { type Episode, formatEpisode } from "../../src/record/episode.ts";
import { formatNotation, parseNotation } from "../../src/record/notation.ts";
import { readLog } from "../../src/replay/log.ts";

const kuhn: Episode = {
  game: "kuhn",
  version: getGame("kuhn").version,
  index: 12,
  players: ["random", "nash"],
  actions: [4, 0, 1, 1],
  returns: [2, -2],
};

const TEXT = `[Game "kuhn"]
[Version "1"]
[First "random"]
[Second "nash"]
[Result "2 -2"]
[Index "12"]

{K J} [check] [bet] [call]
`;

/** The game in which the n-th move is the picks[n]-th legal one, stopped and forfeited where `stop` says. */
function episodeOf(id: string, picks: readonly number[], stop: number, names: readonly [string, string]): Episode {
  const game = getGame(id);
  const actions: number[] = [];
  const common = { game: game.id, version: game.version, index: picks.length, players: names };
  for (let state = game.initial(); ; ) {
    const turn = game.turn(state);
    const ply = actions.length;
    if (turn.kind === "end") return { ...common, update: 3, actions, returns: turn.returns.map((r) => r + 0) as [number, number] }; // biome-ignore format: a line
    if (turn.kind === "player" && ply >= stop) {
      const forfeit = { seat: turn.player, reason: `"${names[0]}"\n` };
      return { ...common, actions, returns: forfeitReturns(game, turn.player), forfeit };
    }
    const action = turn.actions[(picks[ply % picks.length] as number) % turn.actions.length] as number;
    actions.push(action);
    state = game.apply(state, action);
  }
}

describe("a game as text", () => {
  it("is what people read", () => {
    expect(formatNotation(kuhn)).toBe(TEXT);
    expect(parseNotation(TEXT)).toEqual(kuhn);
    const long = formatNotation(episodeOf("negotiation", [40, 7, 93, 8], 99, ["a", "b"]));
    expect(long).toMatch(/\n\n\[Offer: .*\]\n/);
    expect(long.split("\n").every((line) => line.length <= 100)).toBe(true);
  });

  it.each([...gameIds, "negotiation:maxQuantity=3", "negotiation-private:maxTurns=4"])("%s: reads back", (id) => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(10_000), { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 0, max: 60 }),
        fc.tuple(fc.string(), fc.string({ unit: "grapheme" })),
        (picks, stop, names) => {
          const episode = episodeOf(id, picks, stop, names);
          const text = formatNotation(episode);
          expect(parseNotation(text)).toEqual(episode);
          // Written by hand: other line ends and spaces.
          expect(parseNotation(text.replaceAll("\n", "\r\n").replace(/\] \[/g, "]\n  ["))).toEqual(episode);
        },
      ),
      { numRuns: 25 },
    );
  });

  it.each<[string, string, RegExp]>([
    ["no game", TEXT.replace(/^.*\n/, ""), /tag Game/],
    ["another game", TEXT.replace("kuhn", "khn"), /Unknown game "khn"/],
    ["no version", TEXT.replace('Version "1"', 'Version "one"'), /tag Version/],
    ["no result", TEXT.replace("2 -2", "2"), /tag Result/],
    ["half a result", TEXT.replace("2 -2", "2 "), /tag Result/],
    ["no player", TEXT.replace(/.First.*\n/, ""), /tag First/],
    ["a move that is none", TEXT.replace("[bet]", "[raise]"), /"\[raise\] \[call\]", at ply 2, names nothing/],
    ["chance that is none", TEXT.replace("K J", "K K"), /"\{K K\}.*", at ply 0/],
    ["a game that stops early", TEXT.replace(" [call]", ""), /stop after 3 actions/],
    ["moves after the end", TEXT.replace("[call]", "[call] [bet]"), /ends after 4 actions, and its text goes on/],
    ["a broken quotation", TEXT.replace('"nash"', '"na\\sh"'), /no text in quotation marks/],
    ["a third seat", TEXT.replace("[Index", '[Forfeit "2"]\n[Index'), /tag Forfeit/],
  ])("%s is refused", (_what, text, reason) => {
    expect(() => parseNotation(text)).toThrow(reason);
  });
});

it("numbers what has another's name", () => {
  const game = getGame("kuhn");
  const { actionName } = game;
  const spy = vi.spyOn(game, "actionName").mockImplementation((state, action) => {
    return game.turn(state).kind === "chance" ? "some cards" : actionName(state, action);
  });
  try {
    const text = formatNotation(kuhn);
    expect(text).toContain("{some cards #4} [check] [bet] [call]");
    expect(parseNotation(text)).toEqual(kuhn);
  } finally {
    spy.mockRestore();
  }
});

it("tells a name from a longer one that it begins", () => {
  const game = getGame("kuhn");
  const spy = vi.spyOn(game, "actionName").mockImplementation((_, action) => "x".repeat(6 - action));
  try {
    expect(parseNotation(formatNotation(kuhn))).toEqual(kuhn);
    expect(formatNotation(kuhn)).toContain("{xx} xxxxxx xxxxx xxxxx");
  } finally {
    spy.mockRestore();
  }
});

describe("a file of them", () => {
  const read = (text: string): { lines: unknown[]; warnings: string[] } => {
    const path = join(mkdtempSync(join(tmpdir(), "spiral-notation-")), "games.txt");
    writeFileSync(path, text);
    const warnings: string[] = [];
    return { lines: [...readLog(path, (warning) => warnings.push(warning))], warnings };
  };

  it("is read game by game, under the lines where they begin", () => {
    const second = { ...kuhn, index: 13 };
    const { lines, warnings } = read(`${TEXT}\n\n${formatNotation(second)}`);
    expect(lines).toEqual([
      { line: 1, episode: kuhn },
      { line: 11, episode: second },
    ]);
    expect(warnings).toEqual([]);
  });

  it("reports what is wrong, goes on, and drops a torn end", () => {
    const broken = TEXT.replace("[bet]", "[fold]");
    // Torn within a move, and between two.
    for (const end of [9, 8]) {
      const { lines, warnings } = read(`${broken}\n${TEXT}\n${TEXT.slice(0, -end)}`);
      expect(lines).toMatchObject([
        { line: 1, problem: expect.stringContaining("[fold]") },
        { line: 10, episode: kuhn },
      ]);
      expect(warnings).toEqual([expect.stringMatching(/games\.txt:19: .*torn/)]);
    }
  });

  it("may hold lines of a log before its games", () => {
    expect(read(`${formatEpisode(kuhn)}\n\n${TEXT}`).lines).toEqual([
      { line: 1, episode: kuhn },
      { line: 3, episode: kuhn },
    ]);
  });
});
