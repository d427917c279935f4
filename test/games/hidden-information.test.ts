/**
 * No player can see the opponent's private information, in anything that is handed out: the text, the view, the features, the key and
 * the state that an information set carries. Every registered game is read, new ones included.
 *
 * What is hidden is found without asking the game: if chance had brought something else, or the opponent had done something
 * else, and all the rest had happened as it did, and the mover's key would be the same, then that is hidden from the mover.
 */
import assert from "node:assert/strict";
import { describe, expect, it } from "vitest";
import type { Game, Seat } from "../../src/games/game.ts";
import { gameIds, getGame } from "../../src/games/registry.ts";
import { GameGraph } from "../../src/graph/game-graph.ts";
import { memoised } from "../../src/util/memoised.ts";
import { Rng } from "../../src/util/rng.ts";
import { features, play, specs } from "./play.ts";

const GAMES = 12;
/** At most so many decisions of one game, and so many other outcomes of one chance move, are looked at. */
const FEW = 6;

interface Decision {
  readonly state: unknown;
  readonly player: Seat;
  /** The actions that led here, and the states that they were taken at. */
  readonly actions: readonly number[];
  readonly states: readonly unknown[];
}

const spread = <T>(all: readonly T[]): T[] => all.filter((_, i) => i % Math.ceil(all.length / FEW) === 0);

/** Some decisions of some random games. */
function decisionsOf(game: Game): Decision[] {
  const rng = new Rng(`views ${game.id}`);
  const games = Array.from({ length: GAMES }, () => {
    const picks = Array.from({ length: game.maxPlies }, () => rng.below(1_000_000));
    const { states, actions } = play(game, picks);
    return states.flatMap((state, ply) => {
      const turn = game.turn(state);
      return turn.kind === "player" ? [{ state, player: turn.player, actions: actions.slice(0, ply), states }] : [];
    });
  });
  return games.flatMap(spread);
}

/** All that the mover is shown. */
function shown(game: Game, state: unknown, player: Seat): string {
  const { state: _, id: __, canonical: ___, ...infoset } = new GameGraph(game).node(state).infoset ?? {};
  return JSON.stringify([
    game.observe(state, player),
    game.view?.(state, player),
    features(game, state, player),
    game.infosetKey(state, player),
    game.turn(state),
    { ...infoset, game: game.id },
  ]);
}

/** The state that these actions lead to from `state`; undefined where one of them is not legal. */
function after(game: Game, state: unknown, actions: readonly number[]): unknown {
  for (const action of actions) {
    const turn = game.turn(state);
    if (turn.kind === "end" || !turn.actions.includes(action)) return undefined;
    state = game.apply(state, action);
  }
  return state;
}

/** An outcome of chance or a move of the opponent, by name, with others that the mover cannot tell from it; none where it can. */
interface Outcome {
  readonly byChance: boolean;
  readonly name: string;
  readonly others: readonly string[];
}

function outcomesOf(game: Game, { state, player, actions, states }: Decision): Outcome[] {
  const key = game.infosetKey(state, player);
  return actions.flatMap((outcome, ply) => {
    const turn = game.turn(states[ply]);
    if (turn.kind === "end" || (turn.kind === "player" && turn.player === player)) return [];
    const others = spread(turn.actions.filter((other) => other !== outcome)).filter((other) => {
      const there = after(game, states[ply], [other, ...actions.slice(ply + 1)]);
      if (there === undefined) return false;
      const moves = game.turn(there);
      return moves.kind === "player" && moves.player === player && game.infosetKey(there, player) === key;
    });
    const nameOf = (action: number): string => game.actionName(states[ply], action);
    return [{ byChance: turn.kind === "chance", name: nameOf(outcome), others: others.map(nameOf) }];
  });
}

const words = (text: string): string[] => text.match(/[\p{L}\p{N}]+/gu) ?? [];
/** What follows the rules: the situation. */
const situation = (text: string): string => text.slice(text.indexOf("\n\n") + 1);

const games = [...new Set([...gameIds, ...specs])].map(getGame);

describe.each(games.filter((game) => !game.perfectInformation))("$id", (game) => {
  const decisions = decisionsOf(game);

  const outcomesAt = memoised((decision: Decision) => outcomesOf(game, decision));

  const hiding = decisions.filter((decision) => outcomesAt(decision).some(({ others }) => others.length > 0));

  it("hides something, and wherever chance has moved", () => {
    expect(hiding.length).toBeGreaterThan(0);
    for (const decision of decisions) {
      const dealt = decision.actions.some((_, ply) => game.turn(decision.states[ply]).kind === "chance");
      if (dealt) assert(hiding.includes(decision));
    }
  });

  it("shows the same whatever is hidden", () => {
    const rng = new Rng(game.id);
    for (const { state, player } of decisions) {
      const known = shown(game, state, player);
      for (let draw = 0; draw < 4; draw++) {
        const other = game.resample?.(state, player, () => rng.next());
        assert.equal(shown(game, other, player), known);
      }
    }
  });

  it("never tells what chance has hidden", () => {
    for (const decision of hiding) {
      const { state, player } = decision;
      const shown = `${situation(game.observe(state, player))} ${game.infosetKey(state, player)}`;
      const outcomes = outcomesAt(decision).filter(({ byChance }) => byChance);
      const seen = outcomes.filter(({ others }) => others.length === 0).flatMap(({ name }) => words(name));
      for (const { name, others } of outcomes) {
        if (others.length === 0) continue;
        // Words that only the true outcome has, and nothing that the mover has seen; numbers may stand there for something else.
        const known = [...seen, ...others.flatMap(words)];
        const telling = words(name).filter((word) => !/^\d+$/.test(word) && !known.includes(word));
        assert.deepEqual(
          telling.filter((word) => words(shown).includes(word)),
          [],
        );
      }
    }
  });

  it("puts no true state into an information set, but by chance", () => {
    const [there, back] = [new GameGraph(game), new GameGraph(game)];
    const same = hiding.map(({ state }) => {
      const infoset = there.node(state).infoset;
      expect(infoset?.canonical.key).toBe(game.infosetKey(infoset?.canonical.state, infoset?.player ?? 0));
      return game.stateKey(infoset?.state) === game.stateKey(state);
    });
    // Of a set of two, half; of a larger one, less.
    expect(same.filter(Boolean).length / same.length).toBeLessThan(0.7);
    // It is the set's own affair which one: the order of visits has no part in it, nor has the true state.
    const rng = new Rng(game.id);
    for (const { state, player } of decisions.toReversed()) {
      const seen = back.node(game.resample?.(state, player, () => rng.next())).infoset;
      expect(game.stateKey(seen?.state)).toBe(game.stateKey(there.node(state).infoset?.state));
    }
  });
});

describe.each(games.filter((game) => game.perfectInformation))("$id", (game) => {
  it("shows everything: one state to each key", () => {
    const states = new Map<string, string>();
    for (const { state, player } of decisionsOf(game)) {
      const [key, stateKey] = [`${player} ${game.infosetKey(state, player)}`, game.stateKey(state)];
      expect(states.get(key) ?? stateKey).toBe(stateKey);
      states.set(key, stateKey);
      expect(game.stateKey(new GameGraph(game).node(state).infoset?.state)).toBe(stateKey);
    }
  });
});
