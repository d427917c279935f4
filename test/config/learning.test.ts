/** The settings of learning: what may be chosen, and what is refused before anything runs, with key, value and range. */
import { describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { configSchema } from "../../src/config/schema.ts";
import { magnets } from "../../src/rl/learner.ts";
import { UserError } from "../../src/util/errors.ts";

/** The problems with settings given by --set. */
function problems(...sets: string[]): readonly string[] {
  try {
    loadConfig({ sets });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.exitCode).toBe(2);
    return error.problems;
  }
  return [];
}

it("the schema offers exactly the magnets that there are", () => {
  expect([...configSchema.shape.rl.shape.magnet.shape.kind.options].sort()).toEqual([...magnets].sort());
});

describe("numbers", () => {
  it.each([
    ["rl.critic.lambda", "-0.01", "a number from 0 to 1"],
    ["rl.critic.lambda", "1.01", "a number from 0 to 1"],
    ["rl.critic.learningRate", "0", "a number above 0 to 1"],
    ["rl.critic.learningRate", "1.5", "a number above 0 to 1"],
    ["rl.critic.hidden", "[]", "a list of at least 1 and at most 16, each a whole number from 1 to 8192"],
    ["rl.critic.hidden", "[0]", "a list of at least 1 and at most 16, each a whole number from 1 to 8192"],
    ["rl.ppo.clip", "0", "a number above 0 to 1"],
    ["rl.ppo.clip", "-0.2", "a number above 0 to 1"],
    ["rl.ppo.clip", "1.1", "a number above 0 to 1"],
    ["rl.ppo.epochs", "0", "a whole number from 1 to 100"],
    ["rl.ppo.epochs", "1.5", "a whole number from 1 to 100"],
    ["rl.ppo.minibatches", "0", "a whole number from 1 to 1000"],
    ["rl.magnet.every", "0", "a whole number from 1"],
    ["rl.magnet.every", "-40", "a whole number from 1"],
    ["rl.magnet.coefficient", "-1", "a number from 0 to 100"],
    ["rl.pool.every", "0", "a whole number from 1"],
    ["rl.pool.size", "0", "a whole number from 1 to 1000"],
    ["rl.baselineDecay", "1", "a number from 0 to below 1"],
  ])("%s=%s is refused", (key, value, range) => {
    expect(problems(`${key}=${value}`)).toEqual([`--set ${key}=${value}: ${key} is ${value}; it takes ${range}.`]);
  });

  it.each(["rl.critic.lambda=0", "rl.critic.lambda=1", "rl.ppo.clip=1", "rl.ppo.epochs=1", "rl.magnet.every=1"])(
    "%s, at the edge, is taken",
    (set) => {
      expect(problems(set)).toEqual([]);
    },
  );
});

describe("choices", () => {
  it.each([
    ["rl.advantage", "grpo", "rae, none, shared, group, group-std, rloo, infoset, critic"],
    ["rl.loss", "trpo", "pg, ppo"],
    ["rl.magnet.kind", "fixed", "averaged, uniform, none"],
    ["rl.pool.sampling", "latest", "uniform, winrate"],
  ])("%s=%s is refused", (key, value, options) => {
    const [problem, ...more] = problems(`${key}=${value}`);
    expect(more).toEqual([]);
    expect(problem).toContain(`--set ${key}=${value}: ${key} is "${value}"; it takes one of ${options}.`);
  });
});

describe("opponents", () => {
  it.each([
    [
      "bob",
      /rl\.opponents is "bob": unknown opponent "bob"\. Opponents: self, pool, random, minimax, nash, .*sloppy\.$/,
    ],
    ["self=0.5,bob=0.5", /is "self=0\.5,bob=0\.5": unknown opponent "bob"/],
    ["self=0.5,random=0.6", /is "self=0\.5,random=0\.6": the fractions must be given and sum to 1/],
    ["self=0,random=1", /the fraction of self is "0"; it takes a number above 0 and at most 1/],
    ["self,random", /the fractions must be given and sum to 1/],
  ])("%s is refused", (mix, problem) => {
    const found = problems(`rl.opponents=${mix}`);
    expect(found).toEqual([expect.stringMatching(problem)]);
    expect(found[0]).toMatch(/^--set/);
  });

  it("are refused along with everything else that is wrong", () => {
    expect(problems("games=kunh", "rl.opponents=randm", "rl.foo=1")).toEqual([
      expect.stringMatching(/Unknown game "kunh"/),
      expect.stringMatching(/rl\.opponents is "randm": unknown opponent "randm"\. Did you mean "random"\? Opponents/),
      expect.stringMatching(/unknown key "rl\.foo"/),
    ]);
  });

  it("that do not play one of the games are refused, game by game", () => {
    expect(problems("rl.opponents=self=0.5,minimax=0.25,stubborn=0.25", "games=kuhn,ttt,leduc")).toEqual([
      expect.stringMatching(/rl\.opponents is "self=.*": minimax does not play kuhn\.$/),
      expect.stringMatching(/minimax does not play leduc\.$/),
      expect.stringMatching(/stubborn does not play kuhn\.$/),
      expect.stringMatching(/stubborn does not play ttt\.$/),
      expect.stringMatching(/stubborn does not play leduc\.$/),
    ]);
    expect(problems("rl.opponents=minimax", "games=ttt,ttt-draw")).toEqual([]);
    expect(problems("rl.opponents=stubborn", "games=negotiation:maxQuantity=2")).toEqual([]);
  });

  it.each(["self", "pool", "random", "nash", "self=0.7,pool=0.3", "self=0.5,pool=0.25,sloppy=0.25"])(
    "%s is taken",
    (mix) => {
      expect(problems(`rl.opponents=${mix}`, "games=kuhn,ttt,leduc")).toEqual([]);
      expect(loadConfig({ sets: [`rl.opponents=${mix}`, "games=kuhn"] }).config.rl.opponents).toBe(mix);
    },
  );
});
