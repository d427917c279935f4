/** Matches: the same games however they are played, every seat and deal where it belongs, and what happens when a player cannot go on. */
import assert from "node:assert/strict";
import { describe, expect, it } from "vitest";
import { playAsked } from "../../src/arena/asked-match.ts";
import { playMatch } from "../../src/arena/match.ts";
import { BLOCK, type Match, type MatchOptions, matchRng } from "../../src/arena/pairing.ts";
import { getGame } from "../../src/games/registry.ts";
import type { AskedPlayer, Choice, Decision, GameEnd, PolicyPlayer } from "../../src/players/player.ts";
import { type Episode, formatEpisode } from "../../src/record/episode.ts";
import { verifyEpisode } from "../../src/record/verify.ts";
import { UserError } from "../../src/util/errors.ts";
import { Rng } from "../../src/util/rng.ts";
import { randomPolicy } from "../helpers.ts";

function policyPlayer(name: string): PolicyPlayer {
  return { kind: "policy", name, plays: () => true, policy: () => randomPolicy(name) };
}

/** Chooses by the text that it reads, some turns of the event loop later. */
function slowPlayer(name: string, overrides: Partial<AskedPlayer> = {}): AskedPlayer {
  return {
    kind: "asked",
    name,
    plays: () => true,
    async choose({ infoset, episode, ply }): Promise<Choice> {
      const rng = new Rng(`${name} ${episode} ${ply}`);
      for (let wait = rng.below(6); wait > 0; wait--) await new Promise((resolve) => setImmediate(resolve));
      return { slot: rng.below(infoset.actions.length), said: [{ text: `${infoset.key} ${ply}` }] };
    },
    ...overrides,
  };
}

const matchOf = (id: string, players: Match["players"], seed = 1): Match => {
  const game = getGame(id);
  return { game, players, rng: matchRng(seed, game, players) };
};

