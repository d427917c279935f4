/**
 * The example of docs/text.md, from the prompt to the gradient. The tables of the page are read and computed again: by the
 * modules that train, and where a step is arithmetic, from the columns before it.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { getGame } from "../../src/games/registry.ts";
import { GameGraph, type Infoset } from "../../src/graph/game-graph.ts";
import { startBackend } from "../../src/nn/backend.ts";
import { prefixTree } from "../../src/nn/prefix-tree.ts";
import { Transformer } from "../../src/nn/transformer.ts";
import type { WeightArray } from "../../src/nn/weights.ts";
import { networkPolicy } from "../../src/policies/network-policy.ts";
import type { LearningNetwork, PolicyModel } from "../../src/policies/policy-kind.ts";
import { policyModel } from "../../src/policies/registry.ts";
import { isTokenGame, type TokenGame } from "../../src/policies/text/token-game.ts";
import type { TokenState } from "../../src/policies/text/token-state.ts";
import { learnerDecisions } from "../../src/rl/advantages/advantage.ts";
import { rae } from "../../src/rl/advantages/rae.ts";
import { policyGradient } from "../../src/rl/losses/policy-gradient.ts";
import { mergeRows, type Row } from "../../src/rl/rows.ts";
import type { Trajectories } from "../../src/selfplay/plan.ts";
import { play } from "../../src/selfplay/play.ts";
import { Rng } from "../../src/util/rng.ts";
import { smallText } from "./small-text.ts";

const page = readFileSync(new URL("../../docs/text.md", import.meta.url), "utf8");
const [, section = ""] = /^## One decision in numbers$([\s\S]*?)^## /m.exec(page) ?? [];

/** The cells of the table whose first column has this heading, without marks. */
function table(heading: string): string[][] {
  const tables = section.split(/\n\n/).filter((block) => block.startsWith(`| ${heading} |`));
  expect(tables).toHaveLength(1);
  const rows = (tables[0] as string).split("\n").slice(2);
  return rows.map((row) => row.split("|").slice(1, -1).map(plain));
}
const plain = (cell: string): string => cell.replaceAll("`", "").replace("−", "-").trim();

/** Units of the last digit by which a number that was computed from rounded cells may be off. */
const ROUNDED = 1.1;

/** Holds a cell to a number, up to so many units of the cell's last digit. */
function holds(cell: string | undefined, value: number, units = 0.51): void {
  assert(cell !== undefined && /^-?\d+(\.\d+)?$/.test(cell), `"${cell}" is no number`);
  const digits = cell.split(".")[1]?.length ?? 0;
  assert(Math.abs(Number(cell) - value) < units * 10 ** -digits, `the page has ${cell}, computed: ${value}`);
}

const kuhn = getGame("kuhn");
const text = { ...smallText, width: 32, layers: 2, heads: 4, outputScale: 1 };
const modelWith = (think: number): Promise<PolicyModel> =>
  policyModel({ policy: "text", hidden: [], outputScale: 0.1, text: { ...text, think } }, [kuhn]);

let model: PolicyModel;
let weights: WeightArray[];
let played: TokenGame;
let words: readonly string[];
let learner: LearningNetwork;
let transformer: Transformer;
let trajectories: Trajectories;
let advantages: Float64Array;
let rows: readonly Row[];
/** The decision: cards J K, and player 0 has checked. */
let state: unknown;
let infoset: Infoset;

beforeAll(async () => {
  await startBackend("wasm");
  model = await modelWith(0);
  assert(model.vocabulary && model.writing);
  words = model.vocabulary;
  const game = model.writing.played(kuhn);
  assert(isTokenGame(game));
  played = game;
  weights = model.firstWeights(new Rng(1));
  learner = model.learner(weights, { beta1: 0, beta2: 0.999, epsilon: 1e-8, clip: 1 });
  transformer = new Transformer(weights, { ...text, tokens: words.length });
  const policy = networkPolicy("first weights", learner, model);
  const graph = new GameGraph(played);
  state = kuhn.apply(kuhn.apply(kuhn.initial(), 1), 0);
  infoset = graph.node(played.begin(state)).infoset as Infoset;
  const plan = { graph, episodes: 8, policies: [policy, policy] as const, paired: false, chanceKey: 30, actionKey: 31 };
  [trajectories] = play([plan]) as [Trajectories];
  [advantages] = rae({ baselineDecay: 0.95 }).advantages([trajectories]) as [Float64Array];
  rows = mergeRows([trajectories], [advantages]).rows;
});

