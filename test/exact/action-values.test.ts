/** Exact action values against an enumeration of histories, and by the identities that they are defined by. */
import { describe, expect, it } from "vitest";
import { actionValues, exactRows } from "../../src/exact/action-values.ts";
import { type CompiledGame, compiledGame } from "../../src/exact/compiled-game.ts";
import { expectedValue } from "../../src/exact/expected-value.ts";
import { counterfactualReach, jointReach } from "../../src/exact/reach.ts";
import { type Strategy, strategyOf } from "../../src/exact/strategy.ts";
import type { Game, Seat } from "../../src/games/game.ts";
import { getGame } from "../../src/games/registry.ts";
import { uniform } from "../../src/policies/policy.ts";
import { Rng } from "../../src/util/rng.ts";
import { specs } from "../games/play.ts";
import { randomDistribution, randomPolicy } from "../helpers.ts";

type Probabilities = (player: Seat, key: string, actions: readonly number[]) => ArrayLike<number>;

/** Sums over the histories of one information set. */
interface Histories {
  /** Σ P by chance and the other seat. */
  mass: number;
  /** Σ P by chance and the other seat × the return of the seat after each action. */
  readonly sums: number[];
  /** Σ P by all. */
  visited: number;
  count: number;
}

/** Walks every history from a state on, one at a time. → the return of seat 0, and the sums by player and key. */
function enumerate(game: Game, policy: Probabilities, from = game.initial()) {
  const sets = new Map<string, Histories>();
  /** `reach`: the probability of the history by seat 0, by seat 1 and by chance. */
  const walk = (state: unknown, reach: readonly [number, number, number]): number => {
    const turn = game.turn(state);
    if (turn.kind === "end") return turn.returns[0];
    const who = turn.kind === "chance" ? 2 : turn.player;
    const key = turn.kind === "chance" ? "" : game.infosetKey(state, turn.player);
    const probabilities = turn.kind === "chance" ? turn.probabilities : policy(turn.player, key, turn.actions);
    const after = turn.actions.map((action, slot) => {
      const next = reach.map((p, i) => (i === who ? p * (probabilities[slot] as number) : p));
      return walk(game.apply(state, action), next as [number, number, number]);
    });
    if (turn.kind === "player") {
      const id = `${turn.player}${key}`;
      const set = sets.get(id) ?? { mass: 0, sums: turn.actions.map(() => 0), visited: 0, count: 0 };
      sets.set(id, set);
      const weight = reach[2] * (reach[1 - turn.player] as number);
      set.mass += weight;
      set.count++;
      set.visited += weight * (reach[turn.player] as number);
      after.forEach((value, slot) => {
        set.sums[slot] = (set.sums[slot] as number) + weight * (turn.player === 0 ? value : -value);
      });
    }
    return after.reduce((sum, value, slot) => sum + (probabilities[slot] as number) * value, 0);
  };
  return { value: walk(from, [1, 1, 1]), sets };
}

const ofRandom =
  (seed: number): Probabilities =>
  (player, key, actions) =>
    randomDistribution(seed, { player, key, actions });

/** The strategy that is a softmax of these logits. */
function softmaxStrategy({ infosets, firstEntry }: CompiledGame, logits: Float64Array): Strategy {
  const powers = logits.map(Math.exp);
  return powers.map((power, e) => {
    const i = infosets.findIndex((_, set) => e < (firstEntry[set + 1] as number));
    return power / powers.slice(firstEntry[i], firstEntry[i + 1]).reduce((a, b) => a + b, 0);
  });
}