/** Every game's line, in order of its number; and the order in which they came. */
async function played(
  match: Match,
  options: MatchOptions,
  play = playMatch,
): Promise<{ lines: string[]; order: number[]; episodes: Episode[] }> {
  const episodes: Episode[] = [];
  for await (const games of play(match, options)) {
    for (const { index, returns, episode } of games) {
      assert.deepEqual([episode().index, episode().returns], [index, returns]);
      episodes.push(episode());
    }
  }
  const order = episodes.map(({ index }) => index);
  episodes.sort((a, b) => a.index - b.index);
  return { lines: episodes.map(formatEpisode), order, episodes };
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

describe.each(["ttt", "kuhn", "leduc", "negotiation-private:maxTurns=4"])("a match at %s", (id) => {
  const players = [policyPlayer("a"), policyPlayer("b")] as const;

  it("is played by the rules, seats swapped on the same deal", async () => {
    const { episodes } = await played(matchOf(id, players), { pairs: 40 });
    expect(episodes.map(({ index }) => index)).toEqual(range(80));
    const game = getGame(id);
    const deal = ({ actions }: Episode): number[] => {
      let state = game.initial();
      const chance: number[] = [];
      for (const action of actions) {
        if (game.turn(state).kind === "chance") chance.push(action);
        state = game.apply(state, action);
      }
      return chance;
    };
    for (const episode of episodes) {
      assert.equal(verifyEpisode(episode), undefined);
      assert.deepEqual(episode.players, episode.index % 2 === 0 ? ["a", "b"] : ["b", "a"]);
    }
    for (let pair = 0; pair < 40; pair++) {
      const [one, two] = [deal(episodes[2 * pair] as Episode), deal(episodes[2 * pair + 1] as Episode)];
      const both = Math.min(one.length, two.length);
      assert.deepEqual(one.slice(0, both), two.slice(0, both));
    }
  });

  it("gives the same games move by move as in batches, and however often the graph is grown anew", async () => {
    const match = matchOf(id, players);
    // More than a block, and a block that is not full.
    const pairs = BLOCK + 9;
    const batched = await played(match, { pairs });
    const asked = await played(match, { pairs, atOnce: 5 }, playAsked);
    expect(asked.lines).toEqual(batched.lines);
    expect((await played(match, { pairs, maxNodes: 1 })).lines).toEqual(batched.lines);
    expect((await played(match, { pairs, maxNodes: 1 }, playAsked)).lines).toEqual(batched.lines);
    expect((await played(matchOf(id, players, 2), { pairs })).lines).not.toEqual(batched.lines);
  });

  it("goes on where it was stopped", async () => {
    for (const sides of [players, [players[0], slowPlayer("slow")]] as const) {
      const match = matchOf(id, sides);
      const whole = await played(match, { pairs: BLOCK + 5 });
      const isDone = (index: number): boolean => index < 2 * BLOCK - 3 || index % 5 === 2;
      const rest = await played(match, { pairs: BLOCK + 5, isDone });
      expect(rest.lines).toEqual(whole.lines.filter((_, index) => !isDone(index)));
    }
  });
});

describe("players who are asked", () => {
  it("play the same games however many are under way, and are told which, and how they end", async () => {
    const ends: GameEnd[] = [];
    const match = matchOf("kuhn", [slowPlayer("slow", { ended: (end) => ends.push(end) }), policyPlayer("b")]);
    const [one, many] = [await played(match, { pairs: 30, atOnce: 1 }), await played(match, { pairs: 30, atOnce: 12 })];
    expect(many.lines).toEqual(one.lines);
    expect(one.order).toEqual(range(60));
    expect(many.order).not.toEqual(range(60));
    for (const run of [ends.slice(0, 60), ends.slice(60)]) {
      run.sort((a, b) => a.episode - b.episode);
      expect(run).toMatchObject(
        one.episodes.map(({ index, returns }) => ({ episode: index, seat: index % 2, returns })),
      );
      // The last position is an end with those returns.
      expect(run.map(({ last }) => last?.game.turn(last.state))).toMatchObject(run.map(({ returns }) => ({ returns })));
    }
    // The second of Kuhn's players speaks once or not at all, at the plies after the deal.
    expect(one.episodes.flatMap(({ said = [] }) => said).every(({ ply, answers }) => answers[0]?.text.endsWith(` ${ply}`))).toBe(true); // biome-ignore format: a line
  });

  it("never have more games under way than allowed, and know each by a number of its own", async () => {
    let [now, most] = [0, 0];
    const seen = new Map<number, number[]>();
    const counting = slowPlayer("counting", {
      async choose({ episode, ply }: Decision) {
        now++;
        most = Math.max(most, now);
        seen.set(episode, [...(seen.get(episode) ?? []), ply]);
        await new Promise((resolve) => setImmediate(resolve));
        now--;
        return { slot: 0 };
      },
    });
    await played(matchOf("ttt", [counting, policyPlayer("b")]), { pairs: 20, atOnce: 7, firstEpisode: 1000 });
    expect(most).toBe(7);
    expect([...seen.keys()].sort((a, b) => a - b)).toEqual(range(40).map((index) => 1000 + index));
    for (const plies of seen.values()) expect(plies).toEqual([...plies].sort((a, b) => a - b));
  });

  it("who play one game after the other do so against a policy, which does not run ahead of them", async () => {
    const person = slowPlayer("person", { oneByOne: true });
    const { order } = await played(matchOf("kuhn", [person, policyPlayer("b")]), { pairs: 20, atOnce: 12 });
    expect(order).toEqual(range(40));
    const others = await played(matchOf("kuhn", [person, slowPlayer("model")]), { pairs: 20, atOnce: 12 });
    expect(others.order).not.toEqual(range(40));
  });

  it("forfeit at a price, with what they said", async () => {
    const silent = slowPlayer("silent", {
      choose: async ({ ply }) =>
        ply >= 2 ? { forfeit: "no words", said: [{ text: "hm", illegal: "no action" }] } : { slot: 0 },
    });
    const { episodes } = await played(matchOf("ttt", [silent, policyPlayer("b")]), { pairs: 3 });
    for (const episode of episodes) {
      const seat = episode.index % 2;
      expect(episode).toMatchObject({
        returns: seat === 0 ? [-1.5, 0.5] : [0.5, -1.5],
        forfeit: { seat, reason: "no words" },
        said: [{ ply: 2 + seat, answers: [{ text: "hm", illegal: "no action" }] }],
      });
      expect(episode.actions).toHaveLength(2 + seat);
      expect(verifyEpisode(episode)).toBeUndefined();
    }
  });

  it("who cannot go on end the match, after the games that had ended", async () => {
    let asked = 0;
    const signals = new Set<AbortSignal | undefined>();
    const dying = slowPlayer("dying", {
      async choose({ signal }) {
        signals.add(signal);
        await new Promise((resolve) => setImmediate(resolve));
        if (++asked >= 30) throw new UserError(1, "The endpoint is gone.");
        return { slot: 0 };
      },
    });
    const before: number[] = [];
    const match = matchOf("ttt", [dying, policyPlayer("b")]);
    const failing = (async () => {
      for await (const games of playMatch(match, { pairs: 100, atOnce: 4 }))
        before.push(...games.map(({ index }) => index));
    })();
    await expect(failing).rejects.toThrow("The endpoint is gone.");
    expect(before.length).toBeGreaterThan(4);
    expect(before.length).toBeLessThan(15);
    expect([...signals].map((signal) => signal?.aborted)).toEqual([true]);
    expect(asked).toBeLessThan(40);
  });

  it("are not waited for once nobody wants more games, even where they never answer", async () => {
    let calls = 0;
    const stuck = slowPlayer("stuck", {
      choose: ({ episode }) => {
        calls++;
        return episode < 2 ? Promise.resolve({ slot: 0 }) : new Promise<Choice>(() => {});
      },
    });
    for await (const games of playMatch(matchOf("ttt", [stuck, policyPlayer("b")]), { pairs: 50, atOnce: 4 })) {
      expect(games.length).toBeGreaterThan(0);
      break;
    }
    expect(calls).toBeLessThan(30);
  });

  it("who choose what is not there are a bug, and said to be", async () => {
    for (const slot of [-1, 9, 0.5, Number.NaN]) {
      const wrong = slowPlayer("wrong", { choose: async () => ({ slot }) });
      await expect(played(matchOf("ttt", [wrong, policyPlayer("b")]), { pairs: 1 })).rejects.toThrow(
        "wrong chose slot",
      );
    }
  });
});

describe("what is drawn", () => {
  it("is other in every block", async () => {
    const { episodes } = await played(matchOf("kuhn", [policyPlayer("a"), policyPlayer("b")]), { pairs: 3 * BLOCK });
    const games = episodes.map(({ actions }) => actions.join());
    const blocks = [0, 1, 2].map((block) => games.slice(2 * BLOCK * block, 2 * BLOCK * (block + 1)).join(" "));
    expect(new Set(blocks).size).toBe(3);
  });

  it("depends on who plays whom, at what, with which seed", () => {
    const [a, b] = [{ name: "a" }, { name: "b" }];
    const key = (...args: Parameters<typeof matchRng>) => matchRng(...args).key();
    const keys = [
      key(1, getGame("ttt"), [a, b]),
      key(2, getGame("ttt"), [a, b]),
      key(1, getGame("kuhn"), [a, b]),
      key(1, getGame("ttt"), [b, a]),
      key(1, getGame("ttt"), [a, { name: "a b" }]),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    expect(key(1, getGame("ttt"), [a, b])).toBe(keys[0]);
  });

  it("asks a policy once about each information set, however many blocks there are", async () => {
    const asked = new Map<string, number>();
    const policy = randomPolicy("counted");
    const counted: PolicyPlayer = {
      ...policyPlayer("counted"),
      policy: () => ({
        ...policy,
        distributions(infosets) {
          for (const { player, key } of infosets) asked.set(`${player}${key}`, (asked.get(`${player}${key}`) ?? 0) + 1);
          return policy.distributions(infosets);
        },
      }),
    };
    await played(matchOf("kuhn", [counted, policyPlayer("b")]), { pairs: 4 * BLOCK });
    expect(asked.size).toBe(12);
    expect([...asked.values()].every((times) => times === 1)).toBe(true);
  });

  it("keeps two players apart who are one policy", async () => {
    const { episodes } = await played(matchOf("kuhn", [policyPlayer("same"), policyPlayer("same")]), { pairs: 20 });
    expect(episodes).toHaveLength(40);
    const one = policyPlayer("same");
    const again = await played(matchOf("kuhn", [one, one]), { pairs: 20 });
    expect(again.episodes).toEqual(episodes);
  });
});
