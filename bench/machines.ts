/**
 * `npm run machines`: the figures of docs/machines.md. Workers are processes of this machine; nats-server must be installed.
 *
 *   --only same         ablate and arena: the same bytes without a queue and with 1, 2 and 4 workers
 *   --only throughput   2 workers beside `--jobs 2` without a queue, on a grid of runs, in pairs
 *   --only many         100,000 small jobs: the time to queue them, and the memory of the command that does
 *   --only thousand     1,000 workers in one process, with drawn speeds and deaths: the time to finish beside the ideal one
 */
import { fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { median } from "../src/util/median.ts";
import { cpuOfAll, run, SPIRAL } from "./lib/child.ts";
import { ended, type NatsServer, startNats, startWorker } from "./lib/nats.ts";
import { compare, noToll } from "./torture/campaign.ts";
import { lasting, newFolder } from "./torture/files.ts";

const PORT = 42_220;
const PARTS = ["same", "throughput", "many", "thousand"];
const { values: flags } = parseArgs({
  options: { only: { type: "string", default: PARTS.join() }, pairs: { type: "string", default: "5" } },
});
const dir = mkdtempSync(join(tmpdir(), "spiral-machines-"));
let failed = false;

const tiny = (seeds: number, updates: number): string[] => [
  ...["ablate", "--games", "kuhn", "--updates", String(updates), "--set", "perGame.kuhn.episodes=64"],
  ...["--vary", "rl.averaging=0.9,0.99", "--seeds", String(seeds), "--name", "a"],
];
const ARENA = ["arena", "nash", "sloppy", "random", "mcts:sims=30", "--games", "kuhn,ttt", "--pairs", "40"];

async function spiral(args: readonly string[]): Promise<number> {
  const { code, err, wall } = await run(process.execPath, [SPIRAL, ...args]);
  if (code !== 0) throw new Error(`spiral ${args.join(" ")} ended with ${code}: ${err}`);
  return wall;
}

async function same({ url }: NatsServer): Promise<void> {
  const toll = noToll();
  let reference: Record<string, string> | undefined;
  for (const workers of [0, 1, 2, 4]) {
    const place = newFolder(dir, `same-${workers}`);
    const children = await Promise.all(Array.from({ length: workers }, () => startWorker(SPIRAL, url, 1)));
    const queue = workers === 0 ? [] : ["--queue", url];
    await spiral([...tiny(4, 12), "--dir", place, ...queue]);
    await spiral([...ARENA, "--out", join(place, "t"), ...queue]);
    for (const child of children) await ended(child);
    const files = lasting(place);
    reference ??= files;
    compare(reference, files, `${workers} workers`, toll);
    console.log(`${workers} workers: ${Object.keys(files).length} files`);
  }
  console.log(toll.different === 0 ? "same bytes" : toll.problems.join("\n"));
  failed ||= toll.different > 0;
}

async function throughput({ url, pid }: NatsServer): Promise<void> {
  const grid = tiny(4, 4000);
  const ratios: { wall: number; cpu: number }[] = [];
  const workers = await Promise.all([1, 2].map(() => startWorker(SPIRAL, url, 1)));
  // This process has ended commands among its children, a worker has ended runs.
  const spent = (): number =>
    [process.pid, pid(), ...workers.map((worker) => worker.pid)].reduce<number>((sum, one) => sum + cpuOfAll(one), 0);
  const took = async (args: readonly string[]) => {
    const before = spent();
    return { wall: await spiral([...grid, ...args]), cpu: spent() - before };
  };
  for (let pair = 0; pair < Number(flags.pairs); pair++) {
    const local = () => took(["--jobs", "2", "--dir", newFolder(dir, `local-${pair}`)]);
    const queued = () => took(["--queue", url, "--dir", newFolder(dir, `queued-${pair}`)]);
    // Whichever is first alternates, as the machine may be busier at one time than at another.
    const both = pair % 2 === 0 ? [await local(), await queued()] : [await queued(), await local()].reverse();
    const [a, b] = both as [Awaited<ReturnType<typeof took>>, Awaited<ReturnType<typeof took>>];
    ratios.push({ wall: b.wall / a.wall, cpu: b.cpu / a.cpu });
    const told = (what: "wall" | "cpu") =>
      `${a[what].toFixed(1)} and ${b[what].toFixed(1)} s (${(b[what] / a[what]).toFixed(2)})`;
    console.log(`pair ${pair}, local and queue: ${told("wall")}, CPU ${told("cpu")}`);
  }
  for (const worker of workers) await ended(worker);
  const [wall, cpu] = (["wall", "cpu"] as const).map((what) => median(ratios.map((ratio) => ratio[what])).toFixed(2));
  console.log(`8 runs, 2 workers beside --jobs 2: median ratio ${wall}, of CPU time ${cpu}`);
}

/** Runs a part that has a process of its own, for its memory. */
function part(name: string, url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL("./machines/jobs.js", import.meta.url)), [name, url]);
    child.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`${name} ended with ${code}`))));
  });
}

const server = await startNats(PORT);
try {
  for (const name of flags.only.split(",")) {
    console.log(`## ${name}`);
    if (name === "same") await same(server);
    else if (name === "throughput") await throughput(server);
    else if (PARTS.includes(name)) await part(name, server.url);
    else throw new Error(`There is no part ${name}.`);
  }
} finally {
  server.stop();
  rmSync(dir, { recursive: true });
}
process.exitCode = failed ? 1 : 0;
