/**
 * `npm run bench:measure`: how often the band for NashConv of a strategy known from answers holds the truth, over simulated
 * measurements of five known players of Kuhn poker. The table is one of docs/results.md.
 */
import { cpus } from "node:os";
import { band, coverage, KNOWN_PLAYERS, percentileBootstrap } from "./lib/simulated-answers.ts";

const MEASUREMENTS = 1000;
const DRAWS = 300;

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
console.log(
  `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}. ${MEASUREMENTS} measurements each. \`npm run bench:measure\`.\n`,
);
console.log("| player | NashConv | K | plug-in, mean | band covers | width, mean | percentile bootstrap covers |");
console.log("|---|---|---|---|---|---|---|");
for (const player of KNOWN_PLAYERS) {
  for (const samples of [30, 100]) {
    const settings = { samples, measurements: MEASUREMENTS, draws: DRAWS };
    const { truth, plugIn, covered, meanWidth } = coverage(player, band, settings);
    const other = coverage(player, percentileBootstrap, settings);
    const figures = [truth.toFixed(3), samples, plugIn.toFixed(3), percent(covered), meanWidth.toFixed(2)];
    console.log(`| ${[player.name, ...figures, percent(other.covered)].join(" | ")} |`);
  }
}