describe("action values", () => {
  it.each([
    ["kuhn", 20],
    ["leduc", 4],
  ] as const)("%s: as a walk over every history has them", (id, policies) => {
    const game = getGame(id);
    const compiled = compiledGame(game);
    let unknown = 0;
    for (let seed = 0; seed < policies; seed++) {
      const strategy = strategyOf(compiled, randomPolicy(seed));
      const { q, value, advantage } = actionValues(compiled, strategy);
      const { sets } = enumerate(game, ofRandom(seed));
      expect(sets.size).toBe(compiled.infosets.length);
      let [worst, sum] = [0, 0];
      compiled.infosets.forEach(({ player, key }, i) => {
        const { mass, sums, count } = sets.get(`${player}${key}`) as Histories;
        let [v, mean] = [0, 0];
        if (mass === 0) {
          expect(count).toBeGreaterThan(1);
          expect(value[i]).toBeNaN();
          unknown++;
          return;
        }
        sums.forEach((total, slot) => {
          const e = (compiled.firstEntry[i] as number) + slot;
          worst = Math.max(worst, Math.abs((q[e] as number) - total / mass));
          v += (strategy[e] as number) * (total / mass);
          mean += (strategy[e] as number) * (advantage[e] as number);
        });
        worst = Math.max(worst, Math.abs((value[i] as number) - v));
        sum = Math.max(sum, Math.abs(mean));
      });
      expect(worst).toBeLessThan(1e-10);
      expect(sum).toBeLessThan(1e-10);
    }
    // About a quarter of the actions are never played, so some sets are never led to.
    expect(unknown).toBeGreaterThan(0);
  });

  it("of late positions of tic-tac-toe: as a walk over every continuation has them", () => {
    const game = getGame("ttt");
    const compiled = compiledGame(game);
    for (let seed = 0; seed < 5; seed++) {
      const { q } = actionValues(compiled, strategyOf(compiled, randomPolicy(seed)));
      const late = compiled.infosets.filter(({ actions }) => actions.length <= 4);
      for (let k = seed; k < late.length; k += 30) {
        const { player, actions, state } = late[k] as (typeof late)[number];
        const first = compiled.firstEntry[compiled.infosets.indexOf(late[k] as (typeof late)[number])] as number;
        actions.forEach((action, slot) => {
          const { value } = enumerate(game, ofRandom(seed), game.apply(state, action));
          // Whether the other seat leads there or not: the set has one state.
          expect(q[first + slot]).toBeCloseTo(player === 0 ? value : -value, 10);
        });
      }
    }
  });

  it.each(["kuhn", "leduc"])("%s: P π A is the slope of the expected return in the logits", (id) => {
    const compiled = compiledGame(getGame(id));
    const { infosets, firstEntry } = compiled;
    const rng = new Rng("logits");
    const logits = Float64Array.from({ length: firstEntry[infosets.length] as number }, () => 2 * rng.next() - 1);
    const strategy = softmaxStrategy(compiled, logits);
    const { advantage } = actionValues(compiled, strategy);
    const reach = jointReach(compiled, strategy);
    const some = id === "kuhn" ? infosets.map((_, i) => i) : Array.from({ length: 8 }, (_, k) => k * k * 14);
    let [largest, worst] = [0, 0];
    for (const i of some) {
      const visited = reach.reduce((sum, p, n) => (compiled.infoset[n] === i ? sum + p : sum), 0);
      for (let e = firstEntry[i] as number; e < (firstEntry[i + 1] as number); e++) {
        const [above, below] = [1e-4, -1e-4].map((h) => {
          const moved = softmaxStrategy(
            compiled,
            logits.map((z, at) => (at === e ? z + h : z)),
          );
          return (infosets[i]?.player === 0 ? 1 : -1) * expectedValue(compiled, moved);
        }) as [number, number];
        const slope = visited * (strategy[e] as number) * (advantage[e] as number);
        worst = Math.max(worst, Math.abs((above - below) / 2e-4 - slope));
        largest = Math.max(largest, Math.abs(slope));
      }
    }
    expect(worst).toBeLessThan(1e-8);
    expect(largest).toBeGreaterThan(1e-3);
  });

  it.each(["kuhn", "kuhn-match", "leduc", "ttt"])("%s: another strategy of a seat gains its own advantages", (id) => {
    const compiled = compiledGame(getGame(id));
    const strategy = strategyOf(compiled, uniform);
    const other = strategyOf(compiled, randomPolicy(3));
    const { advantage } = actionValues(compiled, strategy);
    for (const seat of [0, 1] as const) {
      const mixed = strategy.map((p, e) => (seatOf(compiled, e) === seat ? (other[e] as number) : p));
      const reach = jointReach(compiled, mixed);
      let gain = 0;
      reach.forEach((p, n) => {
        const i = compiled.infoset[n] as number;
        if (compiled.kind[n] !== seat || p === 0) return;
        for (let e = compiled.firstEntry[i] as number; e < (compiled.firstEntry[i + 1] as number); e++)
          gain += p * (mixed[e] as number) * (advantage[e] as number);
      });
      const difference = expectedValue(compiled, mixed) - expectedValue(compiled, strategy);
      expect(gain).toBeCloseTo(seat === 0 ? difference : -difference, 10);
      expect(Math.abs(gain)).toBeGreaterThan(1e-3);
    }
  });

  it.each(
    specs.filter((id) => getGame(id).walkable && !getGame(id).perfectInformation && !id.startsWith("liars-dice")),
  )("%s: a seat's own moves do not tell the states of a set apart", (id) => {
    const compiled = compiledGame(getGame(id));
    const strategy = strategyOf(compiled, uniform);
    for (const seat of [0, 1] as const) {
      const [joint, others] = [jointReach(compiled, strategy), counterfactualReach(compiled, strategy, seat)];
      let worst = 0;
      for (let n = 1; n < joint.length; n++) {
        const i = compiled.infoset[n] as number;
        if (i < 0 || compiled.infoset[n - 1] !== i || compiled.kind[n] !== seat) continue;
        const [here, before] = [n, n - 1].map((s) => (joint[s] as number) / (others[s] as number)) as [number, number];
        worst = Math.max(worst, Math.abs(here / before - 1));
      }
      expect(worst).toBeLessThan(1e-12);
    }
  });
});

