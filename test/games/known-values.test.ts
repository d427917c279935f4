/** Numbers that are known from elsewhere, computed here by walking the engines with the brute-force reference. */
import { describe, expect, it } from "vitest";
import type { Game } from "../../src/games/game.ts";
import { kuhn } from "../../src/games/kuhn.ts";
import { getGame } from "../../src/games/registry.ts";
import { ttt } from "../../src/games/ttt.ts";
import {
  bruteForceNashConv,
  type ReferenceNode,
  type ReferencePolicy,
  reachable,
  uniformReference,
} from "../reference/brute-force.ts";

/** P(seat 0 wins), P(draw), P(seat 1 wins) when all actions are equally likely, from nodes in order of play. */
function uniformOutcomes(nodes: readonly ReferenceNode[]): readonly [number, number, number] {
  const reach = new Map<ReferenceNode, number>([[nodes[0] as ReferenceNode, 1]]);
  const outcomes: [number, number, number] = [0, 0, 0];
  for (const node of nodes) {
    const p = reach.get(node) as number;
    if (node.turn.kind === "end")
      outcomes[1 - Math.sign(node.turn.returns[0])] = (outcomes[1 - Math.sign(node.turn.returns[0])] as number) + p;
    for (const child of node.children) reach.set(child, (reach.get(child) ?? 0) + p / node.children.length);
  }
  return outcomes;
}

const ends = (nodes: readonly ReferenceNode[]) => nodes.filter((node) => node.turn.kind === "end");
const decisions = (nodes: readonly ReferenceNode[]) => nodes.filter((node) => node.turn.kind === "player");
const always =
  (slot: number): ReferencePolicy =>
  (_key, _player, count) =>
    Array.from({ length: count }, (_, s) => (s === slot ? 1 : 0));

describe("tic-tac-toe", () => {
  const nodes = reachable(ttt);

  it("has 5,478 states, 765 up to symmetry", () => {
    expect(nodes.length).toBe(5478);
    expect(decisions(nodes).length).toBe(4520);
    const results = ends(nodes).map((node) => (node.turn.kind === "end" ? node.turn.returns[0] : Number.NaN));
    expect([1, -1, 0].map((result) => results.filter((r) => r === result).length)).toEqual([626, 316, 16]);
    expect(new Set(nodes.map((node) => ttt.stateKey(ttt.canonical?.(node.state as number).state as number))).size).toBe(
      765,
    );
  });

  it("has 255,168 games", () => {
    const games = new Map<ReferenceNode, number[]>();
    for (const node of [...nodes].reverse()) {
      const counts = [0, 0, 0];
      if (node.turn.kind === "end") counts[1 - node.turn.returns[0]] = 1;
      for (const child of node.children)
        games.get(child)?.forEach((n, i) => {
          counts[i] = (counts[i] as number) + n;
        });
      games.set(node, counts);
    }
    expect(games.get(nodes[0] as ReferenceNode)).toEqual([131_184, 46_080, 77_904]);
  });

  it("gives the first player 58.5 % of uniformly random games", () => {
    const [x, draw, o] = uniformOutcomes(nodes);
    expect(x).toBeCloseTo(0.58492, 5);
    expect(draw).toBeCloseTo(0.12698, 5);
    expect(o).toBeCloseTo(0.2881, 5);
  });

  it("has the known NashConv for uniform and for lowest-index play", () => {
    const result = bruteForceNashConv(ttt as Game, uniformReference);
    expect(result.nashConv).toBeCloseTo(1.91966, 5);
    expect(result.bestResponse[0]).toBeCloseTo(0.99479, 5);
    expect(result.bestResponse[1]).toBeCloseTo(0.92487, 5);
    expect(bruteForceNashConv(ttt as Game, always(0)).nashConv).toBe(2);
  });

  it("has value 0: minimax cannot be exploited", () => {
    const value = new Map<string, number>();
    for (const { key, turn, children } of [...nodes].reverse()) {
      const below = children.map((child) => value.get(child.key) as number);
      value.set(
        key,
        turn.kind === "end"
          ? turn.returns[0]
          : turn.kind === "player" && turn.player === 0
            ? Math.max(...below)
            : Math.min(...below),
      );
    }
    const byKey = new Map(nodes.map((node) => [node.key, node]));
    const minimax: ReferencePolicy = (key) => {
      const children = byKey.get(key)?.children ?? [];
      const best = children.findIndex((child) => value.get(child.key) === value.get(key));
      return children.map((_, slot) => (slot === best ? 1 : 0));
    };
    expect(bruteForceNashConv(ttt as Game, minimax)).toEqual({ nashConv: 0, bestResponse: [0, 0], value: 0 });
  });
});

