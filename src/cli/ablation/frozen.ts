/** The policies at the checkpoints of some runs, each as it was trained, frozen. */
import { join } from "node:path";
import type { Config } from "../../config/schema.ts";
import type { Game } from "../../games/game.ts";
import { getGame } from "../../games/registry.ts";
import type { WeightArray } from "../../nn/weights.ts";
import type { PolicyModel } from "../../policies/policy-kind.ts";
import { policyKind } from "../../policies/registry.ts";
import { readEntries } from "../../run/checkpoint-folder.ts";
import { readCheckpoint, readRunConfig } from "../../run/read.ts";
import { Rng } from "../../util/rng.ts";
import { note, warn } from "../terminal/output.ts";

export interface FrozenPolicy {
  /** The run's folder. */
  readonly dir: string;
  readonly seed: number;
  readonly update: number;
  readonly config: Config;
  readonly model: PolicyModel;
  /** Those that play while training, not their average. */
  readonly weights: readonly WeightArray[];
  readonly games: readonly { readonly game: Game; readonly rng: Rng }[];
}

/** Run by run and checkpoint by checkpoint. `what` is measured there: it names the random streams, and the note after each run. */
export async function* frozenPolicies(
  dir: string,
  runs: readonly { readonly name: string; readonly seed: number }[],
  what: { readonly stream: string; readonly note: string },
): AsyncGenerator<FrozenPolicy> {
  const { startBackend } = await import("../../nn/backend.ts");
  const { toSnapshot } = await import("../open/checkpoint-contents.ts");
  const networks = runs.map(({ name }) => readRunConfig(join(dir, name)).nn);
  await startBackend("auto", networks);
  for (const { name, seed } of runs) {
    const resolved = { dir: join(dir, name), name };
    const { entries, problems } = readEntries(resolved.dir);
    for (const problem of problems) warn(`${problem}; left out.`);
    for (const { update } of entries) {
      const checkpoint = readCheckpoint({ ...resolved, checkpoint: update }, warn);
      const { config } = checkpoint;
      const games = config.games.map(getGame);
      const kind = await policyKind(config.nn.policy);
      const { weights } = toSnapshot(checkpoint, name, config, kind).learner;
      const rng = new Rng(seed).fork(what.stream, update);
      yield {
        dir: resolved.dir,
        seed,
        update,
        config,
        model: kind.model(config.nn, games),
        weights,
        games: games.map((game) => ({ game, rng: rng.fork(game.id) })),
      };
    }
    note(`${what.note} measured at the checkpoints of ${name}`);
  }
}
