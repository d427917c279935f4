/** The token game: words and prompts of every game, plies and turns, symmetries, and the way back to actions. */
import assert from "node:assert/strict";
import { describe, expect, it } from "vitest";
import type { Game } from "../../src/games/game.ts";
import { getGame } from "../../src/games/registry.ts";
import { GameGraph, type Infoset } from "../../src/graph/game-graph.ts";
import { type Distribution, type Policy, uniform } from "../../src/policies/policy.ts";
import type { TextSettings, Writing } from "../../src/policies/policy-kind.ts";
import { decodingOf } from "../../src/policies/text/settings.ts";
import type { TokenState } from "../../src/policies/text/token-state.ts";
import { textsOf, vocabularyOf } from "../../src/policies/text/vocabulary.ts";
import { textOf, wordsOf } from "../../src/policies/text/words.ts";
import { writingOf } from "../../src/policies/text/writing.ts";
import { learnerDecisions } from "../../src/rl/advantages/advantage.ts";
import { mergeRows } from "../../src/rl/rows.ts";
import { play } from "../../src/selfplay/play.ts";
import { uniformAt } from "../../src/util/rng.ts";
import { smallText } from "./small-text.ts";

const WALKABLE = ["kuhn", "kuhn-match", "ttt", "ttt-draw", "leduc", "negotiation", "liars-dice"];

const SETTINGS: TextSettings = { ...smallText, width: 32, layers: 2, heads: 4 };

function writingFor(game: Game, settings: Partial<TextSettings> = {}) {
  const text = { ...SETTINGS, ...settings };
  const vocabulary = vocabularyOf([game], text.thoughts === "all" ? [] : text.thoughts);
  return {
    vocabulary,
    writing: writingOf([game], vocabulary, (g) => decodingOf(g, text, vocabulary), text.decoding, {}),
  };
}

/** Any distribution, as a function of the player and the key. It treats the members of an orbit alike. */
const arbitrary = ({ canonical: { player, key, actions } }: Infoset): Distribution => {
  let seed: number = player;
  for (const letter of key) seed = (Math.imul(seed, 31) + letter.charCodeAt(0)) | 0;
  const weights = actions.map((_, slot) => 0.05 + uniformAt(seed, 0, slot));
  const sum = weights.reduce((a, b) => a + b, 0);
  return Float64Array.from(weights, (w) => w / sum);
};
/** It answers at representatives, as networks do. */
const decisions = (infosets: readonly Infoset[]): Distribution[] =>
  infosets.map((infoset) => {
    const there = arbitrary(infoset);
    return infoset.toCanonical ? Float64Array.from(infoset.toCanonical, (slot) => there[slot] as number) : there;
  });

const pairs = (words: readonly string[]): string[][] =>
  words.flatMap((first) => words.map((second) => [first, second]));

/** The product over the words of a response, of which those that are forced count 1. */
function probabilityOf(played: GameGraph, infoset: Infoset, response: readonly number[]): number {
  let state = (played.game as unknown as { begin(state: unknown): TokenState }).begin(infoset.state);
  for (let p = 1; ; ) {
    const agrees = state.written.every((token, i) => token === response[i]);
    const here = played.node(state).infoset as Infoset;
    const slot = here.actions.indexOf(response[state.written.length] as number);
    if (!agrees || slot < 0) return 0;
    p *= decisions([here])[0]?.[slot] as number;
    if (state.at?.follow(slot).kind === "action") return p;
    state = played.game.apply(state, here.actions[slot] as number) as TokenState;
  }
}

/** The actions of a game of the inner game, written without a thought and told again. */
function spelledAndTold(writing: Writing, played: GameGraph, actions: readonly number[]): readonly number[] {
  let node = played.root;
  const plies: number[] = [];
  for (const action of actions) {
    for (const ply of node.infoset ? writing.spelled(node.state, action) : [action]) {
      assert(node.turn.kind !== "end");
      plies.push(ply);
      node = played.child(node, node.turn.actions.indexOf(ply));
    }
  }
  assert(node.turn.kind === "end");
  const told = writing.told(played.game, plies);
  for (const { text } of told.responses) assert(text.startsWith("["));
  return told.actions;
}

function playSome(graph: GameGraph, policy: Policy): void {
  play([{ graph, episodes: 300, policies: [policy, policy], paired: false, chanceKey: 1, actionKey: 2 }]);
}