/** A member of Kuhn's equilibrium family as P(pass), P(bet), from the published formulas rather than from the engine. */
function family(alpha: number): (key: string) => readonly number[] {
  const bet: Record<string, number> = {
    "J:": alpha,
    "Q:": 0,
    "K:": 3 * alpha,
    "J:k": 1 / 3,
    "Q:k": 0,
    "K:k": 1,
    "J:b": 0,
    "Q:b": 1 / 3,
    "K:b": 1,
    "J:kb": 0,
    "Q:kb": alpha + 1 / 3,
    "K:kb": 1,
  };
  return (key) => [1 - (bet[key] as number), bet[key] as number];
}

describe("Kuhn poker", () => {
  const game = kuhn as Game;

  it("has 12 information sets, 30 results of a hand", () => {
    const nodes = reachable(game);
    expect(ends(nodes).length).toBe(30);
    const keys = new Set(
      decisions(nodes).map((node) => game.infosetKey(node.state, node.turn.kind === "player" ? node.turn.player : 0)),
    );
    expect([...keys].sort()).toEqual([
      "J:",
      "J:b",
      "J:k",
      "J:kb",
      "K:",
      "K:b",
      "K:k",
      "K:kb",
      "Q:",
      "Q:b",
      "Q:k",
      "Q:kb",
    ]);
  });

  it("has the known NashConv for uniform play, always passing and always betting", () => {
    const uniform = bruteForceNashConv(game, uniformReference);
    expect(uniform.nashConv).toBeCloseTo(11 / 12, 12);
    expect(uniform.bestResponse[0]).toBeCloseTo(1 / 2, 12);
    expect(uniform.bestResponse[1]).toBeCloseTo(5 / 12, 12);
    expect(uniform.value).toBeCloseTo(1 / 8, 12);
    expect(bruteForceNashConv(game, always(0)).bestResponse).toEqual([expect.closeTo(1, 12), expect.closeTo(1, 12)]);
    expect(bruteForceNashConv(game, always(1)).bestResponse).toEqual([
      expect.closeTo(1 / 3, 12),
      expect.closeTo(1 / 3, 12),
    ]);
  });

  it.each([0, 0.1, 0.2, 1 / 3])("has an equilibrium of value −1/18 at α = %f", (alpha) => {
    const result = bruteForceNashConv(game, family(alpha));
    expect(Math.abs(result.nashConv)).toBeLessThan(1e-12);
    expect(result.value).toBeCloseTo(-1 / 18, 12);
  });

  it("is exploitable just outside the family", () => {
    expect(
      bruteForceNashConv(game, (key) => (key === "J:" ? [0.6, 0.4] : family(1 / 3)(key))).nashConv,
    ).toBeGreaterThan(1e-3);
  });

  it("finds the member of the family nearest to a policy", () => {
    for (const alpha of [0, 0.1, 1 / 3]) {
      for (const [key, distribution] of kuhn.equilibrium?.(family(alpha)) ?? []) {
        distribution.forEach((p, slot) => {
          expect(p).toBeCloseTo(family(alpha)(key)[slot] as number, 12);
        });
      }
    }
    expect(kuhn.equilibrium?.().get("K:")).toEqual([1, 0]);
  });
});

