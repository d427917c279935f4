/** How a policy writes, by role, against what its games' texts say and against thoughts that are spelled out. */
import { describe, expect, it } from "vitest";
import { getGame } from "../../src/games/registry.ts";
import { GameGraph, type Infoset } from "../../src/graph/game-graph.ts";
import type { Distribution, Policy } from "../../src/policies/policy.ts";
import type { TextSettings } from "../../src/policies/policy-kind.ts";
import { decodingOf } from "../../src/policies/text/settings.ts";
import type { TokenState } from "../../src/policies/text/token-state.ts";
import { vocabularyOf } from "../../src/policies/text/vocabulary.ts";
import { wordsOf } from "../../src/policies/text/words.ts";
import { writingOf } from "../../src/policies/text/writing.ts";
import { mutualInformation, writingMetrics } from "../../src/rl/writing-metrics.ts";
import type { Plan, Trajectories } from "../../src/selfplay/plan.ts";
import { play } from "../../src/selfplay/play.ts";
import { uniformAt } from "../../src/util/rng.ts";

const THOUGHTS = ["hmm", "well"];
const TEXT: TextSettings = {
  ...{ width: 32, layers: 1, heads: 4, context: 64, outputScale: 0.1 },
  ...{ decoding: "legal", think: 2, thoughts: THOUGHTS },
};

function setUp(id: string, settings: Partial<TextSettings> = {}) {
  const game = getGame(id);
  const text = { ...TEXT, ...settings };
  const vocabulary = vocabularyOf([game], text.thoughts === "all" ? [] : text.thoughts);
  const writing = writingOf([game], vocabulary, (g) => decodingOf(g, text, vocabulary), text.decoding, {});
  return { writing, graph: new GameGraph(writing.played(game)) };
}

/** Probabilities that depend on `keyOf` alone. */
const policyBy = (keyOf: (infoset: Infoset) => string): Policy => ({
  name: "test",
  distributions: (infosets) =>
    infosets.map((infoset): Distribution => {
      const seed = [...keyOf(infoset)].reduce((hash, c) => (Math.imul(hash, 31) + c.charCodeAt(0)) | 0, 7);
      const { at } = infoset.state as TokenState;
      // In free decoding, mostly words that lead on.
      const weights = infoset.actions.map(
        (_, slot) => (at?.open.includes(slot) ? 200 : 1) * (0.05 + uniformAt(seed, 0, slot)),
      );
      const sum = weights.reduce((a, b) => a + b, 0);
      return Float64Array.from(weights, (w) => w / sum);
    }),
});
const byKey = policyBy(({ player, key }) => player + key);

function playSome(graph: GameGraph, policies: Plan["policies"], episodes = 200, paired = false): Trajectories {
  const [trajectories] = play([{ graph, episodes, policies, paired, chanceKey: 1, actionKey: 2 }]);
  return trajectories as Trajectories;
}

/** Every response of the episodes with the seat that wrote it, by `writing.told`. */
function responsesOf({ plan, plies, slots }: Trajectories, { told }: ReturnType<typeof setUp>["writing"]) {
  const { graph } = plan;
  return Array.from({ length: plan.episodes }, (_, e) => {
    let node = graph.root;
    const actions: number[] = [];
    const seats: number[] = [];
    for (let ply = 0; ply < (plies[e] as number); ply++) {
      if (node.turn.kind === "end") throw new Error("over");
      if (node.turn.kind === "player" && !graph.game.turns?.continues(node.state)) seats.push(node.turn.player);
      const slot = slots[e * graph.game.maxPlies + ply] as number;
      actions.push(node.turn.actions[slot] as number);
      node = graph.child(node, slot);
    }
    return told(graph.game, actions).responses.map((response, i) => ({ ...response, seat: seats[i] as number }));
  }).flat();
}

