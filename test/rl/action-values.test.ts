/** The action values of explored batches against exact ones, over random policies. */
import { describe, expect, it } from "vitest";
import { actionValues as exactActionValues } from "../../src/exact/action-values.ts";
import { compiledGame } from "../../src/exact/compiled-game.ts";
import { strategyOf } from "../../src/exact/strategy.ts";
import type { Game } from "../../src/games/game.ts";
import { getGame } from "../../src/games/registry.ts";
import { GameGraph, type Infoset } from "../../src/graph/game-graph.ts";
import { exploring } from "../../src/policies/exploring.ts";
import type { Distribution, Policy } from "../../src/policies/policy.ts";
import { actionValues } from "../../src/rl/action-values.ts";
import type { Plan } from "../../src/selfplay/plan.ts";
import { play } from "../../src/selfplay/play.ts";
import { memoised } from "../../src/util/memoised.ts";
import { Rng } from "../../src/util/rng.ts";
import { randomDistribution } from "../helpers.ts";

const EPSILON = 0.3;

/** A random policy that plays the members of an orbit alike. */
function symmetricPolicy(seed: string): Policy {
  const drawn = memoised((set: Infoset) => randomDistribution(seed, set));
  const at = ({ canonical, toCanonical }: Infoset): Distribution => {
    const own = drawn(canonical);
    return toCanonical ? own.map((_, slot) => own[toCanonical[slot] as number] as number) : own;
  };
  return { name: seed, symmetric: true, distributions: (infosets) => infosets.map(at) };
}

const concatenated = (distributions: readonly Distribution[]): Float64Array =>
  Float64Array.from(distributions.flatMap((d) => [...d]));

interface Errors {
  /** The entries of the actions that are counted. */
  readonly entries: ReadonlySet<number>;
  /** Mean of z² over actions that every batch sampled often; 1 for values without bias. */
  readonly meanSquaredZ: number;
  /** Root mean square of the errors of one batch, in units of the largest return. */
  readonly rms: number;
}

const graphOf = memoised((game: Game) => new GameGraph(game));

interface Options {
  /** Whether the action values know of the exploration. */
  readonly corrected?: boolean;
  /** The only actions to count. */
  readonly among?: ReadonlySet<number>;
}

/** Errors of the action values of eight independent batches. */
function errors(game: Game, seed: string, episodes: number, { corrected = true, among }: Options = {}): Errors {
  const batches = 8;
  const policy = symmetricPolicy(seed);
  const compiled = compiledGame(game);
  const { q } = exactActionValues(compiled, strategyOf(compiled, policy));
  const scale = Math.max(Math.abs(game.utility.min), Math.abs(game.utility.max));
  const firstEntry = new Map(
    compiled.infosets.map(({ key, player }, i) => [`${player}|${key}`, compiled.firstEntry[i]]),
  );
  const graph = graphOf(game);
  const rng = new Rng(seed);
  const explorer = exploring(policy, EPSILON);
  // By entry of the compiled game: the estimates of each batch.
  const estimates = new Map<number, number[]>();
  for (let b = 0; b < batches; b++) {
    const draws = rng.fork("batch", b);
    const plan: Plan = {
      graph,
      episodes,
      policies: [explorer, explorer],
      paired: false,
      chanceKey: draws.fork("chance").key(),
      actionKey: draws.fork("actions").key(),
    };
    const { infosets, starts, sampled, weights, squares } = actionValues(play([plan]), {
      policy: (rows) => concatenated(policy.distributions(rows)),
      exploration: corrected ? EPSILON : 0,
    });
    infosets.forEach(({ player, key }, r) => {
      const first = firstEntry.get(`${player}|${key}`) as number;
      const start = starts[r] as number;
      for (let i = start; i < (starts[r + 1] as number); i++) {
        const n = (weights[i] as number) ** 2 / (squares[i] as number);
        if (!(n >= 40)) continue;
        const entry = first + i - start;
        const known = estimates.get(entry);
        if (known) known.push(sampled[i] as number);
        else estimates.set(entry, [sampled[i] as number]);
      }
    });
  }
  let [z2, squaredErrors] = [0, 0];
  const entries = new Set<number>();
  for (const [entry, values] of estimates) {
    if (values.length < batches || among?.has(entry) === false) continue;
    const exact = (q[entry] as number) / scale;
    // π never leads here, and says nothing of the value; only games whose exploration is not corrected count it.
    if (Number.isNaN(exact)) continue;
    const mean = values.reduce((a, b) => a + b, 0) / batches;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / (batches - 1);
    squaredErrors += values.reduce((a, b) => a + (b - exact) ** 2, 0) / batches;
    // A value that is certain, such as that of folding.
    if (variance < 1e-20) {
      expect(mean).toBeCloseTo(exact, 9);
      continue;
    }
    // Student's t of B − 1 degrees of freedom has the variance (B − 1) / (B − 3).
    z2 += (((mean - exact) ** 2 / (variance / batches)) * (batches - 3)) / (batches - 1);
    entries.add(entry);
  }
  return { entries, meanSquaredZ: z2 / entries.size, rms: Math.sqrt(squaredErrors / entries.size) };
}

/**
 * Means over many small batches at the sets of seat 0 in Kuhn poker, beside a critic that is wrong, against an opponent that does not
 * explore: of V̂ and of Σ π Q̂, as z of their difference from the exact value.
 */
