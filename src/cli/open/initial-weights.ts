/** The weights that `spiral train --init RUN[@CHECKPOINT]` begins with: those that the checkpoint serves. */
import type { Config } from "../../config/schema.ts";
import type { WeightArray } from "../../nn/weights.ts";
import { policyKind } from "../../policies/registry.ts";
import { checkpointName, sha256 } from "../../run/checkpoint-folder.ts";
import { resolveRun } from "../../run/directory.ts";
import type { Manifest } from "../../run/manifest.ts";
import { readCheckpoint } from "../../run/read.ts";
import { UserError } from "../../util/errors.ts";
import { warn } from "../terminal/output.ts";
import { checkGames, servedWeights } from "./checkpoint-contents.ts";

export interface InitialWeights {
  readonly weights: readonly WeightArray[];
  /** What the new run's manifest says of them. */
  readonly source: NonNullable<Manifest["init"]>;
}

/** Throws a UserError if they do not fit a run of `config`: the games (in their order) and the network must be the same. */
export async function initialWeights(spec: string, config: Config): Promise<InitialWeights> {
  const resolved = resolveRun(spec, config.run.dir);
  const checkpoint = readCheckpoint(resolved, warn);
  checkGames(checkpoint, resolved.name, checkpoint.config);
  const problems = (["games", "nn.policy", "nn.hidden"] as const).flatMap((key) => {
    const [there, here] = [settingOf(checkpoint.config, key), settingOf(config, key)];
    return there === here ? [] : [`--init ${spec}: ${resolved.name} has ${key} ${there}, and this run ${here}.`];
  });
  if (problems.length > 0) throw new UserError(2, problems);
  const kind = await policyKind(config.nn.policy);
  const { weights, bytes } = servedWeights(checkpoint, resolved.name, config, kind);
  const source = { run: resolved.name, checkpoint: checkpointName(checkpoint.update), sha256: sha256(bytes) };
  return { weights, source };
}

function settingOf({ games, nn }: Config, key: "games" | "nn.policy" | "nn.hidden"): string {
  return key === "games" ? games.join(",") : key === "nn.policy" ? nn.policy : nn.hidden.join(",");
}
