/** The probabilities of the words of a response: of all responses that can be written they multiply and add up to π. */
import assert from "node:assert/strict";
import { expect, it } from "vitest";
import type { Game } from "../../src/games/game.ts";
import { getGame } from "../../src/games/registry.ts";
import { GameGraph, type Infoset } from "../../src/graph/game-graph.ts";
import type { Distribution } from "../../src/policies/policy.ts";
import { policyModel } from "../../src/policies/registry.ts";
import { smallText } from "./small-text.ts";

const text = { ...smallText, think: 2 };

/** A distribution that depends on where in the response it is asked for. */
const decisions = (infosets: readonly Infoset[]): Distribution[] =>
  infosets.map(({ key, actions }) => {
    const weights = actions.map((action) => 1 + ((7 * action + 3 * key.length) % 11));
    const sum = weights.reduce((a, b) => a + b, 0);
    return Float64Array.from(weights, (w) => w / sum);
  });

async function writingOf(game: Game, settings: object = {}) {
  const { writing } = await policyModel(
    { policy: "text", hidden: [], outputScale: 0.1, text: { ...text, ...settings } },
    [game],
  );
  assert(writing);
  return writing;
}

it.each([0, 2])("of all responses with up to %i words of thought add up to that of the action", async (think) => {
  const game = getGame("negotiation");
  const writing = await writingOf(game, { think });
  const infoset = new GameGraph(game).root.infoset as Infoset;
  const [marginal] = writing.distributions([infoset], decisions);
  const thoughts = ["", "hmm ", "well ", "hmm hmm ", "hmm well ", "well hmm ", "well well "];
  infoset.actions.forEach((action, slot) => {
    const name = game.actionName(infoset.state, action);
    let sum = 0;
    for (const thought of thoughts.slice(0, think === 0 ? 1 : undefined)) {
      const words = writing.words(infoset, thought + name, decisions);
      assert(words, thought + name);
      expect(words.map(({ word }) => word).join("")).toBe((thought + name).replaceAll(" ", ""));
      expect(words.at(-1)).toEqual({ word: "]" });
      sum += words.reduce((p, { probability = 1 }) => p * probability, 1);
    }
    expect(sum).toBeCloseTo(marginal?.[slot] as number, 12);
  });
});

it("are none of a text that the policy cannot write", async () => {
  const game = getGame("kuhn");
  const graph = new GameGraph(game);
  const infoset = graph.child(graph.root, 0).infoset as Infoset;
  const legal = await writingOf(game);
  expect(legal.words(infoset, "well [bet]", decisions)?.map(({ probability }) => probability !== undefined)).toEqual([
    ...[true, true],
    ...[true, false],
  ]);
  for (const unwritten of ["I bet", "[fold]", "[bet", "[bet] [bet]", "hmm hmm hmm [bet]", "", "bet"]) {
    expect(legal.words(infoset, unwritten, decisions), unwritten).toBeUndefined();
  }
  const free = await writingOf(game, { decoding: "free", think: 0 });
  const illegal = free.words(infoset, "[fold]", decisions);
  expect(illegal?.every(({ probability = 0 }) => probability > 0 && probability < 1)).toBe(true);
  expect(free.words(infoset, "bet bet bet", decisions)).toHaveLength(3);
  expect(free.words(infoset, "bet bet", decisions)).toBeUndefined();
});
