/**
 * `npm run torture -- --kills 300`: do the promises of durability hold? Kills `train`, `ablate`, `arena` and `match --log` at
 * random instants, runs them again, and compares what they have written with the files of commands that were never killed.
 *
 *   --kills <n>     kills in all; 40 by default
 *   --seed <n>      where the instants come from; 1 by default
 *   --minutes <n>   after this time no more commands are begun; 30 by default
 *   --every <name>  instead of random instants, kills `train`, `ablate`, `arena` or `match --log` at every call that flushes, renames,
 *                   removes or makes a file: just before the first such call, then before the second, … until it ends by itself
 *   --queue         kills workers, the command and the server of `ablate --queue` and `arena --queue`; needs nats-server
 *
 * Exits with 1 if a command does not resume, a file is torn, a game is lost or doubled, or the bytes differ.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { tortureBoundaries } from "./torture/boundaries.ts";
import type { Toll } from "./torture/campaign.ts";
import { scenarios, torture } from "./torture/commands.ts";
import { queueScenarios, tortureQueue } from "./torture/queue.ts";

const { values: flags } = parseArgs({
  options: {
    kills: { type: "string", default: "40" },
    seed: { type: "string", default: "1" },
    minutes: { type: "string", default: "30" },
    every: { type: "string" },
    queue: { type: "boolean", default: false },
  },
});

const dir = mkdtempSync(join(tmpdir(), "spiral-torture-"));
const told = ({ kills, resumed, notResumed, torn, lost, doubled, different }: Toll): string =>
  `${kills} kills, ${resumed} resumed, ${notResumed} not resumed, ${torn} torn files, ${lost} games lost, ${doubled} doubled, ` +
  `${different} with other bytes`;
const common = {
  bin: fileURLToPath(new URL("../../bin/spiral.js", import.meta.url)),
  dir,
  limit: Number(flags.minutes) * 60_000,
  onProgress: (sofar: Toll) => console.error([told(sofar), ...sofar.problems].join("\n")),
};
const scenario = scenarios.find(({ name }) => name === flags.every);
if (flags.every !== undefined && !scenario) throw new Error(`There is no ${flags.every} to kill.`);
const random = { ...common, kills: Number(flags.kills), seed: Number(flags.seed) };
const queued = flags.queue ? await tortureQueue({ ...random, most: 8, scenarios: queueScenarios }) : undefined;
const toll =
  queued ?? (await (scenario ? tortureBoundaries({ ...common, scenario }) : torture({ ...random, scenarios })));
rmSync(dir, { recursive: true });
if (queued) {
  const { workers, command, server } = queued.of;
  console.log(
    `Killed: ${workers} workers, ${command} commands, ${server} servers; ${queued.givenUp} commands ended as a job was given up.`,
  );
}
console.log(`${scenario ? `${scenario.name}, every call` : `seed ${flags.seed}`}: ${told(toll)}`);
process.exitCode = toll.notResumed + toll.torn + toll.lost + toll.doubled + toll.different > 0 ? 1 : 0;
