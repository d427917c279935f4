/** Tic-tac-toe with draws won by O: the board of `ttt` to the last cell, other returns at full boards, and its values. */
import assert from "node:assert/strict";
import { describe, expect, it } from "vitest";
import { compiledGame } from "../../src/exact/compiled-game.ts";
import { minimax } from "../../src/exact/minimax.ts";
import { nashConv } from "../../src/exact/nash-conv.ts";
import { strategyOf } from "../../src/exact/strategy.ts";
import type { Game } from "../../src/games/game.ts";
import { ttt } from "../../src/games/ttt.ts";
import { tttDraw } from "../../src/games/ttt-draw.ts";
import { uniform } from "../../src/policies/policy.ts";
import { bruteForceNashConv, type ReferenceNode, reachable, uniformReference } from "../reference/brute-force.ts";
import { referenceOf } from "../reference/whole-game.ts";

const game = tttDraw as Game;
const nodes = reachable(game);

describe("the rules", () => {
  it("are those of tic-tac-toe but for a full board without a line, which O wins", () => {
    expect(nodes.length).toBe(5478);
    let draws = 0;
    for (const { state, turn } of nodes) {
      const there = ttt.turn(state as number);
      const drawn = there.kind === "end" && there.returns[0] === 0;
      if (drawn) draws++;
      assert.deepEqual(turn, drawn ? { kind: "end", returns: [-1, 1] } : there);
      assert.deepEqual(game.canonical?.(state), ttt.canonical?.(state as number));
    }
    expect(draws).toBe(16);
  });

  it("are read by both players, and leave the text of tic-tac-toe as it was", () => {
    for (const player of [0, 1] as const) {
      const rule = "A full board without such a line is a win for O.\n";
      expect(game.observe(0, player)).toContain(rule);
      expect(game.observe(0, player).replace(rule, "")).toBe(ttt.observe(0, player));
    }
  });
});

describe("values", () => {
  it("O wins under perfect play", () => {
    const values = new Map<ReferenceNode, number>();
    for (const node of [...nodes].reverse()) {
      const below = node.children.map((child) => values.get(child) as number);
      const { turn } = node;
      if (turn.kind === "end") values.set(node, turn.returns[0]);
      else values.set(node, turn.kind === "player" && turn.player === 0 ? Math.max(...below) : Math.min(...below));
    }
    // … whatever X opens with.
    expect((nodes[0] as ReferenceNode).children.map((child) => values.get(child))).toEqual(Array(9).fill(-1));
    const best = bruteForceNashConv(game, referenceOf(game, minimax(game)));
    expect([best.nashConv, best.value]).toEqual([expect.closeTo(0, 12), expect.closeTo(-1, 12)]);
  });

  it("uniform play is worth .16984 to X and has NashConv 1.98958", () => {
    const expected = bruteForceNashConv(game, uniformReference);
    // P(X wins) less all the rest, in games of tic-tac-toe at random: .58492 − .12698 − .28810.
    expect(expected.value).toBeCloseTo(0.169841, 6);
    // A best response of O never fails to draw, so it wins always; X's fails in one game of 192.
    expect(expected.bestResponse).toEqual([expect.closeTo(95 / 96, 12), expect.closeTo(1, 12)]);
    const compiled = compiledGame(game);
    expect(nashConv(compiled, strategyOf(compiled, uniform)).nashConv).toBeCloseTo(191 / 96, 12);
  });
});