/** The network's softmax over all words, after these tokens. */
function next(tokens: readonly number[]): number[] {
  const logits = [...transformer.logits(prefixTree([tokens]))].slice(0, words.length);
  const sum = logits.reduce((total, z) => total + Math.exp(z), 0);
  return logits.map((z) => Math.exp(z) / sum);
}
const contextHere = (): number[] => played.context(played.begin(state), 1);
const tokenOf = (word: string): number => words.indexOf(word);

describe("docs/text.md", () => {
  it("has the tokens of the prompt, the size of the prefix tree and of the network", () => {
    const [, said = "", numbers = ""] = /```text\n(.*)\n(.*)\n```/.exec(section) ?? [];
    expect(numbers.split(" ").map(Number)).toEqual(contextHere());
    expect(said.split(" ")).toEqual(contextHere().map((token) => words[token]));
    const graph = new GameGraph(kuhn);
    graph.expand(1000);
    const contexts = graph.infosets.map((set) => played.context(played.begin(set.state), set.player));
    const tokens = contexts.reduce((sum, { length }) => sum + length, 0);
    expect(section).toContain(`The ${contexts.length} information sets of the game have ${tokens} tokens together`);
    expect(section).toContain(`prefix tree has ${prefixTree(contexts).nodes} nodes`);
    const count = weights.reduce((sum, { values }) => sum + values.length, 0);
    expect(section).toContain(`${count.toLocaleString("en-US")} weights`);
    expect(section).toContain(`of the ${words.length} words may follow`);
  });

  it("has the logits, and π of the legal words", () => {
    const logits = transformer.logits(prefixTree([contextHere()]));
    const { policy } = learner.policyAt([infoset]);
    const all = next(contextHere());
    const cells = table("word | token");
    expect(cells.map(([word]) => word)).toEqual(infoset.actions.map((token) => words[token]));
    const sum = cells.reduce((total, [, , z]) => total + Math.exp(Number(z)), 0);
    cells.forEach(([word = "", token, z, p, share], slot) => {
      expect(Number(token)).toBe(tokenOf(word));
      holds(z, logits[tokenOf(word)] as number);
      holds(p, policy[slot] as number);
      holds(p, Math.exp(Number(z)) / sum, ROUNDED);
      holds(share, all[tokenOf(word)] as number);
    });
  });

  it("has the games, the returns and the advantages of player 1", () => {
    const { plan, slots, plies, returns } = trajectories;
    const { sides } = learnerDecisions(trajectories);
    let b = 0;
    table("game").forEach(([number, cards, moves, R, before, A], e) => {
      const names: string[] = [];
      let node = plan.graph.root;
      for (let ply = 0; ply < (plies[e] as number); ply++) {
        const slot = slots[e * played.maxPlies + ply] as number;
        assert(node.turn.kind !== "end");
        names.push(played.actionName(node.state as TokenState, node.turn.actions[slot] as number));
        node = plan.graph.child(node, slot);
      }
      expect([number, cards, moves]).toEqual([`${e + 1}`, names[0], names.slice(1).join(", ")]);
      holds(R, returns[2 * e + 1] as number);
      holds(A, advantages[sides.indexOf(2 * e + 1)] as number);
      holds(before, b, ROUNDED);
      holds(A, Number(R) - b, ROUNDED);
      b = 0.95 * b + 0.05 * Number(R);
    });
    expect(section).toContain(`took ${advantages.length} turns, so T = ${advantages.length}`);
  });

  it("has G and the gradient in the logits", () => {
    const row = rows.find((one) => one.infoset === infoset) as Row;
    const games = table("game").filter(([, cards = "", moves]) => /K$/.test(cards) && moves?.startsWith("check, "));
    expect(games.map(([number]) => number).join(", ")).toBe("1, 2, 4, 7");
    const { policy } = learner.policyAt([infoset]);
    const T = advantages.length;
    const sums = infoset.actions.map((token) =>
      games.filter(([, , moves]) => moves?.split(", ")[1] === words[token]).map(([, , , , , A]) => Number(A)),
    );
    const all = sums.flat().reduce((a, c) => a + c);
    table("word | games").forEach(([word, count, sum, G, inLogPolicy, inLogit], slot) => {
      expect(word).toBe(words[infoset.actions[slot] as number]);
      const own = (sums[slot] as number[]).reduce((a, c) => a + c);
      expect(Number(count)).toBe(sums[slot]?.length);
      holds(sum, own, ROUNDED);
      holds(G, own / T, ROUNDED);
      holds(G, (row.positive[slot] as number) + (row.negative[slot] as number));
      holds(inLogPolicy, -own / T, ROUNDED);
      holds(inLogit, (-own + (policy[slot] as number) * all) / T, ROUNDED);
    });
  });

  it("has the gradient in a weight, which the backward pass gives", () => {
    const infosets = rows.map((row) => row.infoset);
    const batch = {
      positive: Float64Array.from(rows.flatMap((row) => [...row.positive])),
      negative: Float64Array.from(rows.flatMap((row) => [...row.negative])),
    };
    const gradient = learner.gradient(infosets, (at) => {
      const inLogPolicy = new Float64Array(at.policy.length);
      policyGradient().loss(at, batch, inLogPolicy);
      return inLogPolicy;
    });
    const bias = model.tensors.at(-1);
    expect(bias?.name).toBe("head.bias");
    const cells = table("row");
    const [, ofBias] = cells.pop() ?? [];
    holds(ofBias, gradient[gradient.length - (bias?.shape[0] as number) + tokenOf("check")] as number);
    const visited = rows.filter((row) => row.infoset.actions.includes(tokenOf("check")));
    expect(cells).toHaveLength(visited.length);
    visited.forEach((row, i) => {
      const { player, key } = row.infoset;
      expect(cells[i]?.[0]).toBe(`player ${player} with ${key[0]}`);
      const G = [...row.positive].map((positive, slot) => positive + (row.negative[slot] as number));
      const sum = G.reduce((a, c) => a + c);
      const [p] = learner.policyAt([row.infoset]).policy;
      holds(cells[i]?.[1], (p as number) * sum - (G[0] as number));
    });
    const total = cells.reduce((sum, [, value]) => sum + Number(value), 0);
    assert(Math.abs(total - Number(ofBias)) < 3e-4);
  });

  it("has the marginal over thoughts, and the chance of a legal answer in free decoding", async () => {
    const thinking = await modelWith(1);
    const policy = networkPolicy("thinks", thinking.network(weights), thinking);
    const here = new GameGraph(kuhn).node(state).infoset as Infoset;
    const [marginal] = policy.distributions([here]);
    const prompt = contextHere().slice(0, -1);
    const opening = tokenOf("[");
    const first = next(prompt);
    const begins = ["[", "hmm", "well"].map((word) => first[tokenOf(word)] as number);
    const bet = tokenOf("bet");
    const cells = table("thought");
    const [, , , sum] = cells.pop() ?? [];
    cells.forEach(([thought = "", p, after, product], i) => {
      const written = thought === "none" ? [opening] : [tokenOf(thought), opening];
      const all = next([...prompt, ...written]);
      const legal = (all[bet] as number) / ((all[bet] as number) + (all[tokenOf("check")] as number));
      const share = (begins[i] as number) / begins.reduce((a, c) => a + c);
      holds(p, share);
      holds(after, legal);
      holds(product, share * legal);
    });
    holds(sum, marginal?.[1] as number);
    holds(
      sum,
      cells.reduce((total, [, p, after]) => total + Number(p) * Number(after), 0),
    );

    let legal = 0;
    for (const word of infoset.actions) {
      const closing = next([...prompt, opening, word])[tokenOf("]")] as number;
      legal += (first[opening] as number) * (next([...prompt, opening])[word] as number) * closing;
    }
    holds(/legal answers with probability ([\d.]+\d)/.exec(section)?.[1], legal);
  });
});
