/**
 * The advantages that the decisions of logged games were given, computed again from the log and the metrics:
 *
 *   none     A = R_role
 *   rae      A = R_role − b[game, role]      then b ← α b + (1 − α) R_role
 *   shared   A = R_role − b[game]            then b ← α b + (1 − α) · mean of the learner's returns
 *
 * (src/rl/advantages). A line of metrics has b before the batch of its update, and the log has the first games of each batch in
 * order. So A is exact for the games of updates that have such a line. It is not known for others, for a game after one that the log
 * lacks, or for estimators that look at the whole batch.
 */
import type { Config } from "../config/schema.ts";
import type { Seat } from "../games/game.ts";
import { getGame } from "../games/registry.ts";
import type { MetricsLine } from "../run/metrics.ts";
import type { ListedGame, PageEpisode } from "./contents.ts";

type Settings = Pick<Config["rl"], "rule" | "advantage" | "baselineDecay">;

/** The estimators whose advantages can be known. */
const KNOWN: readonly string[] = ["none", "rae", "shared"];

/** Gives the advantages of a game if they are known. It is called with all games of a batch, up to that one, in the order of the log. */
export type Advantages = (
  game: Pick<ListedGame, "game" | "update" | "index" | "players" | "returns">,
) => Pick<PageEpisode, "advantages">;

export function advantagesOf(
  { rule, advantage, baselineDecay: decay }: Settings,
  lines: readonly MetricsLine[],
): Advantages {
  if (rule !== "spiral" || !KNOWN.includes(advantage)) return () => ({});
  const recorded = new Map(lines.map((line) => [line.update, line]));
  /** By game: the batch that is being read, how many of its games were read, and the baselines so far. */
  const batches = new Map<string, { update: number; read: number; baselines: Record<string, number> }>();

  return ({ game, update, index, players, returns }) => {
    const line = update === undefined ? undefined : recorded.get(update);
    if (update === undefined || !line?.baselines || line.demonstrations) return {};
    let batch = batches.get(game);
    if (batch?.update !== update) {
      batch = { update, read: 0, baselines: { ...line.baselines } };
      batches.set(game, batch);
    }
    // After a gap, or in the games against the next opponent, the baselines are not known.
    if (index !== batch.read++) {
      batch.read = Number.POSITIVE_INFINITY;
      return {};
    }
    const { baselines } = batch;
    const { roles } = getGame(game);
    const learned = ([0, 1] as const).filter((seat) => players[seat] === "learner");
    const nameOf = (seat: Seat): string => (advantage === "shared" ? game : `${game}/${roles[seat]}`);
    const given: [number | null, number | null] = [null, null];
    for (const seat of learned) given[seat] = rounded(returns[seat] - (baselines[nameOf(seat)] ?? 0));
    const move = (name: string, r: number): void => {
      baselines[name] = decay * (baselines[name] ?? 0) + (1 - decay) * r;
    };
    if (advantage === "rae") for (const seat of learned) move(nameOf(seat), returns[seat]);
    if (advantage === "shared" && learned.length > 0)
      move(game, learned.reduce((sum: number, seat) => sum + returns[seat], 0) / learned.length);
    return { advantages: given };
  };
}

/** In few bytes. */
const rounded = (x: number): number => Number(x.toFixed(6));
