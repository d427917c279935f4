/** The information sets at which a player is asked: all of a small game, the likeliest of a large one. */
import type { CompiledGame } from "../../exact/compiled-game.ts";
import { jointReach } from "../../exact/reach.ts";
import { strategyOf } from "../../exact/strategy.ts";
import type { Game } from "../../games/game.ts";
import { GameGraph, type Infoset } from "../../graph/game-graph.ts";
import { uniform } from "../../policies/policy.ts";
import { play } from "../../selfplay/play.ts";
import { compiledAloud } from "../open/exact.ts";

/** All sets are asked about up to this number; else the first so many. */
const ALL = 300;
const FIRST = 100;
/** Games of random play in which the sets of a game that cannot be walked are counted. */
const GAMES = 1000;

export interface AskedSets {
  /** Representatives under the game's symmetries, with two actions or more. */
  readonly sets: readonly Infoset[];
  /** Such sets in the whole game; null if they cannot be counted. */
  readonly total: number | null;
  /** Null if the game cannot be walked. */
  readonly compiled: CompiledGame | null;
}

/** The first `wanted` by their reach in random play; by default all, if there are at most 300, else 100. */
export function setsToAsk(game: Game, wanted: number | undefined): AskedSets {
  const hasChoice = ({ actions }: Infoset): boolean => actions.length > 1;
  if (!game.walkable)
    return {
      sets: sampledSets(game)
        .filter(hasChoice)
        .slice(0, wanted ?? FIRST),
      total: null,
      compiled: null,
    };
  const compiled = compiledAloud(game);
  const all = compiled.representatives.filter(hasChoice);
  const count = wanted ?? (all.length <= ALL ? all.length : FIRST);
  return { sets: count >= all.length ? all : byReach(compiled, all).slice(0, count), total: all.length, compiled };
}

function byReach(compiled: CompiledGame, sets: readonly Infoset[]): Infoset[] {
  const reach = new Map<Infoset, number>();
  const ofNode = jointReach(compiled, strategyOf(compiled, uniform));
  for (const [n, i] of compiled.infoset.entries()) {
    if (i < 0) continue;
    const { canonical } = compiled.infosets[i] as Infoset;
    reach.set(canonical, (reach.get(canonical) ?? 0) + ofNode[n]);
  }
  return [...sets].sort((a, b) => (reach.get(b) ?? 0) - (reach.get(a) ?? 0));
}

/** The representatives that come up in games of random play, the most frequent first. */
function sampledSets(game: Game): Infoset[] {
  const graph = new GameGraph(game);
  const [played] = play([
    { graph, episodes: GAMES, policies: [uniform, uniform], paired: false, chanceKey: 1, actionKey: 2 },
  ]);
  if (!played) return [];
  const visits = new Map<Infoset, number>();
  for (let game = 0; game < GAMES; game++) {
    let node = graph.root;
    for (let ply = 0; ply < played.plies[game]; ply++) {
      const set = node.infoset?.canonical;
      if (set) visits.set(set, (visits.get(set) ?? 0) + 1);
      node = graph.child(node, played.slots[game * graph.game.maxPlies + ply]);
    }
  }
  return [...visits].sort(([, a], [, b]) => b - a).map(([set]) => set);
}
