/** Snapshots as a checkpoint's files hold them. */
import { toFiles, toSnapshot } from "../../src/cli/open/checkpoint-contents.ts";
import { loadConfig } from "../../src/config/load.ts";
import { kind } from "../../src/policies/features/mlp.ts";
import type { TrainSettings } from "../../src/rl/settings.ts";
import type { Snapshot } from "../../src/rl/train.ts";

/** Written and read again. */
export function throughFiles(snapshot: Snapshot, { games, nn, rl }: TrainSettings): Snapshot {
  const own = games.map(({ game }) => game);
  const { files, state } = toFiles(snapshot, { games: own });
  const checkpoint = { update: snapshot.update, files, state: JSON.parse(JSON.stringify(state)) };
  const { config } = loadConfig();
  const settings = {
    games: own.map(({ id }) => id),
    nn: { ...config.nn, ...nn, hidden: [...nn.hidden] },
    rl: {
      ...config.rl,
      rule: rl.rule,
      mirror: {
        ...config.rl.mirror,
        critic: { ...config.rl.mirror.critic, hidden: [...rl.mirror.critic.hidden] },
      },
      advantage: rl.advantage,
      opponents: rl.opponents,
      critic: { ...config.rl.critic, hidden: [...rl.critic.hidden] },
    },
  };
  return toSnapshot(checkpoint, "run", settings, kind);
}

/** All of the bytes, as text. */
export function bytesOf(snapshot: Snapshot, { games }: TrainSettings): string {
  const own = games.map(({ game }) => game);
  const { files, state } = toFiles(snapshot, { games: own });
  const bytes = Object.values(files).map((file) => Buffer.from(file).toString("base64"));
  return [snapshot.update, JSON.stringify(state), ...bytes].join("\n");
}