function errorsBesideWrongCritic(batches: number): { readonly v: number; readonly mixture: number }[] {
  const game = getGame("kuhn");
  const [policy, other] = [symmetricPolicy("learner 1"), symmetricPolicy("other")];
  const compiled = compiledGame(game);
  const theirs = strategyOf(compiled, other);
  const strategy = strategyOf(compiled, policy).map((p, entry) => {
    const set = compiled.firstEntry.findLastIndex((first) => first <= entry);
    return compiled.infosets[set]?.player === 0 ? p : (theirs[entry] as number);
  });
  const exact = exactActionValues(compiled, strategy).value;
  const graph = graphOf(game);
  const rng = new Rng("wrong critic");
  const explorer = exploring(policy, EPSILON);
  const found = new Map<string, { v: number[]; mixture: number[] }>();
  for (let b = 0; b < batches; b++) {
    const keys = { chanceKey: rng.key(), actionKey: rng.key() };
    const batch = play([{ graph, episodes: 6, policies: [explorer, other], paired: true, ...keys }]);
    let pi = new Float64Array(0);
    const { infosets, starts, values, means } = actionValues(batch, {
      policy: (rows) => {
        pi = new Float64Array(concatenated(policy.distributions(rows)));
        return pi;
      },
      exploration: EPSILON,
      critic: (rows) => new Float64Array(rows.reduce((sum, { actions }) => sum + actions.length, 0)).fill(0.6),
    });
    infosets.forEach(({ player, key }, r) => {
      if (player !== 0) return;
      const entry = found.get(key) ?? { v: [], mixture: [] };
      found.set(key, entry);
      entry.v.push(means[r] as number);
      let mixture = 0;
      for (let i = starts[r] as number; i < (starts[r + 1] as number); i++)
        mixture += (pi[i] as number) * (values[i] as number);
      entry.mixture.push(mixture);
    });
  }
  const z = (numbers: readonly number[], truth: number): number => {
    const average = mean(numbers);
    const variance = mean(numbers.map((x) => (x - average) ** 2));
    return (average - truth) / Math.sqrt(variance / numbers.length);
  };
  return [...found].map(([key, { v, mixture }]) => {
    const set = compiled.infosets.findIndex((one) => one.player === 0 && one.key === key);
    const truth = (exact[set] as number) / 2;
    return { v: z(v, truth), mixture: z(mixture, truth) };
  });
}

const mean = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0) / numbers.length;

/** Each game with the number of its policies and of the episodes of a batch. */
const GAMES = [
  ["kuhn", 20, 1000],
  ["leduc", 1, 4000],
  ["ttt", 1, 1500],
  ["ttt-draw", 1, 1500],
  ["kuhn-match:hands=2", 6, 1000],
  ["negotiation:maxQuantity=2", 4, 1000],
  ["liars-dice", 1, 1500],
  ["pig:target=5", 4, 1000],
  ["connect-four:rows=4,columns=4,connect=3", 1, 1000],
] as const;

describe("action values of explored games", () => {
  // The errors of one policy go together, as its values share what follows: single means scatter about 1.
  it("have no bias beyond their errors in any game, over 39 random policies", () => {
    const found = GAMES.flatMap(([id, policies, episodes]) => {
      const game = getGame(id);
      return Array.from({ length: policies }, (_, seed) => ({
        id,
        ...errors(game, `${id}, policy ${seed}`, episodes),
      }));
    });
    for (const { id, meanSquaredZ, entries } of found) {
      expect(entries.size, id).toBeGreaterThan(3);
      expect(meanSquaredZ, id).toBeLessThan(3.5);
    }
    const z2 = mean(found.map(({ meanSquaredZ }) => meanSquaredZ));
    expect(z2).toBeGreaterThan(0.75);
    expect(z2).toBeLessThan(1.3);
  });

  it("errors shrink as 1 / √n", () => {
    const pairs = Array.from({ length: 6 }, (_, seed) => {
      const few = errors(getGame("kuhn"), `size ${seed}`, 1000);
      // A larger batch samples more actions, and the values of rare actions have larger errors.
      return { few, many: errors(getGame("kuhn"), `size ${seed}`, 16_000, { among: few.entries }) };
    });
    const ratio = mean(pairs.map(({ few }) => few.rms)) / mean(pairs.map(({ many }) => many.rms));
    expect(ratio).toBeGreaterThan(3.3);
    expect(ratio).toBeLessThan(4.9);
  });

  it("V̂ of rarely visited sets is not biased by a wrong critic, as the mixture Σ π Q̂ is", () => {
    const found = errorsBesideWrongCritic(3000);
    expect(found).toHaveLength(6);
    for (const { v } of found) expect(Math.abs(v)).toBeLessThan(3.5);
    expect(Math.max(...found.map(({ mixture }) => Math.abs(mixture)))).toBeGreaterThan(8);
  });

  it.each(["kuhn", "leduc"])("%s: wrong if the other player's exploration is not corrected", (id) => {
    const found = Array.from({ length: 3 }, (_, seed) =>
      errors(getGame(id), `${id} ${seed}`, 4000, { corrected: false }),
    );
    expect(mean(found.map(({ meanSquaredZ }) => meanSquaredZ))).toBeGreaterThan(4);
  });
});
