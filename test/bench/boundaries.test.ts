/** `npm run torture -- --every ablate`, at a few calls. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { tortureBoundaries } from "../../bench/torture/boundaries.ts";
import { bin } from "../cli/spiral.ts";

const ablate = {
  name: "ablate",
  argv: (dir: string) => [
    ...["ablate", "--games", "kuhn", "--updates", "2", "--vary", "rl.averaging=0.9", "--seeds", "1", "--jobs", "1"],
    ...["--set", "perGame.kuhn.episodes=64", "--set", "nn.hidden=[4]", "--name", "a", "--dir", dir],
  ],
};

/** Of 59, two of its run: as it saves, where the ablation is killed as well; and after the last checkpoint, before its manifest says so. */
const CALLS = [30, 49];

it("an ablation whose run is killed as it saves, or before it says that it is finished, ends with the same bytes", async () => {
  const dir = mkdtempSync(join(tmpdir(), "spiral-boundaries-"));
  const toll = await tortureBoundaries({ bin, dir, scenario: ablate, calls: CALLS, limit: 60_000 });
  rmSync(dir, { recursive: true });
  const none = { notResumed: 0, torn: 0, lost: 0, doubled: 0, different: 0, problems: [] };
  expect(toll).toMatchObject({ kills: CALLS.length, resumed: CALLS.length, finished: CALLS.length, ...none });
}, 120_000);
