/**
 * `npm run torture -- --queue`: the same promises where workers do the work. Kills workers, the command and the server at random
 * instants (SIGKILL), and starts what was killed again. The files must be those of a command without a queue.
 */
import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { ended, startNats, startWorker } from "../lib/nats.ts";
import { type Attempt, begun, type Campaign, campaign, type Scenario, type Toll } from "./campaign.ts";
import { tornIn } from "./files.ts";

const PORT = 42_230;
const WORKERS = 2;

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

/** A command that a job was given up in, as its worker was killed three times, is begun again like one that was killed. */
const GIVEN_UP = /was begun 3 times/;

export interface QueueToll extends Toll {
  /** Kills by victim. */
  readonly of: { workers: number; command: number; server: number };
  readonly givenUp: number;
}

export async function tortureQueue(options: Campaign): Promise<QueueToll> {
  const server = await startNats(PORT);
  const workers = await Promise.all(Array.from({ length: WORKERS }, () => startWorker(options.bin, server.url, 1)));
  const of = { workers: 0, command: 0, server: 0 };
  let givenUp = 0;

  const attempt: Attempt = async ({ bin, scenario, place, draws }, left, toll) => {
    const command = begun(bin, [...scenario.argv(place), "--queue", server.url]);
    let isOver = false;
    const outcome = command.ended.finally(() => {
      isOver = true;
    });
    for (let kill = 0; kill < left; kill++) {
      await Promise.race([outcome, setTimeout(200 + 2500 * draws.next())]);
      if (isOver) break;
      toll.kills++;
      const victim = draws.below(4);
      if (victim === 0) {
        of.command++;
        command.child.kill("SIGKILL");
        await outcome;
      } else if (victim === 1) {
        of.server++;
        await server.restart();
      } else {
        of.workers++;
        const which = draws.below(workers.length);
        await ended(workers[which] as ChildProcess);
        workers[which] = await startWorker(bin, server.url, 1);
      }
      toll.torn += tornIn(place, toll.problems);
    }
    const { code, err } = await outcome;
    if (code === 0 || !GIVEN_UP.test(err)) return { code, err };
    givenUp++;
    return { code: null, err };
  };

  try {
    return { ...(await campaign("torture --queue", options, attempt)), of, givenUp };
  } finally {
    for (const worker of workers) await ended(worker);
    server.stop();
  }
}
