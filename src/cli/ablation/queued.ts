/** Trains the runs of an ablation by the workers of a queue. */

import { join } from "node:path";
import type { Config } from "../../config/schema.ts";
import type { QueueAddress } from "../../jobs/queue/connection.ts";
import { queueRunner } from "../../jobs/queue/coordinator.ts";
import type { JobRunner } from "../../jobs/runner.ts";
import { startBackend } from "../../nn/backend.ts";
import { UserError } from "../../util/errors.ts";
import { openQueue } from "../queue/opened.ts";
import { placeRun, type QueuedTraining, THREADS } from "../queue/trainings.ts";
import { note } from "../terminal/output.ts";
import { interruption } from "../terminal/signals.ts";
import { isWrittenHere, type Task, type Trainer, type Training, trainingOf, untilUnlocked } from "./training.ts";

export async function queuedTrainer(address: QueueAddress, dir: string, tasks: readonly Task[]): Promise<Trainer> {
  for (const { cell } of tasks) checkPortable(cell.config);
  const backend = await backendsOf(tasks);
  const byName = new Map(tasks.map((task) => [task.name, task]));
  const queued = (training: Training): QueuedTraining => {
    return { ...training, backend: backend(byName.get(training.id) as Task) };
  };
  const opened = await openQueue(address, {
    about: "ablate",
    place: dir,
    identity: tasks.map((task) => queued(trainingOf(task))),
  });
  const { signal, stop } = interruption(() => note("Stopping. Ctrl-C again stops at once."));
  const runner = queueRunner<QueuedTraining>({
    ...opened,
    inOrder: false,
    say: note,
    async receive({ id }, archive) {
      const { cell, seed } = byName.get(id) as Task;
      await untilUnlocked(join(dir, id), signal);
      if (isWrittenHere(join(dir, id))) throw new UserError(1, `${id} is done, and waits in the queue.`);
      await placeRun(archive, dir, id, { ...cell.config, seed, run: { ...cell.config.run, dir, workers: THREADS } });
    },
  });
  return {
    runner: ((trainings, options) => runner(trainings.map(queued), options)) satisfies JobRunner<Training>,
    signal,
    begin: `Workers at ${opened.queue.url} take them. Ctrl-C leaves them in the queue.`,
    goOn: opened.goOn,
    async close() {
      stop();
      await opened.close();
    },
  };
}

/** Throws where a run reads a file of this machine. */
function checkPortable({ nn, rl }: Config): void {
  const file = [nn.policy, rl.demonstrations.from].find((name) => /[./\\]/.test(name));
  if (file === undefined) return;
  throw new UserError(2, `${file} is a file of this machine, which workers do not have. Leave out --queue.`);
}

/** The backend of each run. `auto` is decided here, for all machines alike. */
async function backendsOf(tasks: readonly Task[]): Promise<(task: Task) => string> {
  const names = new Map<string, string>();
  for (const { cell } of tasks) {
    const { nn } = cell.config;
    const key = JSON.stringify(nn);
    if (names.has(key)) continue;
    names.set(key, nn.backend === "auto" ? (await startBackend("auto", [nn])).name : nn.backend);
  }
  return ({ cell }) => names.get(JSON.stringify(cell.config.nn)) as string;
}
