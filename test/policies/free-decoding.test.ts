/** Free decoding: responses that are no legal action, their exact rate, and polish. */
import assert from "node:assert/strict";
import { expect, it } from "vitest";
import { compiledGame } from "../../src/exact/compiled-game.ts";
import { illegalRate } from "../../src/exact/illegal-rate.ts";
import { forfeitReturns } from "../../src/games/forfeit.ts";
import { getGame } from "../../src/games/registry.ts";
import { GameGraph, type Infoset } from "../../src/graph/game-graph.ts";
import { startBackend } from "../../src/nn/backend.ts";
import { networkPolicy } from "../../src/policies/network-policy.ts";
import type { Distribution } from "../../src/policies/policy.ts";
import { policyModel } from "../../src/policies/registry.ts";
import { train } from "../../src/rl/train.ts";
import { play } from "../../src/selfplay/play.ts";
import { recorder, smallRun } from "../helpers.ts";
import { smallText } from "./small-text.ts";

const kuhn = getGame("kuhn");
const text = { ...smallText, width: 8, context: 32, decoding: "free" as const };
const nn = { policy: "text", hidden: [8], outputScale: 0.1, text };

/** Mostly the words of legal actions; 1 % for each other word, by turns of its place. */
function mostlyLegal(infosets: readonly Infoset[]): Distribution[] {
  return infosets.map(({ state, actions }) => {
    const { at } = state as { at: { open: readonly number[] } };
    const p = new Float64Array(actions.length).fill(0.01);
    for (const slot of at.open) p[slot] = 1 + slot / actions.length;
    const sum = p.reduce((a, b) => a + b, 0);
    return p.map((x) => x / sum);
  });
}

it("forfeits a response that is no legal action, at its end or at the limit", async () => {
  const { writing, vocabulary } = await policyModel(nn, [kuhn]);
  assert(writing && vocabulary);
  const played = writing.played(kuhn);
  const written = (...words: string[]) => {
    let state = played.apply(played.initial(), 0);
    const actions = [0];
    for (const word of words) {
      const action = vocabulary.indexOf(word);
      actions.push(action);
      state = played.apply(state, action);
    }
    return { turn: played.turn(state), told: writing.told(played, actions) };
  };
  const end = { kind: "end", returns: forfeitReturns(kuhn, 0) };
  expect(written("[", "fold", "]").turn).toEqual(end);
  expect(written("bet", "bet", "bet").turn).toEqual(end);
  expect(written("[", "bet").turn).toMatchObject({ kind: "player", player: 0 });
  expect(written("[", "bet", "]").turn).toMatchObject({ kind: "player", player: 1 });
  expect(written("[", "fold", "]").told).toEqual({
    actions: [0],
    responses: [{ ply: 1, text: "[fold]", illegal: "The response is not a legal action." }],
    forfeit: { seat: 0, reason: "The response is not a legal action." },
  });
  expect(written("bet", "bet", "bet").told.forfeit?.reason).toBe("The response is longer than the limit.");
});

it("has the exact rate of illegal answers that free self-play has", async () => {
  const model = await policyModel(nn, [kuhn]);
  const { writing } = model;
  assert(writing);
  const policy = {
    name: "mostly legal",
    symmetric: true,
    distributions: (sets: readonly Infoset[]) => writing.distributions(sets, mostlyLegal),
    illegal: (sets: readonly Infoset[]) => writing.illegal?.(sets, mostlyLegal) ?? new Float64Array(0),
  };
  const rates = illegalRate(compiledGame(kuhn), policy);
  assert(rates);
  // The first turn of seat 0 is always reached, so its share of forfeits there is the probability itself.
  const graph = new GameGraph(writing.played(kuhn));
  const episodes = 40_000;
  const plan = { graph, episodes, policies: [policy, policy] as const, paired: false, chanceKey: 3, actionKey: 4 };
  const [{ returns, plies, slots }] = play([plan]) as [ReturnType<typeof play>[number]];
  let turns = 0;
  let wrong = 0;
  for (let e = 0; e < episodes; e++) {
    let node = graph.root;
    for (let ply = 0; ply < (plies[e] as number); ply++) {
      const begins = node.infoset?.player === 0 && !graph.game.turns?.continues(node.state);
      if (begins) turns++;
      node = graph.child(node, slots[e * graph.game.maxPlies + ply] as number);
    }
    if ((returns[2 * e] as number) === forfeitReturns(kuhn, 0)[0]) wrong++;
  }
  const p = wrong / turns;
  // Forfeits end games early, so the turns that are reached differ a little from those of legal play.
  expect(Math.abs(p - rates[0])).toBeLessThan(0.1 * rates[0]);
  expect(rates[0]).toBeGreaterThan(0.05);
  expect(rates[0]).toBeLessThan(0.6);
});

it("polish makes free play legal and leaves legal play as it is, and resumes to the same bytes", async () => {
  await startBackend("wasm");
  const base = smallRun([[kuhn, 512]], 280);
  const settings = {
    ...base,
    nn: { ...nn, text: { ...text, decoding: "legal" as const } },
    rl: { ...base.rl, learningRate: { start: 0.01, end: 0.001 }, polish: 250 },
    run: { ...base.run, evaluateEvery: 1000, checkpointEvery: 10 },
  };
  const rates: number[] = [];
  const { hooks, snapshots } = recorder();
  await train(settings, hooks);
  const free = await policyModel(nn, [kuhn]);
  const legal = await policyModel(settings.nn, [kuhn]);
  const first = [30, 280].map((update) => {
    const weights = snapshots.find((snapshot) => snapshot.update === update)?.learner.averaged ?? [];
    rates.push(illegalRate(compiledGame(kuhn), networkPolicy("free", free.network(weights), free))?.[0] ?? 1);
    return networkPolicy("legal", legal.network(weights), legal).distributions(compiledGame(kuhn).infosets);
  });
  expect(rates[0]).toBeGreaterThan(0.9);
  expect(rates[1]).toBeLessThan(0.1);
  first[0]?.forEach((before, i) => {
    expect(Math.abs((before[0] as number) - (first[1]?.[i]?.[0] as number))).toBeLessThan(0.15);
  });

  const again = recorder();
  const middle = snapshots.find(({ update }) => update === 220);
  await train(settings, again.hooks, middle);
  expect(again.snapshots.at(-1)?.learner).toEqual(snapshots.at(-1)?.learner);
  await startBackend("js");
});
