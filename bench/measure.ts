/**
 * `npm run bench:measure`: how often the band for NashConv of a strategy known from answers holds the truth, over simulated
 * measurements of five known players of Kuhn poker, and how often a probe of a player that plays the same in all wordings finds
 * something. The tables are those of docs/results.md. With `-- --only probe` it makes the second one alone.
 */
import { cpus } from "node:os";
import { band, coverage, findings, KNOWN_PLAYERS, percentileBootstrap } from "./lib/simulated-answers.ts";

const MEASUREMENTS = 1000;
const DRAWS = 300;

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
console.log(
  `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}. ${MEASUREMENTS} measurements each. \`npm run bench:measure\`.\n`,
);
if (!process.argv.includes("probe")) bands();
probes();

function bands(): void {
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
}

function probes(): void {
  console.log("\n| player | false alarms of a probe in 3 wordings | found, if the wordings are of the next player |");
  console.log("|---|---|---|");
  for (const [i, player] of KNOWN_PLAYERS.entries()) {
    const settings = { samples: 30, variations: 3, deals: 199 };
    const alarms = findings(player, { ...settings, probes: MEASUREMENTS });
    const next = KNOWN_PLAYERS[(i + 1) % KNOWN_PLAYERS.length];
    const found = findings(player, { ...settings, probes: MEASUREMENTS / 10 }, next);
    console.log(`| ${[player.name, percent(alarms), percent(found)].join(" | ")} |`);
  }
}
