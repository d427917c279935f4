/** Values of actions against a known opponent: what is given away adds up to what a best response wins more. */
import { describe, expect, it } from "vitest";
import { bestResponseValue } from "../../src/exact/best-response.ts";
import { compiledGame } from "../../src/exact/compiled-game.ts";
import { strategyOf } from "../../src/exact/strategy.ts";
import { regretIn, valuesAgainst } from "../../src/exact/values-against.ts";
import type { Game, Seat } from "../../src/games/game.ts";
import { getGame } from "../../src/games/registry.ts";
import { GameGraph, type GameNode, type Infoset } from "../../src/graph/game-graph.ts";
import { nash } from "../../src/players/opponents.ts";
import { type Policy, uniform } from "../../src/policies/policy.ts";

/** Takes the later of its actions more often. */
const lopsided: Policy = {
  name: "lopsided",
  distributions: (infosets) =>
    infosets.map(({ actions }) => {
      const total = (actions.length * (actions.length + 1)) / 2;
      return Float64Array.from(actions, (_, slot) => (slot + 1) / total);
    }),
};

/** The expected sum of `of` over the decisions of `seat`, and its expected return, by walking all histories. */
function expected(game: Game, own: Policy, other: Policy, seat: Seat, of: (infoset: Infoset, slot: number) => number) {
  const graph = new GameGraph(game);
  const walk = (node: GameNode): { sum: number; value: number } => {
    const { turn, infoset } = node;
    if (turn.kind === "end") return { sum: 0, value: turn.returns[seat] };
    const isOwn = turn.kind === "player" && turn.player === seat;
    const probabilities =
      turn.kind === "chance" ? turn.probabilities : (isOwn ? own : other).distributions([infoset as Infoset])[0];
    const total = { sum: 0, value: 0 };
    for (const [slot, p] of [...probabilities].entries()) {
      if (p === 0) continue;
      const next = walk(graph.child(node, slot));
      total.sum += p * (next.sum + (isOwn ? of(infoset as Infoset, slot) : 0));
      total.value += p * next.value;
    }
    return total;
  };
  return walk(graph.root);
}

describe("regrets against an opponent", () => {
  it.each(["kuhn", "leduc", "negotiation:maxTurns=3,maxQuantity=2"])("add up: %s", (id) => {
    const game = getGame(id);
    const compiled = compiledGame(game);
    for (const [own, other] of [
      [uniform, lopsided],
      [lopsided, uniform],
    ]) {
      const values = valuesAgainst(game, other);
      for (const seat of [0, 1] as const) {
        let least = 0;
        const { sum, value } = expected(game, own, other, seat, (infoset, slot) => {
          const regret = regretIn(values(infoset), slot);
          least = Math.min(least, regret);
          return regret;
        });
        expect(least).toBe(0);
        expect(sum).toBeCloseTo(bestResponseValue(compiled, strategyOf(compiled, other), seat) - value, 9);
        expect(sum).toBeGreaterThan(0.01);
      }
    }
  });

  it("are there at every information set if the opponent errs now and then", () => {
    const game = getGame("kuhn");
    const numbers = (errs: number) => {
      const values = valuesAgainst(game, nash(game), errs);
      return compiledGame(game).infosets.flatMap((infoset) => [...values(infoset)]);
    };
    expect(numbers(0).some(Number.isNaN)).toBe(true);
    expect(numbers(0.01).every(Number.isFinite)).toBe(true);
  });
});