const isThought = (word: string): boolean => THOUGHTS.includes(word);
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describe.each(["legal", "free"] as const)("in %s decoding", (decoding) => {
  const { graph, writing } = setUp("kuhn", { decoding });
  const trajectories = playSome(graph, [byKey, byKey]);
  const figures = writingMetrics([trajectories], byKey, writing).kuhn;

  it.each(["first", "second"])("lengths and rates of the role %s are those of its responses", (role) => {
    const own = responsesOf(trajectories, writing).filter(({ seat }) => role === ["first", "second"][seat]);
    const thoughts = own.map(({ text }) => {
      const [first, second] = wordsOf(text).map(isThought);
      return first ? (second ? 2 : 1) : 0;
    });
    const share = (why: RegExp) => mean(own.map(({ illegal = "" }) => (why.test(illegal) ? 1 : 0)));
    expect(figures?.[role]?.thinking).toBeCloseTo(mean(thoughts), 12);
    expect(figures?.[role]?.invalid).toBeCloseTo(share(/not a legal action/), 12);
    expect(figures?.[role]?.truncated).toBeCloseTo(share(/longer than the limit/), 12);
    expect(share(/./) > 0.1).toBe(decoding === "free");
  });

  it("the mutual information is that of the thoughts, spelled out", () => {
    const { infosets, decisions, plies } = trajectories;
    const { game } = graph;
    const turns = [new Map<Infoset, number>(), new Map<Infoset, number>()] as const;
    for (let e = 0; e < 200; e++) {
      for (let ply = 0; ply < (plies[e] as number); ply++) {
        const infoset = infosets[decisions[e * game.maxPlies + ply] as number];
        if (!infoset || game.turns?.continues(infoset.state)) continue;
        turns[infoset.player].set(infoset, (turns[infoset.player].get(infoset) ?? 0) + 1);
      }
    }
    /** P(the words of thought, and no more of them). */
    const probability = (start: Infoset, words: readonly string[]): number => {
      let node = graph.node(start.state);
      let p = 1;
      for (let k = 0; ; k++) {
        if (k === 2) return p;
        const here = node.infoset as Infoset;
        const [distribution] = byKey.distributions([here]) as [Distribution];
        const names = here.actions.map((action) => game.actionName(node.state, action));
        const slot = names.indexOf(words[k] as string);
        if (slot < 0)
          return p * mean(distribution.filter((_, i) => !isThought(names[i] as string)) as never) * (names.length - 2);
        p *= distribution[slot] as number;
        node = graph.child(node, slot);
      }
    };
    const all = [[], ...THOUGHTS.flatMap((one) => [[one], ...THOUGHTS.map((two) => [one, two])])];
    turns.forEach((visited, seat) => {
      const count = [...visited.values()].reduce((a, b) => a + b);
      let expected = 0;
      for (const words of all) {
        const given = [...visited].map(([infoset, n]) => [n / count, probability(infoset, words)] as const);
        const marginal = given.reduce((sum, [share, p]) => sum + share * p, 0);
        for (const [share, p] of given) expected += share * p * Math.log(p / marginal);
      }
      expect(figures?.[["first", "second"][seat] as string]?.information).toBeCloseTo(expected, 10);
      expect(expected).toBeGreaterThan(0.01);
    });
  });
});

it("the entropy is that of a response, and outcomes are by the sign of the return", () => {
  const { graph, writing } = setUp("biased:of=kuhn,bonus=1", { think: 0 });
  const trajectories = playSome(graph, [byKey, byKey]);
  const { first, second } = writingMetrics([trajectories], byKey, writing).biased ?? {};
  // Without thoughts a response is one decision.
  const entropies = [...trajectories.decisions].flatMap((index, cell) => {
    const [e, ply] = [Math.floor(cell / graph.game.maxPlies), cell % graph.game.maxPlies];
    const infoset = trajectories.infosets[index];
    if (ply >= (trajectories.plies[e] as number) || infoset?.player !== 1) return [];
    const [distribution] = byKey.distributions([infoset]) as [Distribution];
    return [-distribution.reduce((sum, p) => sum + p * Math.log(p), 0)];
  });
  expect(second?.entropy).toBeCloseTo(mean(entropies), 12);
  const share = (sign: number) =>
    mean(Array.from({ length: 200 }, (_, e) => (Math.sign(trajectories.returns[2 * e] as number) === sign ? 1 : 0)));
  expect([first?.win, first?.draw, first?.loss]).toEqual([share(1), share(0), share(-1)]);
  expect([second?.win, second?.draw, second?.loss]).toEqual([share(-1), share(0), share(1)]);
  expect(first?.draw).toBeGreaterThan(0);
  expect(first?.information).toBeUndefined();
});

it("against another policy, only the learner's turns and episodes count", () => {
  const { graph, writing } = setUp("kuhn");
  const other = policyBy(({ key }) => `other ${key}`);
  const trajectories = playSome(graph, [byKey, other], 200, true);
  const { first } = writingMetrics([trajectories], byKey, writing).kuhn ?? {};
  const own = mean(Array.from({ length: 100 }, (_, k) => ((trajectories.returns[4 * k] as number) > 0 ? 1 : 0)));
  expect(first?.win).toBe(own);
});

it("thoughts that ignore the prompt say nothing of it, however varied", () => {
  const { graph, writing } = setUp("ttt");
  const template = policyBy(({ game, state, actions }) => {
    const names = actions.map((action) => game.actionName(state, action));
    return names.some(isThought) ? `${(state as { written: readonly number[] }).written}` : "";
  });
  const { X } = writingMetrics([playSome(graph, [template, template], 50)], template, writing).ttt ?? {};
  expect(X?.entropy).toBeGreaterThan(1);
  expect(X?.information).toBeLessThan(1e-12);
  expect(mutualInformation([0.5, 0.5], [new Map([["a", 1]]), new Map([["b", 1]])])).toBeCloseTo(Math.log(2), 12);
});

it("too many thoughts are not followed", () => {
  const { graph, writing } = setUp("kuhn", { thoughts: "all", think: 3 });
  const { first } = writingMetrics([playSome(graph, [byKey, byKey], 20)], byKey, writing).kuhn ?? {};
  expect(first?.thinking).toBeGreaterThan(1);
  expect(first).not.toHaveProperty("information");
});
