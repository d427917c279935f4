/** The graph that self-play and evaluation walk: one node a state, one object an information set, symmetries that commute. */
import { describe, expect, it } from "vitest";
import type { Game } from "../../src/games/game.ts";
import { getGame } from "../../src/games/registry.ts";
import { GameGraph, type GameNode } from "../../src/graph/game-graph.ts";

const ids = [
  "kuhn",
  "leduc",
  "ttt",
  "connect-four:rows=4:columns=4:connect=3",
  "pig:target=5",
  "kuhn-match:hands=3",
  "negotiation:maxQuantity=2:maxTurns=5",
];

/** A name of a node's orbit: whose move it is, and the representative's state; of an end, its returns as well. */
function orbit(game: Game, { state, turn }: GameNode): string {
  const representative = game.stateKey((game.canonical?.(state) ?? { state }).state);
  return JSON.stringify([
    turn.kind,
    turn.kind === "player" ? turn.player : 0,
    turn.kind === "end" ? turn.returns : 0,
    representative,
  ]);
}

describe.each(ids)("%s", (id) => {
  const game = getGame(id);
  const graph = new GameGraph(game);
  const nodes = graph.expand(100_000);

  it("has one node for each state and one information set for each key and player", () => {
    expect(new Set(nodes.map(({ state }) => game.stateKey(state))).size).toBe(nodes.length);
    expect(graph.infosets.map((infoset) => infoset.id)).toEqual(graph.infosets.map((_, i) => i));
    expect(new Set(graph.infosets.map(({ player, key }) => `${player}${key}`)).size).toBe(graph.infosets.length);
    const wrong = nodes.filter(({ state, turn, infoset }) =>
      turn.kind !== "player"
        ? infoset !== undefined
        : infoset?.player !== turn.player ||
          infoset.key !== game.infosetKey(state, turn.player) ||
          String(infoset.actions) !== String(turn.actions) ||
          graph.infosets[infoset.id] !== infoset,
    );
    expect(wrong).toEqual([]);
  });

  it("leads where the rules lead", () => {
    const wrong = nodes.filter(
      (node) =>
        node.turn.kind !== "end" &&
        node.turn.actions.some(
          (action, slot) => graph.child(node, slot) !== graph.node(game.apply(node.state, action)),
        ),
    );
    expect(wrong).toEqual([]);
  });

  it("has symmetries that keep the player, the actions and all that follows", () => {
    const orbits = new Map(nodes.map((node) => [node, orbit(game, node)]));
    const wrong = nodes.filter((node) => {
      const { infoset } = node;
      if (!infoset) return false;
      const { canonical, toCanonical, actions } = infoset;
      const to = Array.from(toCanonical ?? actions.keys());
      const isPermutation = String([...to].sort((a, b) => a - b)) === String([...canonical.actions.keys()]);
      const isRepresented =
        canonical.canonical === canonical &&
        canonical.player === infoset.player &&
        (toCanonical === undefined) === (canonical === infoset);
      if (!isPermutation || !isRepresented) return true;
      if (!game.perfectInformation) return false;
      const representative = graph.node(canonical.state);
      return to.some(
        (there, slot) => orbits.get(graph.child(representative, there)) !== orbits.get(graph.child(node, slot)),
      );
    });
    expect(wrong).toEqual([]);
  });
});

it("symmetries do join information sets where the rules have them", () => {
  const orbits = (id: string) => {
    const graph = new GameGraph(getGame(id));
    graph.expand(100_000);
    return [graph.infosets.length, new Set(graph.infosets.map(({ canonical }) => canonical)).size];
  };
  expect(orbits("ttt")).toEqual([4520, 627]);
  expect(orbits("kuhn")).toEqual([12, 12]);
  const [all, joined] = orbits("negotiation:maxQuantity=2:maxTurns=5") as [number, number];
  expect(joined).toBeLessThan(0.6 * all);
});

it("numbers things by the visit, and says the same whatever came first", () => {
  const game = getGame("ttt");
  const [fresh, used] = [new GameGraph(game), new GameGraph(game)];
  for (let slot = 8; slot >= 0; slot--) used.child(used.root, slot);
  const walk = (graph: GameGraph) => graph.child(graph.child(graph.root, 2), 5);
  const [a, b] = [walk(fresh).infoset, walk(used).infoset];
  expect(a?.id).not.toBe(b?.id);
  const says = (infoset: typeof a) => [infoset?.key, infoset?.actions, infoset?.canonical.key, infoset?.toCanonical];
  expect(says(a)).toEqual(says(b));
});

it("knows its limits", () => {
  expect(() => new GameGraph(getGame("ttt")).expand(5000)).toThrow("ttt has more than 5000 states");
  const graph = new GameGraph(getGame("kuhn"));
  const end = graph.expand(1000).find(({ turn }) => turn.kind === "end") as GameNode;
  expect(() => graph.child(end, 0)).toThrow("finished");
});
