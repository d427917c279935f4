/**
 * How many games, and how much time, a rule needs until NashConv in Leduc poker is 0.1: tabular methods, which keep numbers for every
 * information set, beside a network that learns by `rl.rule: mirror`. The time is without evaluation, but for the network's.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cfrPlus } from "../../src/exact/cfr.ts";
import { compiledGame } from "../../src/exact/compiled-game.ts";
import { nashConv } from "../../src/exact/nash-conv.ts";
import type { Strategy } from "../../src/exact/strategy.ts";
import { getGame } from "../../src/games/registry.ts";
import { median } from "../../src/util/median.ts";
import { Rng } from "../../src/util/rng.ts";
import { runNode, SPIRAL } from "../lib/child.ts";
import { mccfr } from "../lib/mccfr.ts";
import { type Figure, figure, type Measured } from "../lib/measure.ts";

const GOAL = 0.1;
const GAME = "leduc";

/** How far a method had to go. `games`: episodes, or leaves that a traversal ended at; absent if every state is visited. */
interface Reached {
  readonly cpu: number;
  readonly games?: number;
  readonly traversals?: number;
}

/** Repeats `step` until the average is good enough. It is evaluated after each tenth more of the work. */
function until(step: () => void, average: () => Strategy): number {
  const compiled = compiledGame(getGame(GAME));
  let cpu = 0;
  for (let done = 0, next = 10; ; next = Math.ceil(next * 1.1)) {
    const before = process.cpuUsage();
    for (; done < next; done++) step();
    const { user, system } = process.cpuUsage(before);
    cpu += (user + system) / 1e6;
    if (nashConv(compiled, average()).nashConv <= GOAL) return cpu;
  }
}

function tabular(sampling: "external" | "outcome", seed: number): Reached {
  const method = mccfr(compiledGame(getGame(GAME)), sampling, new Rng(seed));
  const cpu = until(
    () => method.iterate(),
    () => method.average(),
  );
  return { cpu, games: method.ends, traversals: method.traversals };
}

function full(): Reached {
  const solver = cfrPlus(compiledGame(getGame(GAME)));
  const cpu = until(
    () => solver.iterate(1),
    () => solver.average(),
  );
  return { cpu, traversals: solver.iterations };
}

/** The network's games until the first evaluation that is good enough; undefined if none is. */
async function network(seed: number): Promise<Reached | undefined> {
  const dir = mkdtempSync(join(tmpdir(), "spiral-bench-"));
  let reached: Reached | undefined;
  try {
    const args = ["train", "--games", GAME, "--seed", String(seed), "--workers", "0", "--json", "--dir", dir];
    const { code, err } = await runNode(SPIRAL, args, (line, _wall, cpu) => {
      const event = JSON.parse(line) as {
        type: string;
        update: number;
        episodes: number;
        games: Record<string, { nashConv: number }>;
      };
      if (event.type !== "evaluation" || reached || (event.games[GAME]?.nashConv ?? 1) > GOAL) return;
      reached = { cpu: cpu ?? 0, games: event.update };
    });
    if (code !== 0) throw new Error(err);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  const { gameSettings, loadConfig } = await import("../../src/config/load.ts");
  const { config } = loadConfig({ flags: [{ name: "--games", key: "games", text: GAME }] });
  return reached && { ...reached, games: (reached.games ?? 0) * gameSettings(config, GAME).episodes };
}

function line(name: string, found: readonly Reached[]): Figure {
  const games = found.flatMap((one) => one.games ?? []);
  const traversals = found.flatMap((one) => one.traversals ?? []);
  return figure(
    name,
    "CPU s",
    found.map(({ cpu }) => cpu),
    {
      also: {
        ...(games.length > 0 ? { games: median(games) } : {}),
        ...(traversals.length > 0 ? { "traversals, iterations": median(traversals) } : {}),
      },
    },
  );
}

export async function samples(quick: boolean): Promise<Measured> {
  const seeds = quick ? [1] : [1, 2, 3];
  const learned: Reached[] = [];
  for (const seed of seeds) learned.push(...[await network(seed)].flatMap((one) => one ?? []));
  const figures = [
    line("CFR+, every state an iteration", [full()]),
    line(
      "external-sampling MCCFR, a table",
      seeds.map((seed) => tabular("external", seed)),
    ),
    line(
      "outcome-sampling MCCFR, a table",
      seeds.map((seed) => tabular("outcome", seed)),
    ),
    ...(learned.length > 0 ? [line("spiral train --games leduc, a network", learned)] : []),
  ];
  const notes = [`Until NashConv in Leduc poker is at most ${GOAL}.`];
  if (learned.length < seeds.length)
    notes.push(
      `${seeds.length - learned.length} of ${seeds.length} runs of the network did not get there in its length.`,
    );
  return { figures, notes };
}
