/** One game of players who are asked: what is drawn, what is taken back, how it ends. Matches of them: match.test.ts. */
import { describe, expect, it } from "vitest";
import { type AskedGame, type Move, playAskedGame, type Side } from "../../src/arena/asked-game.ts";
import { getGame } from "../../src/games/registry.ts";
import { GameGraph } from "../../src/graph/game-graph.ts";
import type { Choice, GameEnd, MoveMade } from "../../src/players/player.ts";
import { uniform } from "../../src/policies/policy.ts";
import { verifyEpisode } from "../../src/record/verify.ts";

/** Chooses what the script says, decision after decision. */
function scripted(...script: (Choice | { backTo: number })[]): Side & { ends: GameEnd[]; plies: number[] } {
  const [ends, plies]: [GameEnd[], number[]] = [[], []];
  return {
    name: "scripted",
    async choose({ ply }) {
      plies.push(ply);
      return script.shift() ?? { forfeit: "the script is over" };
    },
    ended: (end) => ends.push(end),
    ends,
    plies,
  };
}

const gameOf = (id: string, seats: AskedGame["seats"], more: Partial<AskedGame> = {}): AskedGame => ({
  graph: new GameGraph(getGame(id)),
  seats,
  episode: 7,
  draw: { chance: () => 0.99, move: () => 0 },
  signal: new AbortController().signal,
  ...more,
});

describe("a game", () => {
  it("draws by the number of the chance event and by the ply", async () => {
    const asked: string[] = [];
    const drawing = (what: string) => (number: number) => {
      asked.push(`${what} ${number}`);
      return 0;
    };
    const draw = { chance: drawing("chance"), move: drawing("move") };
    // Leduc: a card each, check, check, the card on the board, check, check.
    const played = await playAskedGame(gameOf("leduc", [uniform, scripted({ slot: 0 }, { slot: 0 })], { draw }));
    expect(asked).toEqual(["chance 0", "chance 1", "move 2", "chance 2", "move 5"]);
    expect(played.actions).toHaveLength(7);
  });

  it("tells of every move, and those who are asked of the end", async () => {
    const seen: Move[] = [];
    const person = scripted({ slot: 1, said: [{ text: "I bet." }] });
    const played = await playAskedGame(gameOf("kuhn", [person, uniform], { onMove: (move) => seen.push(move) }));
    expect(seen.map(({ action }) => action)).toEqual(played.actions);
    expect(seen.map(({ node }) => node.turn.kind)).toEqual(["chance", "player", "player"]);
    expect(played.said).toEqual([{ ply: 1, answers: [{ text: "I bet." }] }]);
    const game = getGame("kuhn");
    const state = played.actions.reduce((before, action) => game.apply(before, action), game.initial());
    expect(person.ends).toEqual([{ episode: 7, seat: 0, returns: played.returns, last: { game, state } }]);
    const leaver = scripted();
    const { returns } = await playAskedGame(gameOf("kuhn", [leaver, uniform]));
    expect(leaver.ends).toEqual([{ episode: 7, seat: 0, returns }]);
  });

  it("tells those who are asked what was shown in a round that is over, and of nothing else where something is hidden", async () => {
    const told: MoveMade[] = [];
    // Sixes only: every bid holds, so that whoever calls it loses a die.
    const bidder = { ...scripted({ slot: 0 }, { slot: 0 }, { slot: 0 }), moved: (move: MoveMade) => told.push(move) };
    const caller: Side = {
      distributions: (sets) =>
        sets.map(({ actions }) => Float64Array.from(actions, (_, i) => (i === actions.length - 1 ? 1 : 0))),
    };
    const game = gameOf("liars-dice-match:dice=2", [bidder, caller], { draw: { chance: () => 0.99, move: () => 0.5 } });
    await playAskedGame(game);
    expect(told.every(({ name, player }) => / loses a die$/.test(name) && player === undefined)).toBe(true);
    const { name, shown } = told[0] as MoveMade;
    expect([name, shown?.game]).toEqual(["Player 1 loses a die", game.graph.game]);
    expect(shown?.game.view?.(shown.state, 0)).toMatchObject({
      dice: [
        [6, 6],
        [6, 6],
      ],
      caller: 1,
    });
  });

  it("goes back to where a move is taken back; the record knows nothing of what was there", async () => {
    const script = [
      { slot: 4, said: [{ text: "the centre" }] },
      { backTo: 0 },
      { slot: 0, said: [{ text: "a corner" }] },
      { forfeit: "resigned", said: [{ text: "I give up." }] },
    ];
    const person = scripted(...script);
    const moves: number[] = [];
    const played = await playAskedGame(
      gameOf("ttt", [person, uniform], { onMove: ({ action }) => moves.push(action) }),
    );
    expect(person.plies).toEqual([0, 2, 0, 2]);
    expect(moves).toEqual([4, 0, 0, 1]);
    expect(played).toEqual({
      actions: [0, 1],
      returns: [-1.5, 0.5],
      forfeit: { seat: 0, reason: "resigned" },
      said: [
        { ply: 0, answers: [{ text: "a corner" }] },
        { ply: 2, answers: [{ text: "I give up." }] },
      ],
    });
    const { version } = getGame("ttt");
    expect(verifyEpisode({ game: "ttt", version, index: 7, players: ["a", "b"], ...played })).toBeUndefined();
  });

  it("ends with the signal's reason, even where whoever is asked never answers", async () => {
    const mute: Side = { name: "mute", choose: () => new Promise(() => {}) };
    const leaving = new AbortController();
    const game = gameOf("ttt", [mute, uniform], { signal: leaving.signal });
    const playing = playAskedGame(game);
    leaving.abort(130);
    await expect(playing).rejects.toBe(130);
    await expect(playAskedGame(game)).rejects.toBe(130);
  });
});