describe.each(WALKABLE)("%s", (id) => {
  const game = getGame(id);
  const graph = new GameGraph(game);
  if (id === "liars-dice") playSome(graph, uniform);
  else graph.expand(20_000);
  const infosets = graph.infosets.filter((_, i) => i % Math.ceil(graph.infosets.length / 600) === 0);

  it("has prompts that tell its information sets apart, in words that spell", () => {
    const seen = new Set<string>();
    const names = new Set<string>();
    for (const { state, player, actions } of graph.infosets) {
      const prompt = game.prompt?.(state, player) ?? "";
      assert(!seen.has(player + prompt), prompt);
      seen.add(player + prompt);
      assert.equal(textOf(wordsOf(prompt)).replaceAll(" ", ""), prompt.replaceAll(" ", ""));
      for (const action of actions) names.add(game.actionName(state, action));
    }
    for (const name of names) assert.equal(textOf(wordsOf(name)), name);
    for (const node of graph.nodes.slice(0, 3000)) {
      if (!node.infoset) continue;
      const { player, state } = node.infoset;
      assert.equal(game.prompt?.(node.state, player), game.prompt?.(state, player));
    }
    const { longestPrompt, longestAction } = textsOf(game);
    expect(longestPrompt + longestAction).toBeLessThanOrEqual(64);
  });

  it("gives back a policy of actions that was written in words", () => {
    const { writing } = writingFor(game);
    const policy: Policy = { name: "arbitrary", symmetric: true, distributions: decisions };
    const found = writing.distributions(infosets, (words) => writing.written(policy).distributions(words));
    decisions(infosets).forEach((distribution, i) => {
      distribution.forEach((p, slot) => {
        assert(Math.abs(p - (found[i]?.[slot] as number)) < 1e-12, `${infosets[i]?.key}: ${slot}`);
      });
    });
  });

  it.each([0, 2])("has the marginals of responses that are spelled out, with %i words of thought", (think) => {
    const { writing, vocabulary } = writingFor(game, { think });
    const some = infosets.filter((_, i) => i % Math.ceil(infosets.length / 40) === 0);
    const found = writing.distributions(some, decisions);
    const thoughts = think === 0 ? [[]] : [[], ["hmm"], ["well"], ...pairs(["hmm", "well"])];
    const played = new GameGraph(writing.played(game));
    some.forEach((infoset, i) => {
      infoset.actions.forEach((action, slot) => {
        const name = game.actionName(infoset.state, action);
        const sum = thoughts
          .map((words) => probabilityOf(played, infoset, vocabulary.tokens([...words, name].join(" "))))
          .reduce((a, b) => a + b);
        assert(Math.abs(sum - (found[i]?.[slot] as number)) < 1e-12, `${infoset.key}: ${sum} ${found[i]?.[slot]}`);
      });
    });
  });

  it.each(["legal", "free"] as const)("spells an action in one way, in %s decoding", (decoding) => {
    const { writing, vocabulary } = writingFor(game, { decoding, think: 1 });
    const begin = (writing.played(game) as Game & { begin(state: unknown): TokenState }).begin;
    for (const { state, actions } of infosets.filter((_, i) => i % 20 === 0)) {
      for (const action of actions) {
        const name = vocabulary.tokens(game.actionName(state, action));
        const plies = writing.spelled(begin(state), action);
        // In legal decoding, words without a choice are no plies.
        if (decoding === "free") assert.deepEqual(plies, name);
        else assert(plies.every((ply) => name.includes(ply)) && plies.length <= name.length);
      }
    }
  });

  it("draws thoughts where there are too many, near to the exact marginals", () => {
    // 3 words and 6 of them are 1093 thoughts; the decisions here make nearly all of them short.
    const { writing, vocabulary } = writingFor(game, { think: 6, thoughts: ["hmm", "well", "so"] });
    const exact = writingFor(game, { think: 2, thoughts: ["hmm", "well", "so"] }).writing;
    const briefly = (infosets: readonly Infoset[]): Distribution[] =>
      infosets.map(({ state, actions }) => {
        const { written } = state as TokenState;
        const thinks = actions.filter((token) => ["hmm", "well", "so"].includes(vocabulary.words[token] as string));
        const p = actions.map((token) => {
          if (thinks.length === 0) return 1 + (token % 3) + written.length;
          return thinks.includes(token) ? (written.length >= 2 ? 0 : 0.2) : 0.4;
        });
        const sum = p.reduce((a, b) => a + b, 0);
        return Float64Array.from(p, (x) => x / sum);
      });
    const some = infosets.filter((_, i) => i % Math.ceil(infosets.length / 4) === 0);
    const [drawn, known] = [writing, exact].map((w) => w.distributions(some, briefly));
    some.forEach((_, i) => {
      drawn?.[i]?.forEach((p, slot) => {
        assert(Math.abs(p - (known?.[i]?.[slot] as number)) < 0.06, `${p} ${known?.[i]?.[slot]}`);
      });
    });
    expect(writing.distributions(some, briefly)).toEqual(drawn);
  });

  it("plays games of the inner game, of which it tells the words", () => {
    const { writing } = writingFor(game, { think: 1 });
    const policy: Policy = { name: "arbitrary", symmetric: true, distributions: (sets) => sets.map(arbitrary) };
    const played = new GameGraph(writing.played(game));
    const plan = { graph: played, episodes: 40, policies: [policy, policy] as const, paired: false };
    const [trajectories] = play([{ ...plan, chanceKey: 5, actionKey: 6 }]);
    assert(trajectories);
    const { plies, slots, returns } = trajectories;
    let turns = 0;
    for (let e = 0; e < 40; e++) {
      let node = played.root;
      const actions: number[] = [];
      for (let ply = 0; ply < (plies[e] as number); ply++) {
        const slot = slots[e * played.game.maxPlies + ply] as number;
        assert(node.turn.kind !== "end");
        actions.push(node.turn.actions[slot] as number);
        node = played.child(node, slot);
      }
      const told = writing.told(played.game, actions);
      expect(spelledAndTold(writing, played, told.actions)).toEqual(told.actions);
      let state = game.initial();
      for (const [ply, action] of told.actions.entries()) {
        const turn = game.turn(state);
        assert(turn.kind !== "end" && turn.actions.includes(action));
        const response = told.responses.find((r) => r.ply === ply);
        assert.equal(turn.kind === "player", response !== undefined);
        if (response) {
          turns++;
          assert(response.text.endsWith(game.actionName(state, action)), response.text);
          assert(wordsOf(response.text).filter((word) => word === "hmm" || word === "well").length <= 1);
        }
        state = game.apply(state, action);
      }
      assert.deepEqual(game.turn(state), { kind: "end", returns: [returns[2 * e], returns[2 * e + 1]] });
    }
    // T counts turns, so that every game has the same weight, whatever its words.
    const decided = learnerDecisions(trajectories).cells.length;
    expect(decided).toBeGreaterThanOrEqual(turns);
    expect(mergeRows([trajectories], [new Float64Array(decided)]).decisions).toBe(turns);
  });
});
