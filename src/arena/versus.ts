/** A policy against an opponent, all at once: what training and `spiral eval` ask for. */
import type { Game } from "../games/game.ts";
import { GameGraph, MAX_CACHED_NODES } from "../graph/game-graph.ts";
import type { Policy } from "../policies/policy.ts";
import type { Executor } from "../selfplay/plan.ts";
import { inThisThread } from "../selfplay/play.ts";
import type { Rng } from "../util/rng.ts";
import { blockKeys } from "./pairing.ts";
import { meanReturnOf, resultsOf, Tally } from "./summary.ts";

export interface Versus {
  readonly opponent: string;
  readonly episodes: number;
  readonly wins: number;
  readonly draws: number;
  readonly losses: number;
  /** Of the policy, per game, in the game's own units. */
  readonly meanReturn: number;
  /** 95 % interval of `meanReturn`, over pairs. */
  readonly ci95: readonly [number, number];
}

/** Games played at a time, which bounds the memory. */
const BATCH = 4096;

/** `episodes` must be even: half of them with `policy` in either seat. The result depends on neither of the options. */
export async function versus(
  game: Game,
  policy: Policy,
  opponent: Policy,
  episodes: number,
  rng: Rng,
  { maxNodes = MAX_CACHED_NODES, executor = inThisThread }: { maxNodes?: number; executor?: Executor } = {},
): Promise<Versus> {
  if (episodes % 2 !== 0) throw new RangeError(`${episodes} games are not pairs of games`);
  let graph = new GameGraph(game);
  const tally = new Tally();
  // Against itself a policy must still be two players, so that the seats stay apart.
  const policies = [policy, policy === opponent ? { ...opponent } : opponent] as const;
  for (let start = 0, batch = 0; start < episodes; start += BATCH, batch++) {
    const size = Math.min(BATCH, episodes - start);
    if (graph.size > maxNodes) graph = new GameGraph(game);
    const [played] = await executor.play([{ graph, episodes: size, policies, paired: true, ...blockKeys(rng, batch) }]);
    for (let pair = 0; pair < size / 2; pair++) {
      const [a0 = 0, b1 = 0, b0 = 0, a1 = 0] = played?.returns.subarray(4 * pair, 4 * pair + 4) ?? [];
      tally.add([a0, b1, b0, a1]);
    }
  }
  const { wins, draws, losses } = resultsOf(tally);
  const { mean: meanReturn, ci95 } = meanReturnOf(game, tally);
  return { opponent: opponent.name, episodes, wins, draws, losses, meanReturn, ci95 };
}