const seatOf = ({ infosets, firstEntry }: CompiledGame, entry: number): Seat =>
  (infosets.find((_, i) => entry < (firstEntry[i + 1] as number)) as { player: Seat }).player;

describe("the rows of a strategy", () => {
  it("of Leduc: each orbit with the probability that a walk over histories visits it", () => {
    const game = getGame("leduc");
    const compiled = compiledGame(game);
    const rows = exactRows(compiled, strategyOf(compiled, randomPolicy(1)));
    const { sets } = enumerate(game, ofRandom(1));
    expect(rows.length).toBeLessThan(compiled.infosets.length);
    for (const { infoset, reach } of rows) {
      const orbit = compiled.infosets.filter(({ canonical }) => canonical === infoset);
      const visited = orbit.map(({ player, key }) => (sets.get(`${player}${key}`) as Histories).visited);
      expect(reach).toBeCloseTo(
        visited.reduce((a, b) => a + b, 0),
        12,
      );
    }
  });

  it("of tic-tac-toe: one for each orbit, with its ply; the visits of a ply sum to the chance that it comes", () => {
    const compiled = compiledGame(getGame("ttt"));
    const rows = exactRows(compiled, strategyOf(compiled, uniform));
    expect(rows).toHaveLength(627);
    const visits = Array<number>(9).fill(0);
    for (const { infoset, ply, reach } of rows) {
      expect(infoset.actions).toHaveLength(9 - ply);
      visits[ply] = (visits[ply] as number) + reach;
    }
    for (const sum of visits.slice(0, 5)) expect(sum).toBeCloseTo(1, 12);
    // X wins with its third stone on 8 lines of 84.
    expect(visits[5]).toBeCloseTo(1 - 8 / 84, 12);
  });
});
