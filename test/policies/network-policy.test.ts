/** The learned policy: a softmax over legal actions, one row for each orbit, however the questions are put. */
import assert from "node:assert/strict";
import { beforeAll, describe, expect, it } from "vitest";
import { compiledGame } from "../../src/exact/compiled-game.ts";
import { getGame } from "../../src/games/registry.ts";
import type { Infoset } from "../../src/graph/game-graph.ts";
import { startBackend } from "../../src/nn/backend.ts";
import { FeatureLayout } from "../../src/policies/features/layout.ts";
import { kind } from "../../src/policies/features/mlp.ts";
import { networkPolicy } from "../../src/policies/network-policy.ts";
import { softmax } from "../../src/policies/softmax.ts";
import { Rng } from "../../src/util/rng.ts";
import { wholeGraph } from "../helpers.ts";

beforeAll(() => startBackend("wasm"));

const games = ["ttt", "kuhn", "negotiation"].map(getGame);
const layout = new FeatureLayout(games);
const infosets = games.flatMap((game) => compiledGame(game).infosets);
const model = kind.model({ policy: "mlp", hidden: [20], outputScale: 3 }, games);
const network = () => model.network(model.firstWeights(new Rng("n")));

describe("the neural policy", () => {
  it("gives distributions over legal actions, none of them certain or impossible", () => {
    const answers = networkPolicy("n", network(), model).distributions(infosets);
    answers.forEach((p, i) => {
      assert.equal(p.length, infosets[i]?.actions.length);
      assert(p.every((x) => x > 0));
      assert(Math.abs(p.reduce((a, b) => a + b, 0) - 1) < 5e-13);
    });
    expect(new Set(answers.map((p) => p[0])).size).toBeGreaterThan(1000);
  });

  it("answers the same to the bit, one at a time, all together (more than a chunk), or in reverse", () => {
    const policy = networkPolicy("n", network(), model);
    const together = policy.distributions(infosets);
    expect(new Set(infosets.map(({ canonical }) => canonical)).size).toBeGreaterThan(4096);
    assert.deepEqual(policy.distributions([...infosets].reverse()).reverse(), together);
    for (let i = 0; i < infosets.length; i += 97) {
      assert.deepEqual(policy.distributions(infosets.slice(i, i + 1))[0], together[i]);
    }
  });

  it("plays symmetric positions symmetrically", () => {
    const [game] = games as [(typeof games)[0]];
    const graph = wholeGraph(game);
    const boards = graph.infosets;
    const policy = networkPolicy("n", network(), model);
    let moved = 0;
    boards.forEach((board) => {
      const image = game.canonical?.(board.state);
      const representative = image && graph.node(image.state).infoset;
      if (!image || !representative) throw new Error("tic-tac-toe has symmetries");
      const [here, there] = policy.distributions([board, representative]) as [Float64Array, Float64Array];
      board.actions.forEach((action, slot) => {
        const to = representative.actions.indexOf(image.permutation[action] as number);
        if (here[slot] !== there[to]) throw new Error(`${board.key}: action ${action}`);
      });
      if (representative !== board) moved++;
    });
    expect(moved).toBeGreaterThan(3000);
  });

  it("asks the network once for each orbit", () => {
    let rows = 0;
    const real = network();
    const policyAt = real.policyAt.bind(real);
    real.policyAt = (some) => {
      rows += some.length;
      return policyAt(some);
    };
    networkPolicy("n", real, model).distributions([...infosets, ...infosets]);
    expect(rows).toBe(new Set(infosets.map(({ canonical }) => canonical)).size);
  });
});

describe("the layout", () => {
  it("gives each game its own columns, and marks game and role", () => {
    const offsets = games.map((game) => layout.actionOffset(game));
    expect(offsets).toEqual([0, 9, 11]);
    expect(layout.outputs).toBe(11 + (games[2]?.actionCount as number));
    expect(layout.inputs).toBe(games.reduce((sum, { featureCount }) => sum + featureCount, 0) + 3 + 2);
    const x = layout.encode(infosets);
    const starts = [0, 27, 34, layout.inputs - 5];
    infosets.forEach(({ game, player, state }, row) => {
      const g = games.indexOf(game);
      const features = new Float32Array(game.featureCount);
      game.encode(state, player, features, 0);
      const expected = new Float32Array(layout.inputs);
      expected.set(features, starts[g]);
      expected[layout.inputs - 5 + g] = 1;
      expected[layout.inputs - 2 + player] = 1;
      if (String(x.subarray(row * layout.inputs, (row + 1) * layout.inputs)) !== String(expected))
        throw new Error(`row ${row}`);
    });
    expect(() => layout.actionOffset(getGame("kuhn-match"))).toThrow("not made for kuhn-match");
  });

  it("is a softmax of the logits of its own game, whatever their size", () => {
    const kuhn = compiledGame(getGame("kuhn")).infosets[0];
    if (!kuhn) throw new Error("no information set");
    const logits = new Float32Array(2 * layout.outputs).fill(1e30);
    const at = layout.outputs + 9;
    logits.set([1000, 1000 + Math.log(3)], at);
    const [ttt] = compiledGame(getGame("ttt")).infosets as [Infoset];
    const legal = layout.legal([ttt, kuhn]);
    expect([...legal.starts]).toEqual([0, 9, 11]);
    expect([...legal.places]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, at, at + 1]);
    const { policy, logPolicy } = softmax(legal, logits);
    const ninths = Array(9).fill(expect.closeTo(1 / 9, 12));
    expect([...policy]).toEqual([...ninths, expect.closeTo(0.25, 4), expect.closeTo(0.75, 4)]);
    logPolicy.forEach((log, i) => {
      expect(log).toBeCloseTo(Math.log(policy[i] as number), 12);
    });
    logits.set([-3e38, 3e38], at);
    const certain = softmax(legal, logits);
    expect([...certain.policy.subarray(9)]).toEqual([0, 1]);
    expect(certain.logPolicy.every(Number.isFinite)).toBe(true);
  });
});
