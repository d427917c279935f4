/**
 * Whole runs of `spiral train --games kuhn,ttt` with the default settings, from process start to process end, with games played
 * in the main thread and in workers: decisions per second, time until it plays well, memory. Then the time of `spiral train` on
 * its three games. A run plays well from the first evaluation after which Kuhn's NashConv stays at most 0.01 and greedy
 * tic-tac-toe's stays 0.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { runNode, SPIRAL } from "../lib/child.ts";
import { type Figure, figure, type Measured } from "../lib/measure.ts";

export interface Evaluation {
  readonly wall: number;
  readonly cpu: number | undefined;
  readonly games: Readonly<Record<string, { readonly nashConv: number; readonly greedyNashConv: number }>>;
}

interface Run {
  readonly wall: number;
  readonly cpu: number;
  readonly residentMB: number;
  readonly decisions: number;
  readonly good: Evaluation | undefined;
}

/** The first evaluation from which all are good, to the end of the run; undefined if the last one is not good. */
export function goodFrom(evaluations: readonly Evaluation[]): Evaluation | undefined {
  const isGood = ({ games: { kuhn, ttt } }: Evaluation): boolean =>
    kuhn !== undefined && ttt !== undefined && kuhn.nashConv <= 0.01 && ttt.greedyNashConv < 1e-9;
  return evaluations[evaluations.findLastIndex((evaluation) => !isGood(evaluation)) + 1];
}

async function train(games: string, workers: string, seed: number): Promise<Run> {
  const dir = mkdtempSync(join(tmpdir(), "spiral-bench-"));
  const evaluations: Evaluation[] = [];
  let decisions = 0;
  try {
    const args = ["train", "--games", games, "--seed", String(seed), "--workers", workers, "--json", "--dir", dir];
    const outcome = await runNode(SPIRAL, args, (line, wall, cpu) => {
      const event = JSON.parse(line) as { type: string; games: Evaluation["games"]; decisions: number };
      if (event.type === "evaluation") evaluations.push({ wall, cpu, games: event.games });
      else decisions = event.decisions;
    });
    if (outcome.code !== 0) throw new Error(outcome.err);
    return { ...outcome, decisions, good: goodFrom(evaluations) };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

export async function training(quick: boolean): Promise<Measured> {
  const isOne = availableParallelism() <= 2;
  const ways: [string, string][] = [
    ["auto", isOne ? "workers auto (1 here)" : "workers auto"],
    ["0", "workers 0"],
    ...(isOne ? [] : ([["1", "workers 1"]] as [string, string][])),
  ];
  const figures: Figure[] = [];
  const notes: string[] = [];
  const three: Run[] = [];
  const runs = new Map<string, Run[]>(ways.map(([workers]) => [workers, []]));
  // In turns, so that a busy moment of the machine affects all alike.
  for (let seed = 1; seed <= (quick ? 1 : 3); seed++) {
    for (const [workers] of ways) runs.get(workers)?.push(await train("kuhn,ttt", workers, seed));
    three.push(await train("kuhn,ttt,negotiation", "auto", seed));
  }
  for (const [workers, name] of ways) {
    const all = runs.get(workers) as Run[];
    const cpu = all.map((run) => run.cpu);
    const rates = all.map(({ decisions, wall }) => decisions / wall);
    const isDefault = workers === "auto";
    figures.push(
      figure(`${name}: end to end`, "decisions/s", rates, {
        cpu,
        ...(isDefault ? { target: { least: 400_000 } } : {}),
      }),
      figure(
        `${name}: end to end`,
        "decisions per CPU second",
        all.map(({ decisions, cpu }) => decisions / cpu),
        { cpu },
      ),
      figure(
        `${name}: the whole run`,
        "s",
        all.map(({ wall }) => wall),
        { cpu },
      ),
    );
    if (!isDefault) continue;
    const good = all.flatMap((run) => run.good ?? []);
    if (good.length < all.length) notes.push(`${all.length - good.length} of ${all.length} runs never played well.`);
    if (good.length > 0) {
      figures.push(
        figure(
          `${name}: until it plays well`,
          "s",
          good.map(({ wall }) => wall),
          { cpu: good.flatMap((evaluation) => evaluation.cpu ?? []) },
        ),
      );
    }
    figures.push(
      figure(
        `${name}: resident memory at most`,
        "MB",
        all.map(({ residentMB }) => residentMB),
        { target: { most: 300 } },
      ),
    );
  }
  figures.push(
    figure(
      "three games, workers auto: the whole run",
      "s",
      three.map(({ wall }) => wall),
      { cpu: three.map(({ cpu }) => cpu), target: { most: 20 } },
    ),
  );
  return { figures, notes };
}
