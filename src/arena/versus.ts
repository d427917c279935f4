/**
 * A policy against an opponent: pairs of games on the same deal with the seats swapped. The luck of the deal and of the
 * seat is then the same for both, and a pair, not a game, is what the statistics count as independent.
 */
import type { Game } from "../games/game.ts";
import { GameGraph, MAX_CACHED_NODES } from "../games/graph.ts";
import type { Policy } from "../games/policy.ts";
import { play } from "../selfplay/play.ts";
import type { Rng } from "../util/rng.ts";
import { meanWithInterval } from "../util/stats.ts";

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

/** `episodes` must be even: half of them with `policy` in either seat. The result does not depend on `maxNodes`. */
export function versus(
  game: Game,
  policy: Policy,
  opponent: Policy,
  episodes: number,
  rng: Rng,
  maxNodes = MAX_CACHED_NODES,
): Versus {
  if (episodes % 2 !== 0) throw new RangeError(`${episodes} games are not pairs of games`);
  let graph = new GameGraph(game);
  const pairMeans: number[] = [];
  const counts = { wins: 0, draws: 0, losses: 0 };
  for (let start = 0, batch = 0; start < episodes; start += BATCH, batch++) {
    const draws = rng.fork("batch", batch);
    const size = Math.min(BATCH, episodes - start);
    if (graph.size > maxNodes) graph = new GameGraph(game);
    const [trajectories] = play([
      {
        graph,
        episodes: size,
        // Against itself a policy must still be two players, so that the seats stay apart.
        policies: [policy, policy === opponent ? { ...opponent } : opponent],
        paired: true,
        chanceKey: draws.fork("chance").key(),
        actionKey: draws.fork("actions").key(),
      },
    ]);
    for (let episode = 0; episode < size; episode++) {
      // The policy sits in seat 0 in even episodes and in seat 1 in odd ones.
      const r = trajectories?.returns[episode * 2 + (episode & 1)] as number;
      counts[r > 0 ? "wins" : r < 0 ? "losses" : "draws"]++;
      if (episode & 1) pairMeans[pairMeans.length - 1] = ((pairMeans.at(-1) as number) + r) / 2;
      else pairMeans.push(r);
    }
  }
  const { mean: meanReturn, ci95 } = meanWithInterval(pairMeans);
  return { opponent: opponent.name, episodes, ...counts, meanReturn, ci95 };
}
