import { describe, expect, it } from "vitest";
import { gameIds, getGame } from "../../src/games/registry.ts";
import { type Episode, formatEpisode, parseEpisode } from "../../src/record/episode.ts";
import { replaySteps } from "../../src/record/steps.ts";
import { transcript } from "../../src/record/transcript.ts";
import { verifyEpisode } from "../../src/record/verify.ts";
import { UserError } from "../../src/util/errors.ts";
import { Rng } from "../../src/util/rng.ts";

/** A game of random moves. */
function randomEpisode(id: string, rng: Rng): Episode {
  const game = getGame(id);
  const actions: number[] = [];
  for (let state = game.initial(); ; ) {
    const turn = game.turn(state);
    if (turn.kind === "end") {
      const { version } = game;
      return { game: game.id, version, update: 3, index: 7, players: ["a", "b"], actions, returns: turn.returns };
    }
    const action = turn.actions[rng.below(turn.actions.length)] as number;
    actions.push(action);
    state = game.apply(state, action);
  }
}

/** Deal K J, check, bet, call: the first player wins 2. */
const kuhn: Episode = {
  game: "kuhn",
  version: getGame("kuhn").version,
  index: 0,
  players: ["a", "b"],
  actions: [4, 0, 1, 1],
  returns: [2, -2],
};

/** The same deal; the second player, asked for its reply to a check, says nothing that is legal. */
const forfeited: Episode = {
  ...kuhn,
  actions: [4, 0],
  returns: [0.5, -1.5],
  forfeit: { seat: 1, reason: "no legal action in 2 answers" },
  said: [
    { ply: 1, answers: [{ text: "I check.\n\\boxed{[check]}", promptTokens: 120, completionTokens: 8 }] },
    { ply: 2, answers: [{ text: "[raise]", illegal: "[raise] is not available." }, { text: "\u001b[2J" }] },
  ],
};

describe("the line of an episode", () => {
  it("comes back as it was and agrees with the rules, in every game", () => {
    const rng = new Rng("episodes");
    for (const id of gameIds) {
      for (let i = 0; i < 20; i++) {
        const episode = randomEpisode(id, rng);
        // Returns of −0 read back as 0, which is the same return.
        const line = formatEpisode(episode);
        expect(formatEpisode(parseEpisode(line))).toBe(line);
        expect(verifyEpisode(parseEpisode(line))).toBeUndefined();
      }
    }
  });

  it("has a fixed shape, which scripts and later versions read", () => {
    expect(formatEpisode({ ...kuhn, update: 12 })).toBe(
      '{"game":"kuhn","version":1,"update":12,"index":0,"players":["a","b"],"actions":[4,0,1,1],"returns":[2,-2],"check":"5999f3e4"}',
    );
  });

  it("holds a forfeit and what was said, and reads them back", () => {
    const line = formatEpisode(forfeited);
    expect(line).toContain(
      '"returns":[0.5,-1.5],"forfeit":{"seat":1,"reason":"no legal action in 2 answers"},"said":[{"ply":1,',
    );
    expect(parseEpisode(line)).toEqual(forfeited);
    expect(verifyEpisode(forfeited)).toBeUndefined();
    const steps = [...replaySteps(getGame("kuhn"), forfeited)];
    expect(steps.map(({ turn }) => turn.kind)).toEqual(["chance", "player", "end"]);
    expect(steps.at(-1)).toMatchObject({ ply: 2, turn: { returns: [0.5, -1.5] }, action: undefined });
  });

  it("holds a forfeit at today's price, and at the former one, which a replay shows as it was", () => {
    const now: Episode = { ...forfeited, returns: [1, -3] };
    expect(verifyEpisode(now)).toBeUndefined();
    expect([...replaySteps(getGame("kuhn"), now)].at(-1)?.turn).toEqual({ kind: "end", returns: [1, -3] });
    expect(transcript(now, "all")).toContain("Result: Player 0 (first) +1, Player 1 (second) −3; Player 1");
    expect(transcript(forfeited, "all")).toContain("Result: Player 0 (first) +0.5, Player 1 (second) −1.5; Player 1");
  });

  it("marks an answer that was cut off", () => {
    const [{ ply, answers } = { ply: 0, answers: [] }] = forfeited.said ?? [];
    const cut: Episode = {
      ...forfeited,
      said: [{ ply, answers: answers.map((answer) => ({ ...answer, cutOff: true })) }],
    };
    expect(parseEpisode(formatEpisode(cut))).toEqual(cut);
    const wrong = { ...cut, said: [{ ply, answers: [{ text: "", cutOff: 1 }] }] } as unknown as Episode;
    expect(() => parseEpisode(formatEpisode(wrong))).toThrow(/"said" must be/);
  });

  it("does not pass with any character altered, added or taken away", () => {
    const line = formatEpisode(kuhn);
    for (let i = 0; i < line.length; i++) {
      const other = line[i] === "1" ? "2" : "1";
      expect(() => parseEpisode(line.slice(0, i) + other + line.slice(i + 1)), `altered at ${i}`).toThrow(UserError);
      expect(() => parseEpisode(line.slice(0, i) + line.slice(i + 1)), `taken away at ${i}`).toThrow(UserError);
      expect(() => parseEpisode(`${line.slice(0, i)} ${line.slice(i)}`), `added at ${i}`).toThrow(UserError);
    }
    expect(() => parseEpisode(`${line} `)).toThrow(UserError);
  });

  it.each([
    ["", "not valid JSON"],
    ["{", "not valid JSON"],
    ["null", "not an episode"],
    ["[1]", "not an episode"],
    ['{"a":1}', "not an episode"],
    ['{"a":1,"check":"00000000"}', "altered"],
  ])("%j is refused: %s", (line, reason) => {
    expect(() => parseEpisode(line)).toThrow(reason);
  });

  it.each([
    ["game", { game: 3 }],
    ["game", { game: "kuhn\u001b[2J" }],
    ["game", { game: "" }],
    ["version", { version: -1 }],
    ["update", { update: 1.5 }],
    ["index", { index: "7" }],
    ["players", { players: ["a"] }],
    ["players", { players: ["a", "b\u009b31m"] }],
    ["actions", { actions: [0, -1] }],
    ["actions", { actions: { length: 1 } }],
    ["returns", { returns: [1, null] }],
    ["forfeit", { forfeit: 1 }],
    ["forfeit", { forfeit: { seat: 2, reason: "" } }],
    ["forfeit", { forfeit: { seat: 0 } }],
    ["said", { said: {} }],
    ["said", { said: [{ ply: 1, answers: "none" }] }],
    ["said", { said: [{ ply: 1, answers: [{ text: 3 }] }] }],
    ["said", { said: [{ ply: 1, answers: [{ text: "", illegal: 1 }] }] }],
    ["said", { said: [{ ply: 1, answers: [{ text: "", promptTokens: -1 }] }] }],
  ])("a wrong %s is named even where the checksum is right", (key, change) => {
    const line = formatEpisode({ ...kuhn, ...change } as unknown as Episode);
    expect(() => parseEpisode(line)).toThrow(`"${key}"`);
  });
});

