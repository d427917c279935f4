/**
 * `npm run quality`: whether the shipped configuration learns what the README says. Trains through the command line, as a user
 * would, over several seeds, evaluates the saved policies with independent code (bench/independent.ts), and prints Markdown.
 * `--seeds 10` sets the number of seeds, `--only 1,3` the parts.
 *
 *   1  kuhn,ttt                 NashConv of Kuhn ≤ 0.01 and greedy NashConv of tic-tac-toe 0
 *   2  kuhn,ttt,negotiation     the same, greedy NashConv of negotiation 0, its results against the scripts
 *   3  the same seed twice, and interrupted and resumed: the same bytes
 *   4  three times the updates: 1 and 2 still hold
 *   5  kuhn alone, and longer   NashConv ≤ 0.01; ≤ 0.003
 *   6  ttt alone, and 3 times   greedy NashConv 0
 *   7  leduc, kuhn-match, liars-dice by mirror descent    NashConv ≤ 0.09; 0.02; 0.12
 *   8  --policy text            kuhn: NashConv ≤ 0.02; with 4 words of thought ≤ 0.03
 *   9  the same                 kuhn,ttt,negotiation: NashConv of Kuhn ≤ 0.015, greedy NashConv 0 of the others
 *  10  core games by mirror     kuhn alone and with others: NashConv ≤ 0.01; ttt alone ≤ 0.03; greedy NashConv 0
 *  11  long runs of 7 and 10, judged after once and three times the updates, and all but leduc and liars-dice after ten times
 *
 * With `--queue nats://HOST:PORT` (or SPIRAL_QUEUE; `--queue-creds`, `--insecure`) the runs of all parts but 3 are trained by workers.
 */
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { queueAddress } from "../src/cli/queue/address.ts";
import { loadConfig } from "../src/config/load.ts";
import { argvOf, type Measurement, measurementsOf } from "./quality/measurements.ts";
import { endOf, type Run, trainHere, trainQueued } from "./quality/runs.ts";
import { sameBytes } from "./quality/same-bytes.ts";
import { type Trial, tableOf } from "./quality/table.ts";
import { judgeCheckpoint } from "./quality/verdicts.ts";

const { values: flags } = parseArgs({
  options: {
    seeds: { type: "string", default: "10" },
    only: { type: "string", default: "1,2,3,4,5,6,7,8,9,10,11" },
    queue: { type: "string" },
    "queue-creds": { type: "string" },
    insecure: { type: "boolean", default: false },
  },
});
const seeds = Number(flags.seeds);
const parts = flags.only.split(",");
const address = queueAddress({ ...flags, queue: flags.queue, queueCreds: flags["queue-creds"] });

/** The runs of a measurement, one a seed. */
function runsOf(measurement: Measurement): Run[] {
  const { flags: own, most = seeds } = measurement;
  const hash = createHash("sha256").update(JSON.stringify(own)).digest("hex").slice(0, 8);
  const name = `${own.games.replaceAll(",", "-")}_${hash}`;
  return Array.from({ length: Math.min(seeds, most) }, (_, i) => i + 1).map((seed) => {
    return { id: `${name}_s${seed}`, measurement, seed };
  });
}

const byPart = measurementsOf(loadConfig().config.updates);
const measured = parts.flatMap((part) => byPart[part] ?? []).map(runsOf);
/** By run, a trial for each number of updates after which it is judged. */
const trials = new Map<string, readonly Trial[]>();
let printed = 0;

/** Prints the tables of the measurements whose runs are all judged, in their order. */
function printTables(): void {
  for (; measured[printed]?.every(({ id }) => trials.has(id)); printed++) {
    const runs = measured[printed] as readonly Run[];
    const { flags: own, limits, judged } = (runs[0] as Run).measurement;
    const command = `\`${["spiral train", ...argvOf(own)].join(" ")}\``;
    const titles = judged.length === 0 ? [command] : judged.map((updates) => `${command}, after ${updates} updates`);
    for (const [i, title] of titles.entries()) {
      const rows = runs.map(({ id }) => trials.get(id)?.[i] as Trial);
      process.stdout.write(tableOf(title, rows, limits));
    }
  }
}

function judgeRun({ id, seed, measurement: { flags: own, judged } }: Run, folder: string): void {
  const { updates, ...cost } = endOf(folder);
  const judgedAfter = (update: number): Trial => {
    const checkpoint = join(folder, "checkpoints", String(update).padStart(6, "0"));
    const trial = { seed, ...cost, ...judgeCheckpoint(checkpoint, own) };
    console.error(`${argvOf(own).join(" ")}, update ${update}: ${JSON.stringify(trial)}`);
    return trial;
  };
  trials.set(id, (judged.length === 0 ? [updates] : judged).map(judgedAfter));
  printTables();
}

process.stdout.write(
  `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, backend auto. \`npm run quality\`.\n\n`,
);
const dir = mkdtempSync(join(tmpdir(), "spiral-quality-"));
try {
  const runs = measured.flat();
  if (!address) await trainHere(runs, dir, judgeRun);
  const isWhole = !address || (await trainQueued(runs, address, judgeRun));
  if (isWhole && parts.includes("3")) process.stdout.write(await sameBytes(dir, seeds));
  process.exitCode = isWhole ? 0 : 130;
} catch (error) {
  if (!(error instanceof Error) || !("problems" in error)) throw error;
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(dir, { recursive: true, force: true });
}
