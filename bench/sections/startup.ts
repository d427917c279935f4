/** Time from process start to the evaluated first update of `kuhn,ttt`, and to the end of `spiral --help`. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runNode, SPIRAL } from "../lib/child.ts";
import { figure, type Measured, type Took } from "../lib/measure.ts";

export async function startup(quick: boolean): Promise<Measured> {
  const help: Took[] = [];
  const first: Took[] = [];
  const whole: Took[] = [];
  for (let i = 0; i < (quick ? 5 : 15); i++) {
    help.push(await runNode(SPIRAL, ["--help"]));
    const dir = mkdtempSync(join(tmpdir(), "spiral-bench-"));
    try {
      const args = ["train", "--games", "kuhn,ttt", "--updates", "1", "--json", "--dir", dir];
      const outcome = await runNode(SPIRAL, args, (line, wall, cpu) => {
        if (line.startsWith('{"type":"evaluation","update":1')) first.push({ wall, cpu: cpu ?? Number.NaN });
      });
      if (outcome.code !== 0) throw new Error(outcome.err);
      whole.push(outcome);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  }
  const seconds = (name: string, took: readonly Took[], most?: number) =>
    figure(
      name,
      "s",
      took.map(({ wall }) => wall),
      {
        cpu: took.flatMap(({ cpu }) => (Number.isNaN(cpu) ? [] : cpu)),
        ...(most === undefined ? {} : { target: { most } }),
      },
    );
  return {
    figures: [
      seconds("spiral --help", help, 0.15),
      seconds("to the first update of kuhn,ttt, evaluated", first, 0.8),
      seconds("a run of one update, saved", whole),
    ],
    notes: [],
  };
}
