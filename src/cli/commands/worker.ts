/** `spiral worker`: takes jobs of other commands (docs/machines.md) from a queue, on this or any machine. */
import { availableParallelism } from "node:os";
import { plural } from "../../util/figures.ts";
import { checkAll } from "../check-all.ts";
import { defineCommand } from "../command.ts";
import { finite, path, whole } from "../flags/flag.ts";
import { neededQueueFlags } from "../flags/queue.ts";
import { note } from "../terminal/output.ts";

export const command = defineCommand({
  usage: "worker",
  example: "spiral worker --queue nats://127.0.0.1:4222 --jobs 2",
  flags: {
    ...neededQueueFlags,
    jobs: whole("--jobs <n>", "jobs at a time; as many as there are cores if not given", { min: 1, max: 1024 }),
    idle: finite("--idle <seconds>", "end after so long without a job; never if not given"),
    players: path("--players <file>", "endpoints of language models beside SPIRAL_LLM_BASE_URL, by their names"),
    scratch: path("--scratch <folder>", "where runs are trained before they are sent (default: the system's own)"),
  },

  async run(_arguments, options) {
    const { namedQueue } = await import("../queue/address.ts");
    const { tmpdir } = await import("node:os");
    const { endpointsHere } = await import("../queue/sent-models.ts");
    const { workInProcesses } = await import("../queue/work.ts");
    const { exitCodeOf, interruption } = await import("../terminal/signals.ts");
    const [address, atOnce = availableParallelism(), idle, endpoints] = checkAll(
      () => namedQueue(options),
      options.jobs,
      options.idle,
      () => endpointsHere(options.players),
    );
    const { signal, stop } = interruption(() => note("Finishing the jobs under way. Ctrl-C again stops at once."));
    try {
      const done = await workInProcesses(address, {
        atOnce,
        signal,
        idle: idle === undefined ? undefined : 1000 * idle,
        parent: options.scratch ?? tmpdir(),
        endpoints,
        models: options.players,
      });
      note(`Ended after ${plural(done, "job")}.`);
      return exitCodeOf(signal) ?? 0;
    } finally {
      stop();
    }
  },
});
