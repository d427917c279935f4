/** The batched game loop follows the rules, and its episodes do not depend on what is played beside them or was cached. */
import assert from "node:assert/strict";
import { describe, expect, it } from "vitest";
import { getGame } from "../../src/games/registry.ts";
import { type Policy, uniform } from "../../src/policies/policy.ts";
import { verifyEpisode } from "../../src/record/verify.ts";
import type { Trajectories } from "../../src/selfplay/plan.ts";
import { episodeOf, play } from "../../src/selfplay/play.ts";
import { content, plan, playOne } from "./plans.ts";

const ids = ["kuhn", "ttt", "kuhn-match", "negotiation", "negotiation-private"] as const;

describe.each(ids)("%s", (id) => {
  it("every episode replays against the engine to its returns and its decisions", () => {
    const game = getGame(id);
    const t = playOne(plan(id, 300));
    for (let e = 0; e < 300; e++) {
      const episode = episodeOf(t, e, 4);
      assert.equal(verifyEpisode(episode), undefined);
      assert.deepEqual([episode.index, episode.update, episode.actions.length], [e, 4, t.plies[e]]);
      let state = game.initial();
      episode.actions.forEach((action, ply) => {
        const turn = game.turn(state);
        const cell = e * game.maxPlies + ply;
        const infoset = t.infosets[t.decisions[cell] as number];
        assert.equal(turn.kind === "end" ? "end" : turn.actions[t.slots[cell] as number], action);
        assert.equal(infoset?.key, turn.kind === "player" ? game.infosetKey(state, turn.player) : undefined);
        assert.equal(infoset?.player, turn.kind === "player" ? turn.player : undefined);
        state = game.apply(state, action);
      });
    }
    expect(new Set(t.infosets).size).toBe(t.infosets.length);
  });

  it("does not depend on what was expected, what was played beside it, or what the graph has seen", () => {
    // Texts are compared in a tenth of the time.
    const text = (t: Trajectories): string => JSON.stringify(content(t));
    const alone = text(playOne(plan(id, 120)));
    const used = plan(id, 120);
    const first = playOne({ ...used, episodes: 500, actionKey: 5, policies: [uniform, uniform] });
    const again = playOne(used);
    expect(text(again)).toBe(alone);
    // The order of first visit is the order of the learner's rows.
    expect(again.infosets.map(({ key }) => key)).toEqual(playOne(plan(id, 120)).infosets.map(({ key }) => key));
    expect(text(playOne({ ...used, expected: first.ids.slice().reverse() }))).toBe(alone);
    expect(text(playOne({ ...used, expected: first.ids.slice(0, 3) }))).toBe(alone);
    // Ids that the graph does not have.
    expect(text(playOne({ ...plan(id, 120), expected: [0, 1e6] }))).toBe(alone);
    const beside = play([plan("ttt", 50), plan(id, 120), used, plan("kuhn", 7)]);
    expect(text(beside[1] as Trajectories)).toBe(alone);
    expect(text(beside[2] as Trajectories)).toBe(alone);
    // Nor on how many episodes follow.
    expect(content(playOne(plan(id, 40)))).toEqual(JSON.parse(alone).slice(0, 40));
  });

  it("asks a policy at most once about an information set", () => {
    const asked: string[] = [];
    const counting: Policy = {
      name: "counting",
      distributions(infosets) {
        asked.push(...infosets.map(({ player, key }) => `${player}${key}`));
        return uniform.distributions(infosets);
      },
    };
    const { infosets, ids, plan: first } = playOne(plan(id, 200, { policies: [counting, counting] }));
    expect(asked.length).toBe(new Set(asked).size);
    expect(asked.length).toBe(infosets.length);
    asked.length = 0;
    const again = { ...first, actionKey: 1, expected: ids };
    const second = playOne(again);
    expect(asked.length).toBe(new Set(asked).size);
    expect(asked.length).toBe(new Set([...infosets, ...second.infosets]).size);
  });
});

it("no games at all", () => {
  expect(play([])).toEqual([]);
  expect(playOne(plan("kuhn", 0)).infosets).toEqual([]);
});