describe("Kuhn match", () => {
  const game = getGame("kuhn-match");

  it("has 1,100 states before the end, 21 leads at it", () => {
    const nodes = reachable(game);
    expect(nodes.length - ends(nodes).length).toBe(1100);
    expect(ends(nodes).length).toBe(21);
    const infosets = new Set(
      decisions(nodes).map(
        (n) => n.turn.kind === "player" && `${n.turn.player} ${game.infosetKey(n.state, n.turn.player)}`,
      ),
    );
    // Leads at the start of hands 1 … 5: 1, 4 (a hand is never drawn), 9, 13, 17; 12 information sets each.
    expect(infosets.size).toBe(44 * 12);
  });

  it("has the known NashConv for uniform play and for the hand's equilibrium, which the match's is not", () => {
    expect(bruteForceNashConv(game, uniformReference).nashConv).toBeCloseTo(1.11503, 5);
    const handByHand: ReferencePolicy = (key) => family(0.2)(key.split(":").slice(2).join(":"));
    expect(bruteForceNashConv(game, handByHand).nashConv).toBeCloseTo(0.3066, 4);
  });

  it("is a hand of Kuhn poker for the sign of the chips when one hand is played", () => {
    expect(bruteForceNashConv(getGame("kuhn-match:hands=1"), uniformReference).value).toBeCloseTo(1 / 8, 12);
  });
});

describe("Negotiation", () => {
  it.each([
    { maxQuantity: 2, actions: 10, states: 3114, nashConv: 1.6932 },
    { maxQuantity: 3, actions: 20, states: 14_344, nashConv: 1.7886 },
    { maxQuantity: 5, actions: 52, states: 66_790, nashConv: 1.8601 },
  ])("with quantities to $maxQuantity has $actions actions, $states states to play in", (row) => {
    const game = getGame(`negotiation:maxQuantity=${row.maxQuantity}`);
    expect(game.actionCount).toBe(row.actions);
    expect(decisions(reachable(game)).length).toBe(row.states);
    const uniform = bruteForceNashConv(game, uniformReference);
    expect(uniform.nashConv).toBeCloseTo(row.nashConv, 4);
    expect(uniform.value).toBeCloseTo(0, 12);
  });

  it("ends .2224 / .5551 / .2224 under uniform play", () => {
    const [first, draw, second] = uniformOutcomes(reachable(getGame("negotiation")));
    expect(first).toBeCloseTo(0.2224, 4);
    expect(draw).toBeCloseTo(0.5551, 4);
    expect(second).toBeCloseTo(0.2224, 4);
  });

  it("has value 0, by a backward induction of its own over item leads", () => {
    // Only the lead in items counts, so these rules need no engine: v(turn, lead of the mover, gain of accepting).
    const value = (turn: number, lead: number, accept: number | undefined): number => {
      if (turn === 6) return Math.sign(lead);
      const next = (mine: number, offer?: number) => -value(turn + 1, -mine, offer);
      const options = [next(lead), ...(accept === undefined ? [] : [next(lead + accept)])];
      if (turn < 5) for (const net of [-2, -1, 0, 1, 2]) options.push(next(lead, net));
      return Math.max(...options);
    };
    expect(value(0, 0, undefined)).toBe(0);
    const game = getGame("negotiation:maxTurns=6");
    const best = new Map<ReferenceNode, number>();
    for (const node of [...reachable(game)].reverse()) {
      const below = node.children.map((child) => best.get(child) as number);
      const { turn } = node;
      best.set(
        node,
        turn.kind === "end"
          ? turn.returns[0]
          : turn.kind === "player" && turn.player === 0
            ? Math.max(...below)
            : Math.min(...below),
      );
    }
    expect([...best.values()].at(-1)).toBe(0);
  });

  it("cannot be exploited where no losing trade is accepted or none is made at all, and can where gain is all that counts", () => {
    const game = getGame("negotiation");
    const declines: ReferencePolicy = (_key, _player, count, state) => {
      const turn = game.turn(state);
      const slot = turn.kind === "player" ? turn.actions.indexOf(1) : 0;
      return Array.from({ length: count }, (_, s) => (s === slot ? 1 : 0));
    };
    expect(bruteForceNashConv(game, declines).nashConv).toBe(0);
    // Accepts whatever raises the worth of its own goods: Gold for player 0, Wood for player 1, three times the other.
    const naive: ReferencePolicy = (key, player, count, state) => {
      const [, given, resource, asked] = /:(\d+)([WG])>(\d+)[WG]$/.exec(key) ?? [];
      const [receives, pays] = (resource === "G") === (player === 0) ? [15, 5] : [5, 15];
      const gains = Number(given) * receives > Number(asked) * pays;
      return gains ? always(0)(key, player, count, state) : declines(key, player, count, state);
    };
    expect(bruteForceNashConv(game, naive).nashConv).toBe(2);
  });
});
