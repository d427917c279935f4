/**
 * Whether a match has only one pair of games. If neither player mixes its actions where a game leads, and chance has no part
 * in it, every pair is a copy of the first: playing more of them adds no evidence. This is decided by play, not by names: a
 * game is forced if every distribution on its way gives one action the probability 1.
 */
import type { Game } from "../games/game.ts";
import { withoutTalk } from "../games/parts/talk.ts";
import { GameGraph, type Infoset } from "../graph/game-graph.ts";
import type { Policy } from "../policies/policy.ts";
import type { Match } from "./pairing.ts";

/** Whether all pairs of a match would be the same two games. Players that are asked are taken to answer anew each time. */
export function isDeterministic({ game, players: [first, second], openings }: Omit<Match, "rng">): boolean {
  if (openings || first.kind === "asked" || second.kind === "asked" || first.seeded || second.seeded) return false;
  // Some policies take long to make, and none is needed if the game begins with a deal.
  if (game.turn(game.initial()).kind === "chance") return false;
  return isForcedPair(game, first.policy(game), second.policy(game));
}

/** Whether both games of a pair between two policies are forced. */
export function isForcedPair(game: Game, first: Policy, second: Policy): boolean {
  return isForced(game, [first, second]) && isForced(game, [second, first]);
}

/** `seats`: the policies in seats 0 and 1. */
function isForced(game: Game, seats: readonly [Policy, Policy]): boolean {
  const graph = new GameGraph(withoutTalk(game));
  let node = graph.root;
  for (;;) {
    const { turn, infoset } = node;
    if (turn.kind === "end") return true;
    const probabilities =
      turn.kind === "chance" ? turn.probabilities : seats[turn.player].distributions([infoset as Infoset])[0];
    const slot = probabilities.indexOf(1);
    if (slot < 0) return false;
    node = graph.child(node, slot);
  }
}

/** The note below tables, if any of the matches are deterministic. */
export function copiesNote({ matches, deterministic }: { matches: number; deterministic: number }): string[] {
  if (deterministic === 0) return [];
  const which = deterministic === matches ? "All matches are" : `${deterministic} of ${matches} matches are`;
  return [`${which} the same each time, as nothing in them is drawn: one pair of games was played and counts once.`];
}
