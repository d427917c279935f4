/** Kills commands at random instants (SIGKILL), and with every other kill their children too. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { begun, type Campaign, campaign, type Round, type Scenario, type Toll } from "./campaign.ts";
import { lockHolders } from "./files.ts";

const TINY = ["--games", "kuhn", "--updates", "12", "--set", "perGame.kuhn.episodes=64"];
const EVERY = ["evaluateEvery=3", "logEvery=1", "checkpointEvery=3", "keepEpisodes=2", "workers=0"];
const SETS = EVERY.flatMap((set) => ["--set", `run.${set}`]);

export const scenarios: readonly Scenario[] = [
  {
    name: "train",
    complete: /run is complete: all \d+ updates are done/,
    argv: (dir) =>
      existsSync(join(dir, "run", "manifest.json"))
        ? ["train", "--resume", "run", "--dir", dir]
        : ["train", ...TINY, ...SETS, "--size", "xs", "--name", "run", "--dir", dir],
  },
  {
    name: "ablate",
    argv: (dir) => ["ablate", ...TINY, "--vary", "rl.averaging=0.9,0.99", "--seeds", "1", "--name", "a", "--dir", dir],
  },
  {
    name: "arena",
    argv: (dir) => [
      "arena",
      "mcts:sims=60",
      "random",
      "nash",
      "--games",
      "ttt,kuhn",
      "--pairs",
      "50",
      "--out",
      join(dir, "t"),
    ],
  },
  {
    name: "match --log",
    argv: (dir) => {
      const log = join(dir, "games.jsonl");
      return ["match", "mcts:sims=60", "random", "--game", "connect-four", "--pairs", "30", "--log", log, "--resume"];
    },
  },
];

export const torture = (options: Campaign): Promise<Toll> => campaign("torture", options, attempt);

/** A code of null counts as a kill. */
async function attempt({ bin, scenario, place, draws, milliseconds }: Round, left: number, toll: Toll) {
  const { child, ended } = begun(bin, scenario.argv(place));
  if (left > 0) {
    const after = draws.next() * milliseconds;
    const withChildren = draws.next() < 0.5;
    await Promise.race([ended, setTimeout(after)]);
    const others = withChildren ? lockHolders(place) : [];
    child.kill("SIGKILL");
    for (const pid of others) killIfThere(pid);
  }
  const outcome = await ended;
  if (outcome.code === null) toll.kills++;
  return outcome;
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}