describe("verifying an episode", () => {
  it.each<[string, Partial<Episode>, RegExp]>([
    ["an unknown game", { game: "khn" }, /Unknown game "khn".*kuhn/],
    ["a name from Object.prototype", { game: "__proto__" }, /Unknown game/],
    ["another version of the rules", { version: 99 }, /at version 1 .*played with 99/],
    [
      "an illegal action",
      { actions: [4, 0, 5, 1] },
      /action 5 at ply 2 is not legal; legal there: 0 \[check\], 1 \[bet\]/,
    ],
    ["an impossible deal", { actions: [6, 0, 0] }, /action 6 at ply 0/],
    ["a game that stops early", { actions: [4, 0, 1] }, /stops after 3 actions/],
    ["a game that goes on after its end", { actions: [4, 0, 1, 1, 0] }, /ends after 4 actions, the episode has 5/],
    ["other returns", { returns: [1, -1] }, /returns 2, -2; the episode says 1, -1/],
    ["another price of a forfeit", { ...forfeited, returns: [1, -1] }, /returns 1, -3; the episode says 1, -1/],
    ["a forfeit out of turn", { ...forfeited, forfeit: { seat: 0, reason: "" } }, /player 0 forfeits at ply 2/],
    ["a forfeit of what chance decides", { ...forfeited, actions: [] }, /player 1 forfeits at ply 0/],
    ["a forfeit after the end", { forfeit: { seat: 1, reason: "" } }, /nothing left to forfeit/],
    ["a forfeit after an illegal action", { ...forfeited, actions: [4, 5] }, /action 5 at ply 1/],
    ["words after the end", { said: [{ ply: 4, answers: [] }] }, /said at ply 4, after the end/],
  ])("names %s", (_what, change, reason) => {
    expect(verifyEpisode({ ...kuhn, ...change })).toMatch(reason);
  });

  it("walks through every position, chance and end included", () => {
    const steps = [...replaySteps(getGame("kuhn"), kuhn)];
    expect(steps.map(({ turn }) => turn.kind)).toEqual(["chance", "player", "player", "player", "end"]);
    expect(steps.map(({ name }) => name)).toEqual(["K J", "[check]", "[bet]", "[call]", undefined]);
  });
});
