/**
 * `node machines/jobs.js many|thousand URL`, by machines.ts: jobs that compute nothing, so that only the queue is measured.
 *
 * In `thousand`, 1,000 workers share 20 connections. A job takes .5 to 1.5 s on a machine of speed 1; the speeds are log-normal
 * with σ = .3; 5 % are stragglers, five times as slow; every tenth machine dies once at a drawn time, with its job. The ideal is
 * the work divided by the sum of the speeds of those that do not die.
 */
import { fork } from "node:child_process";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { connectQueue, type Queue } from "../../src/jobs/queue/connection.ts";
import { queueRunner } from "../../src/jobs/queue/coordinator.ts";
import type { Build } from "../../src/jobs/queue/presence.ts";
import type { Answer } from "../../src/jobs/queue/results.ts";
import { workAt } from "../../src/jobs/queue/worker.ts";
import type { Job } from "../../src/jobs/runner.ts";
import { Rng } from "../../src/util/rng.ts";

const [part, url = ""] = process.argv.slice(2);
const build: Build = { id: part === "thousand" ? "thousand" : "many", version: "0", code: "0", answer: "0" };
/** Jobs that the workers of `many` take at once. */
const LANES = 16;
const never = new AbortController().signal;
const connect = () => connectQueue({ url, insecure: false }, "bench");

/** Runs the jobs with workers that were begun; → seconds from the first call to the last result. */
async function coordinate(ids: readonly string[]): Promise<number> {
  const queue = await connect();
  const started = performance.now();
  const run = queueRunner({
    ...{ queue, inOrder: true, batch: { id: build.id, about: "bench", build, needs: [] } },
    say: () => {},
    receive: async () => undefined,
  });
  const { done, problems } = await run(
    ids.map((id) => ({ id })),
    { signal: never, onDone: () => {} },
  );
  if (done !== ids.length) throw new Error([`${done} of ${ids.length} are done`, ...problems].join("\n"));
  await queue.nc.close();
  return (performance.now() - started) / 1000;
}

async function many(): Promise<void> {
  const ids = Array.from({ length: 100_000 }, (_, i) => `${i >> 10}-${i}`);
  // Without workers the command queues all and waits: a look at the queue says when.
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 100);
  const started = performance.now();
  const running = coordinate(ids);
  const queue = await connect();
  for (;;) {
    await setTimeout(250);
    const waiting = await queue.jsm.streams.info("SPIRAL_JOBS").catch(() => undefined);
    if (waiting?.state.messages === ids.length) break;
  }
  const queued = (performance.now() - started) / 1000;
  console.log(`${ids.length} jobs queued in ${queued.toFixed(0)} s, resident at most ${(most / 1e6).toFixed(0)} MB`);
  const workers = fork(fileURLToPath(import.meta.url), ["work", url]);
  await running;
  const all = (performance.now() - started) / 1000;
  const mb = (most / 1e6).toFixed(0);
  console.log(
    `done by ${LANES} workers of another process after ${(all - queued).toFixed(0)} s more, resident at most ${mb} MB`,
  );
  clearInterval(watch);
  workers.kill();
  await queue.nc.close();
}

/** Workers of `many`, until they are killed. */
async function work(): Promise<void> {
  const answer = { bytes: new TextEncoder().encode("done") };
  const options = { queue: await connect(), build, has: [], name: "w", atOnce: LANES, signal: never, idle: undefined };
  await workAt({ ...options, work: async () => answer });
}

async function thousand(): Promise<void> {
  const rng = new Rng(1).fork("thousand");
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - rng.next())) * Math.cos(2 * Math.PI * rng.next());
  const machines = Array.from({ length: 1000 }, () => ({
    speed: Math.exp(0.3 * normal()) / (rng.next() < 0.05 ? 5 : 1),
    diesAfter: rng.next() < 0.1 ? 20_000 * rng.next() : undefined,
  }));
  const ids = Array.from({ length: 20_000 }, (_, i) => String(i));
  const costs = new Map(ids.map((id) => [id, 0.5 + rng.next()]));
  const queues = await Promise.all(Array.from({ length: 20 }, connect));
  const stop = new AbortController();
  const started = performance.now();
  let deaths = 0;
  const workers = machines.map(async ({ speed, diesAfter }, i) => {
    // A machine that dies has a connection of its own, which dies with it: its claim is not renewed.
    const queue = diesAfter === undefined ? (queues[i % queues.length] as Queue) : await connect();
    const work = async ({ id }: Job): Promise<Answer> => {
      if (diesAfter !== undefined && performance.now() - started > diesAfter) {
        deaths++;
        await queue.nc.close();
        return new Promise(() => {});
      }
      await setTimeout((1000 * (costs.get(id) as number)) / speed);
      return { bytes: new TextEncoder().encode(id) };
    };
    const working = workAt({
      queue,
      build,
      has: [],
      name: `m${i}`,
      atOnce: 1,
      work,
      signal: stop.signal,
      idle: undefined,
    });
    // The dead do not come back.
    if (diesAfter === undefined) await working;
    else working.catch(() => {});
  });
  const seconds = await coordinate(ids);
  stop.abort();
  await Promise.all(workers);
  const work = [...costs.values()].reduce((sum, cost) => sum + cost, 0);
  const power = machines.reduce((sum, { speed, diesAfter }) => sum + (diesAfter === undefined ? speed : 0), 0);
  const slowest = Math.min(...machines.map(({ speed }) => speed));
  console.log(
    `${ids.length} jobs, 1000 workers, ${deaths} deaths: ${seconds.toFixed(1)} s; ideal ${(work / power).toFixed(1)} s; ` +
      `one job takes up to ${(1.5 / slowest).toFixed(1)} s on the slowest machine`,
  );
  for (const queue of queues) await queue.nc.close();
}

const PARTS = { many, work, thousand };
await PARTS[part as keyof typeof PARTS]();
// The dead of `thousand` still wait.
process.exit();
