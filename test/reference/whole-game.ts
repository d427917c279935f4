/**
 * What a best response earns, by walking every single history and merging nothing: a check on evaluators that merge
 * states. The player carries the set of histories it cannot tell apart; when it acts, they part by what it now sees.
 */
import type { Game, Seat } from "../../src/games/game.ts";
import { GameGraph } from "../../src/graph/game-graph.ts";
import type { Policy } from "../../src/policies/policy.ts";
import type { ReferencePolicy } from "./brute-force.ts";

interface History {
  readonly state: unknown;
  /** Chance's and the opponent's probability of it. */
  readonly weight: number;
}

export function historyBestResponse(game: Game, opponent: ReferencePolicy, player: Seat): number {
  const respond = (histories: readonly History[]): number => {
    let ended = 0;
    const seen = new Map<string, History[]>();
    const walk = ({ state, weight }: History): void => {
      const turn = game.turn(state);
      if (weight === 0) return;
      if (turn.kind === "end") {
        ended += weight * turn.returns[player];
      } else if (turn.kind === "player" && turn.player === player) {
        const key = game.infosetKey(state, player);
        seen.set(key, [...(seen.get(key) ?? []), { state, weight }]);
      } else {
        const p =
          turn.kind === "chance"
            ? turn.probabilities
            : opponent(game.infosetKey(state, turn.player), turn.player, turn.actions.length, state);
        turn.actions.forEach((action, i) => {
          walk({ state: game.apply(state, action), weight: weight * (p[i] as number) });
        });
      }
    };
    for (const history of histories) walk(history);
    for (const together of seen.values()) {
      const turn = game.turn(together[0]?.state);
      if (turn.kind !== "player") throw new Error("no decision");
      const worth = turn.actions.map((action) =>
        respond(together.map(({ state, weight }) => ({ state: game.apply(state, action), weight }))),
      );
      ended += Math.max(...worth);
    }
    return ended;
  };
  return respond([{ state: game.initial(), weight: 1 }]);
}

/** A policy as the references ask for it. */
export function referenceOf(game: Game, policy: Policy): ReferencePolicy {
  const graph = new GameGraph(game);
  return (_key, _player, _count, state) => {
    const { infoset } = graph.node(state);
    if (!infoset) throw new Error("no decision");
    return Array.from(policy.distributions([infoset])[0] ?? []);
  };
}
