/** Plays a policy against an opponent in batches, for the evaluation in training and in `spiral eval`. */
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
  /** Mean return of the policy per game, in the game's units. */
  readonly meanReturn: number;
  /** 95 % interval of `meanReturn`, over pairs. */
  readonly ci95: readonly [number, number];
}

export interface VersusOptions {
  readonly maxNodes?: number;
  readonly executor?: Executor;
  /** Draws of the bootstrap that gives the interval. */
  readonly bootstrapDraws?: number;
}

/** Games in a batch, which bounds the memory. */
const BATCH = 4096;

/** `episodes` must be even: `policy` sits in each seat in half of them. The result does not depend on `maxNodes` and `executor`. */
export async function versus(
  game: Game,
  policy: Policy,
  opponent: Policy,
  episodes: number,
  rng: Rng,
  { maxNodes = MAX_CACHED_NODES, executor = inThisThread, bootstrapDraws }: VersusOptions = {},
): Promise<Versus> {
  if (episodes % 2 !== 0) throw new RangeError(`${episodes} games are not pairs of games`);
  let graph = new GameGraph(game);
  const tally = new Tally();
  // Against itself, a policy must be two objects: one object in both seats would be self-play, which has no pairs.
  const policies = [policy, policy === opponent ? { ...opponent } : opponent] as const;
  for (let start = 0, batch = 0; start < episodes; start += BATCH, batch++) {
    const size = Math.min(BATCH, episodes - start);
    if (graph.size > maxNodes) graph = new GameGraph(game);
    const [played] = await executor.play([{ graph, episodes: size, policies, paired: true, ...blockKeys(rng, batch) }]);
    for (let pair = 0; pair < size / 2; pair++) {
      const [first0, second1, second0, first1] = played.returns.subarray(4 * pair, 4 * pair + 4);
      tally.add([first0, second1, second0, first1]);
    }
  }
  const { wins, draws, losses } = resultsOf(tally);
  const { mean: meanReturn, ci95 } = meanReturnOf(game, tally, bootstrapDraws);
  return { opponent: opponent.name, episodes, wins, draws, losses, meanReturn, ci95 };
}
