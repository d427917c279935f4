/** `spiral queue`: what is at a queue, and who works at it. */
import type { BatchStatus, Overview } from "../../jobs/queue/overview.ts";
import { UserError } from "../../util/errors.ts";
import { plural } from "../../util/figures.ts";
import { defineCommand } from "../command.ts";
import { json } from "../flags/common.ts";
import { text } from "../flags/flag.ts";
import { neededQueueFlags } from "../flags/queue.ts";
import { note, print, printJson, styleFor, table, warn } from "../terminal/output.ts";

export const command = defineCommand({
  usage: "queue",
  example: "spiral queue --queue nats://127.0.0.1:4222",
  flags: {
    ...neededQueueFlags,
    drop: text("--drop <batch>", "withdraw a batch: its jobs, and the results that nobody has taken"),
    ...json,
  },

  async run(_arguments, options) {
    const { namedQueue } = await import("../queue/address.ts");
    const { connectQueue } = await import("../../jobs/queue/connection.ts");
    const { batchOf, dropBatch } = await import("../../jobs/queue/coordinator.ts");
    const { overviewOf } = await import("../../jobs/queue/overview.ts");
    const { makeStreams } = await import("../../jobs/queue/streams.ts");
    const queue = await connectQueue(namedQueue(options), "spiral queue");
    try {
      if (options.drop !== undefined) {
        await makeStreams(queue);
        const batch = /^[0-9a-f]{16}$/.test(options.drop) ? await batchOf(queue, options.drop) : undefined;
        if (!batch) throw new UserError(1, `There is no batch ${options.drop} at ${queue.url}. See: spiral queue`);
        await dropBatch(queue, batch);
        note(`Withdrawn: ${batch.about}`);
        return 0;
      }
      const overview = await overviewOf(queue);
      if (options.json) printJson(overview);
      else await show(overview, queue.url);
      return 0;
    } finally {
      await queue.nc.close();
    }
  },
});

async function show({ batches, workers }: Overview, url: string): Promise<void> {
  const { takes } = await import("../../jobs/queue/groups.ts");
  const { bold } = styleFor(process.stdout);
  if (batches.length === 0) print(`No jobs at ${url}.`);
  else {
    const header = ["batch", "jobs", "done", "running", "waiting", "a minute", "time left", "command"];
    const rows = batches.map((batch) => [batch.id, ...figures(batch), batch.about]);
    print(`${bold("Batches")}\n${table(header, rows, { right: [1, 2, 3, 4, 5, 6] })}`);
    for (const dispute of batches.flatMap(({ disputes }) => disputes)) warn(dispute);
  }
  if (workers.length === 0) print(`\nNo worker is there. On each machine: spiral worker --queue nats://${url}`);
  else {
    const rows = workers.map((worker) => {
      const { name, build, atOnce, running, done, failed } = worker;
      const isOne = batches.length === 0 || batches.some((batch) => takes(batch, worker));
      return [
        ...[name, String(atOnce), String(running.length), String(done), String(failed)],
        isOne ? build.version : `${build.version}, takes none of these`,
      ];
    });
    const header = ["worker", "at a time", "running", "done", "failed", "Spiral"];
    print(`\n${bold(plural(workers.length, "worker"))}\n${table(header, rows, { right: [1, 2, 3, 4] })}`);
  }
}

function figures({ jobs, done, running, waiting, throughput }: BatchStatus): string[] {
  const left = throughput === null ? "" : inWords((jobs - done) / throughput);
  const rate = throughput === null ? "" : Number((60 * throughput).toPrecision(3)).toLocaleString("en-US");
  return [...[jobs, done, running, waiting].map(String), rate, left];
}

/** `35 s`, `12 min`, `3.5 h`. */
function inWords(seconds: number): string {
  if (seconds < 100) return `${Math.ceil(seconds)} s`;
  return seconds < 6000 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
