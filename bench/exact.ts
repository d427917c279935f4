/**
 * `npm run bench:exact`: what exact evaluation costs. For each game that can be walked: compiling it (once a process),
 * NashConv of a strategy (median and range of single calls, after warm-up), and the strategy of a default-sized network.
 * Then what solving costs, to a NashConv of 1e-4.
 */
import { cpus } from "node:os";
import { nashConv } from "../src/arena/nash-conv.ts";
import { solve } from "../src/arena/solve.ts";
import { FeatureLayout } from "../src/games/features.ts";
import { getGame } from "../src/games/registry.ts";
import { gameTree, strategyOf } from "../src/games/tree.ts";
import { startBackend } from "../src/nn/backend.ts";
import { initialWeights, Mlp } from "../src/nn/mlp.ts";
import { neuralPolicy } from "../src/players/neural.ts";
import { Rng } from "../src/util/rng.ts";
import { median } from "../src/util/stats.ts";

const GAMES = ["kuhn", "kuhn-match", "leduc", "ttt", "ttt-draw", "negotiation", "negotiation:maxQuantity=5"];
const SOLVED = ["kuhn", "kuhn-match", "leduc", "ttt", "negotiation"];

/** Milliseconds of each of `calls` calls, after as many that are not counted. */
function times(calls: number, run: () => void): number[] {
  for (let i = 0; i < calls; i++) run();
  return Array.from({ length: calls }, () => {
    const started = performance.now();
    run();
    return performance.now() - started;
  });
}

const spread = (ms: readonly number[]): string =>
  `${median(ms).toPrecision(2)} (${Math.min(...ms).toPrecision(2)} – ${Math.max(...ms).toPrecision(2)})`;

const { name } = await startBackend("auto");
console.log(
  `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}. Milliseconds, median (range). \`npm run bench:exact\`.\n`,
);
console.log(`| game | states | information sets | compile, once | NashConv | the network's strategy (${name}) |`);
console.log("|---|---|---|---|---|---|");
for (const id of GAMES) {
  const game = getGame(id);
  const started = performance.now();
  const tree = gameTree(game);
  const compile = performance.now() - started;
  const layout = new FeatureLayout([game]);
  const shape = { inputs: layout.inputs, hidden: [64, 64], outputs: layout.outputs, outputScale: 1 };
  const policy = neuralPolicy("network", layout, new Mlp(initialWeights(shape, new Rng(1))));
  const calls = tree.kind.length > 10_000 ? 20 : 500;
  const forward = times(Math.min(calls, 50), () => strategyOf(tree, policy));
  const strategy = strategyOf(tree, policy);
  const exact = times(calls, () => nashConv(tree, strategy));
  const sizes = [tree.kind.length, tree.infosets.length].map((n) => n.toLocaleString("en"));
  console.log(`| ${id} | ${sizes.join(" | ")} | ${compile.toFixed(0)} | ${spread(exact)} | ${spread(forward)} |`);
}

console.log("\n| game | method | iterations | NashConv | value to player 0 | ms |\n|---|---|---|---|---|---|");
for (const id of SOLVED) {
  const game = getGame(id);
  const solution = solve(game);
  const took = times(id === "kuhn" ? 20 : 3, () => solve(game));
  const { method, iterations = "–", value } = solution;
  const distance = solution.nashConv === 0 ? "0" : solution.nashConv.toExponential(1);
  console.log(`| ${id} | ${method} | ${iterations} | ${distance} | ${value.toFixed(6)} | ${spread(took)} |`);
}
