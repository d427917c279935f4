/**
 * `npm run bench:exact`: the costs of exact evaluation, as the tables of docs/results.md. For each game that can be walked, it
 * times compiling the game (once per process), NashConv of a strategy, and the strategy of a network of the default size, each as
 * median and range of repetitions after a warm-up. Then it times solving to a NashConv of 1e-4.
 */
import { cpus } from "node:os";
import { startBackend } from "../src/nn/backend.ts";
import { median } from "../src/util/median.ts";
import type { Took } from "./lib/measure.ts";
import { evaluationCost, solvingCost } from "./sections/exact-costs.ts";

const GAMES = ["kuhn", "kuhn-match", "leduc", "ttt", "ttt-draw", "negotiation", "negotiation:maxQuantity=5"];
const SOLVED = ["kuhn", "kuhn-match", "leduc", "ttt", "negotiation"];

function spread(took: readonly Took[]): string {
  const ms = took.map(({ wall }) => wall * 1000);
  return `${median(ms).toPrecision(2)} (${Math.min(...ms).toPrecision(2)} – ${Math.max(...ms).toPrecision(2)})`;
}

const { name } = await startBackend("auto");
console.log(
  `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}. Milliseconds, median (range). \`npm run bench:exact\`.\n`,
);
console.log(`| game | states | information sets | compile, once | NashConv | the network's strategy (${name}) |`);
console.log("|---|---|---|---|---|---|");
for (const id of GAMES) {
  const { states, infosets, compile, nashConv, network } = evaluationCost(id);
  const sizes = [states, infosets].map((n) => n.toLocaleString("en"));
  const once = (compile.wall * 1000).toFixed(0);
  console.log(`| ${id} | ${sizes.join(" | ")} | ${once} | ${spread(nashConv)} | ${spread(network)} |`);
}

console.log("\n| game | method | iterations | NashConv | value to player 0 | ms |\n|---|---|---|---|---|---|");
for (const id of SOLVED) {
  const { solution, took } = solvingCost(id);
  const { method, iterations = "–", value } = solution;
  const distance = solution.nashConv === 0 ? "0" : solution.nashConv.toExponential(1);
  console.log(`| ${id} | ${method} | ${iterations} | ${distance} | ${value.toFixed(6)} | ${spread(took)} |`);
}
