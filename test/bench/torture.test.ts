/** A small campaign of `npm run torture`, in which commands are killed and go on. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { scenarios, torture } from "../../bench/torture/commands.ts";
import { bin } from "../cli/spiral.ts";

it("train, match --log: a kill each, nothing lost or torn, the same bytes in the end", async () => {
  const dir = mkdtempSync(join(tmpdir(), "spiral-torture-"));
  const short = (arg: string): string => (arg === "mcts:sims=60" ? "mcts:sims=20" : arg);
  const few = scenarios
    .filter(({ name }) => ["train", "match --log"].includes(name))
    .map((scenario) => ({ ...scenario, argv: (dir: string) => scenario.argv(dir).map(short) }));
  const toll = await torture({ bin, dir, kills: 2, seed: 3, limit: 60_000, most: 1, scenarios: few });
  rmSync(dir, { recursive: true });
  const none = { notResumed: 0, torn: 0, lost: 0, doubled: 0, different: 0, problems: [] };
  expect(toll).toMatchObject({ kills: 2, resumed: 2, ...none });
  // A command may end before its kill comes, and is then begun once more.
  expect(toll.finished).toBeGreaterThanOrEqual(2);
}, 120_000);
