/**
 * `npm run bench:capacity -- [--game ID] [--hidden 64,64] [--steps 4000]`: how well a network of a given size can play a game of perfect
 * information at all. It learns perfect play, without self-play, at all information sets I up to symmetry:
 *
 *   L = −(1/N) Σ_I log Σ_{a perfect} π(a|I)
 *
 * Any perfect move will do, so that the NashConv that is left is the network's and not the learning rule's. Features and network are
 * those of training. Adam has momentum here, and its rate falls geometrically to a hundredth.
 */
import { parseArgs } from "node:util";
import { compiledGame } from "../src/exact/compiled-game.ts";
import { minimax } from "../src/exact/minimax.ts";
import { nashConv } from "../src/exact/nash-conv.ts";
import { greedyStrategy, strategyOf } from "../src/exact/strategy.ts";
import { getGame } from "../src/games/registry.ts";
import type { Infoset } from "../src/graph/game-graph.ts";
import { arithmetic } from "../src/nn/arithmetic.ts";
import { startBackend } from "../src/nn/backend.ts";
import { initialWeights } from "../src/nn/mlp-weights.ts";
import { FeatureLayout } from "../src/policies/features/layout.ts";
import { distributionsOf } from "../src/policies/network-policy.ts";
import type { Policy } from "../src/policies/policy.ts";
import { logitGradient, perLegalAction, softmax } from "../src/policies/softmax.ts";
import { minibatchesOf } from "../src/rl/minibatches.ts";
import { Rng } from "../src/util/rng.ts";

const BATCH = 2048;
const [RATE, LAST_RATE] = [2e-3, 2e-5];
/** Rows of the table. */
const LINES = 4;

const { values: flags } = parseArgs({
  options: {
    game: { type: "string", default: "connect-four:columns=4,rows=4" },
    hidden: { type: "string", default: "64,64" },
    steps: { type: "string", default: "4000" },
  },
});
const game = getGame(flags.game);
const compiled = compiledGame(game);
const sets = compiled.representatives;
const perfect = minimax(game).distributions(sets);

const { name: backend } = await startBackend("kernels");
const layout = new FeatureLayout([game]);
const { inputs, outputs } = layout;
const rng = new Rng(1);
const shape = { inputs, outputs, hidden: flags.hidden.split(",").map(Number), outputScale: 0.01 };
const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
const network = arithmetic().learner(initialWeights(shape, rng.fork("weights")), adam);
const policyAt = (rows: readonly Infoset[]) => softmax(layout.legal(rows), network.logits(layout.encode(rows)));
const played: Policy = {
  name: "network",
  symmetric: true,
  distributions: (infosets) => distributionsOf({ policyAt }, infosets),
};

/** One step of Adam at some of `sets`. → the loss there */
function learn(places: readonly number[], rate: number): number {
  const rows = places.map((place) => sets[place]);
  const legal = layout.legal(rows);
  const isPerfect = perLegalAction(legal, (r) => perfect[places[r]].map((p) => (p > 0 ? 1 : 0)) as Float64Array);
  let loss = 0;
  const lossGradient = (logits: Float32Array): Float32Array => {
    const { starts, policy } = softmax(legal, logits);
    const gradient = policy.map((p, i) => p * isPerfect[i]);
    for (let r = 0; r < rows.length; r++) {
      const own = gradient.subarray(starts[r], starts[r + 1]);
      const mass = own.reduce((a, b) => a + b, 0);
      loss -= Math.log(mass) / rows.length;
      // ∂ −log Σ π / ∂ log π(a) = −π(a) / Σ π
      for (let i = 0; i < own.length; i++) own[i] /= -mass * rows.length;
    }
    return logitGradient(legal, policy, gradient, logits.length);
  };
  network.step(layout.encode(rows), lossGradient, rate);
  return loss;
}

const steps = Number(flags.steps);
const parts = Math.ceil(sets.length / BATCH);
console.log(`${game.id}, ${sets.length} information sets up to symmetry, ${flags.hidden} units, on ${backend}\n`);
console.log("| step | loss | NashConv | greedy NashConv | sets where the likeliest move is not perfect | CPU s |");
console.log("|--:|--:|--:|--:|--:|--:|");
let batches: number[][] = [];
let lately = 0;
for (let step = 1; step <= steps; step++) {
  if (batches.length === 0) batches = minibatchesOf(sets.length, parts, rng.fork("epoch", step));
  lately += learn(batches.pop() as number[], RATE * (LAST_RATE / RATE) ** ((step - 1) / steps));
  const every = Math.ceil(steps / LINES);
  if (step % every > 0 && step < steps) continue;
  const sampled = strategyOf(compiled, played);
  const values = [sampled, greedyStrategy(compiled, sampled)].map((one) => nashConv(compiled, one).nashConv.toFixed(3));
  const likeliest = played.distributions(sets).map((p) => p.indexOf(Math.max(...p)));
  const wrong = likeliest.filter((slot, set) => perfect[set][slot] === 0).length;
  const share = `${((100 * wrong) / sets.length).toFixed(2)} %`;
  const cpu = (process.cpuUsage().user / 1e6).toFixed(0);
  console.log(`| ${step} | ${(lately / every).toFixed(4)} | ${values.join(" | ")} | ${share} | ${cpu} |`);
  lately = 0;
}
