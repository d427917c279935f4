/** Part 3: the same seed twice, and interrupted at any time and resumed, gives the same bytes. It is of this machine, without a queue. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { spiralTrain } from "./train.ts";

/** Every file of a run that must not depend on when or how often it was interrupted, by name. */
function contents(run: string): Map<string, string> {
  const checkpoints = readdirSync(join(run, "checkpoints")).flatMap((name) =>
    ["model.safetensors", "optimizer.safetensors"].map((file) => `checkpoints/${name}/${file}`),
  );
  const files = ["metrics.jsonl", "metrics.csv", "episodes.jsonl", ...checkpoints];
  return new Map(
    files.map((file) => {
      const text = readFileSync(join(run, file)).toString("latin1");
      return [file, text.replaceAll(/,"seconds":[\d.]+|,,seconds,[\d.]+/g, "")];
    }),
  );
}

/** Trains `cuts` runs that are interrupted, in a folder. → a table as Markdown */
export async function sameBytes(dir: string, cuts: number): Promise<string> {
  const args = (name: string) => ["--games", "kuhn,ttt,negotiation", "--updates", "200", "--name", name];
  const { wall } = await spiralTrain(args("whole"), dir);
  await spiralTrain(args("twice"), dir);
  const whole = contents(join(dir, "whole"));
  const rowOf = (what: string, name: string): string => {
    const other = contents(join(dir, name));
    const isSame = whole.size === other.size && [...whole].every(([file, text]) => other.get(file) === text);
    return `| ${what} | ${isSame ? "same bytes" : "**DIFFERENT**"} |`;
  };
  const rows = [rowOf("the same seed twice", "twice")];
  for (let cut = 1; cut <= cuts; cut++) {
    const name = `cut${cut}`;
    // At a different time between the start and the end for each.
    const after = 0.8 + ((cut - 0.5) / cuts) * (wall - 1);
    const { code } = await spiralTrain(args(name), dir, after);
    if (code === 130) await spiralTrain(["--resume", name], dir);
    // If the signal came while Node was still loading, there is no run yet and nothing to resume.
    if (code === null) await spiralTrain(args(name), dir);
    const how = code === 130 ? "interrupted and resumed" : code === 0 ? "finished before it" : "begun anew";
    rows.push(rowOf(`${how}, ${after.toFixed(1)} s after the start`, name));
  }
  const what = "Metrics (but for times), logged games, weights and optimizer of every checkpoint.";
  return `### 3. The same seed, the same bytes\n\n${what}\n\n| run | files |\n|---|---|\n${rows.join("\n")}\n\n`;
}
