/** Players as data for other machines: a spec, and of a run the files that it is opened from. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { packFolder } from "../../jobs/archive.ts";
import { BEST_RESPONSE } from "../../players/best-response.ts";
import type { Player } from "../../players/player.ts";
import { parseSpec } from "../../players/spec.ts";
import { checkpointName } from "../../run/checkpoint-folder.ts";
import { checkRunName, resolveRun } from "../../run/directory.ts";
import { readRunConfig } from "../../run/read.ts";
import { UserError } from "../../util/errors.ts";
import { RUN, type SentPlayer } from "./games-job.ts";

/** The spec of a run, or of whoever exploits it; undefined for others. */
const runIn = (text: string) => {
  const spec = parseSpec(text);
  const run = spec.kind === "best-response" ? spec.of : spec;
  return run.kind === "run" ? run : undefined;
};

type Unsent = Omit<SentPlayer, "run"> & {
  readonly run?: Omit<NonNullable<SentPlayer["run"]>, "blob">;
  readonly archive?: Promise<Buffer>;
};

export function sentPlayers(specs: readonly string[], players: readonly Player[], runs: string): Unsent[] {
  return players.map(({ name }, i): Unsent => {
    const spec = specs[i] as string;
    const { kind } = parseSpec(spec);
    if (kind === "human") throw new UserError(2, "A person plays at this machine: leave out --queue.");
    if (kind === "llm") checkAdviser(spec);
    const run = runIn(spec);
    if (!run) return { name, spec };
    const resolved = resolveRun(run.run, runs);
    checkRunName(resolved.name);
    // The update that was opened, which the name says: meanwhile there may be a later one.
    const update = Number(/@(\d+)(?::greedy)?$/.exec(name)?.[1]);
    const folder = `checkpoints/${checkpointName(update)}`;
    const files = readdirSync(join(resolved.dir, folder)).map((file) => `${folder}/${file}`);
    const archive = packFolder(resolved.dir, ["manifest.json", "config.yaml", "checkpoints.jsonl", ...files.sort()]);
    const at = `@${update}${run.greedy ? ":greedy" : ""}`;
    const isExploited = parseSpec(spec).kind === "best-response";
    return { name, spec: isExploited ? `${BEST_RESPONSE}:of=${RUN}` : RUN, run: { name: resolved.name, at }, archive };
  });
}

function checkAdviser(spec: string): void {
  const parsed = parseSpec(spec);
  if (parsed.kind !== "llm" || parsed.advise?.kind !== "run") return;
  throw new UserError(2, `${spec}: a run does not advise over a queue. Leave out --queue, or name another adviser.`);
}

/** The backend that opens the runs among the players here, so that workers take the same; undefined if there are none. */
export async function backendOf(specs: readonly string[], runs: string): Promise<string | undefined> {
  const found = specs.flatMap((spec) => runIn(spec) ?? []);
  if (found.length === 0) return undefined;
  const { startTrained } = await import("../open/trained-backend.ts");
  const networks = found.map(({ run }) => readRunConfig(resolveRun(run, runs).dir).nn);
  const [backend = "auto", ...others] = new Set(networks.map((nn) => nn.backend));
  return (await startTrained(others.length === 0 ? backend : "auto", networks)).name;
}
