/**
 * `npm run torture -- --queue`: the same promises where workers do the work. Kills workers, the command and the server at random
 * instants (SIGKILL), starts what was killed again, and compares the files with those of a command without a queue.
 */
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { Rng } from "../../src/util/rng.ts";
import { ended, type NatsServer, startNats, startWorker } from "./nats.ts";
import {
  type Campaign,
  compare,
  lasting,
  newFolder,
  noToll,
  run,
  type Scenario,
  type Toll,
  tornIn,
} from "./torture.ts";

const PORT = 42_230;
const WORKERS = 2;
/** The most kills before a scenario is brought to its end. */
const MOST = 8;

export const queueScenarios: readonly Scenario[] = [
  {
    name: "ablate --queue",
    argv: (dir) => [
      ...["ablate", "--games", "kuhn", "--updates", "12", "--set", "perGame.kuhn.episodes=64"],
      ...["--vary", "rl.averaging=0.9,0.99", "--seeds", "2", "--name", "a", "--dir", dir],
    ],
  },
  {
    name: "arena --queue",
    argv: (dir) => [
      ...["arena", "mcts:sims=60", "random", "nash", "sloppy", "--games", "ttt,kuhn"],
      ...["--pairs", "40", "--out", join(dir, "t")],
    ],
  },
];

/** A command that a job was given up in, as its worker was killed three times, is run again like one that was killed. */
const GIVEN_UP = /was begun 3 times/;

export interface QueueToll extends Toll {
  /** Kills by victim. */
  readonly of: { workers: number; command: number; server: number };
  givenUp: number;
}

export async function tortureQueue({
  bin,
  dir,
  kills,
  seed,
  limit,
  scenarios,
  onProgress,
}: Omit<Campaign, "most">): Promise<QueueToll> {
  const rng = new Rng(seed).fork("torture --queue");
  const began = performance.now();
  const toll: QueueToll = { ...noToll(), of: { workers: 0, command: 0, server: 0 }, givenUp: 0 };
  const server = await startNats(PORT);
  const workers = await Promise.all(Array.from({ length: WORKERS }, () => startWorker(bin, server.url, 1)));
  const whole = new Map<string, Record<string, string>>();
  try {
    for (let round = 0; toll.kills < kills && performance.now() - began < limit; round++) {
      const scenario = scenarios[round % scenarios.length] as Scenario;
      if (!whole.has(scenario.name)) {
        const place = newFolder(dir, `whole-${whole.size}`);
        const { code, err } = await run(bin, scenario.argv(place));
        if (code !== 0) throw new Error(`${scenario.name} ends with ${code} without a queue: ${err}`);
        whole.set(scenario.name, lasting(place));
      }
      const place = newFolder(dir, `round-${round}`);
      const draws = rng.fork("round", round);
      const most = Math.min(1 + draws.below(MOST), kills - toll.kills);
      await oneRound({ bin, scenario, place, most, draws, server, workers }, toll);
      compare(whole.get(scenario.name) ?? {}, lasting(place), `${scenario.name}, round ${round}`, toll);
      rmSync(place, { recursive: true });
      onProgress?.(toll);
    }
  } finally {
    for (const worker of workers) await ended(worker);
    server.stop();
  }
  return toll;
}

interface Round {
  readonly bin: string;
  readonly scenario: Scenario;
  readonly place: string;
  readonly most: number;
  readonly draws: Rng;
  readonly server: NatsServer;
  readonly workers: ChildProcess[];
}

/** Kills up to `most` processes while the command runs, and runs it until it has ended. */
async function oneRound({ bin, scenario, place, most, draws, server, workers }: Round, toll: QueueToll): Promise<void> {
  let killed = 0;
  for (;;) {
    const command = started(bin, [...scenario.argv(place), "--queue", server.url]);
    let isOver = false;
    const outcome = command.outcome.finally(() => {
      isOver = true;
    });
    while (!isOver && killed < most) {
      await Promise.race([outcome, setTimeout(200 + 2500 * draws.next())]);
      if (isOver) break;
      killed++;
      toll.kills++;
      const victim = draws.below(4);
      if (victim === 0) {
        toll.of.command++;
        command.child.kill("SIGKILL");
        await outcome;
      } else if (victim === 1) {
        toll.of.server++;
        await server.restart();
      } else {
        toll.of.workers++;
        const which = draws.below(workers.length);
        await ended(workers[which] as ChildProcess);
        workers[which] = await startWorker(bin, server.url, 1);
      }
      toll.torn += tornIn(place, toll.problems);
    }
    const { code, err } = await outcome;
    if (code === null) continue;
    toll.resumed++;
    if (code === 0) break;
    if (GIVEN_UP.test(err)) toll.givenUp++;
    else {
      toll.notResumed++;
      toll.problems.push(`${scenario.name} ended with ${code} after ${killed} kills: ${err.trim()}`);
      return;
    }
  }
  toll.finished++;
}

function started(bin: string, argv: readonly string[]) {
  const child = spawn(process.execPath, [bin, ...argv], { stdio: ["ignore", "ignore", "pipe"] });
  let err = "";
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  const outcome = new Promise<{ code: number | null; err: string }>((resolve) =>
    child.on("close", (code) => resolve({ code, err })),
  );
  return { child, outcome };
}
