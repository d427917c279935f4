/**
 * What every game must hold, under random play. What is checked at every decision is checked with Node's assertions, which
 * take a hundredth of the time of `expect`.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gameIds, getGame } from "../../src/games/registry.ts";
import { character } from "../characters.ts";
import { choices, deepFreeze, everyDecision, everyPlay, features, play, specs } from "./play.ts";

const SEATS = [0, 1] as const;

const megabytes = ["[", "]", "[]", " ", "a", "[offer: ", "1 ", "\u{1F3B2}"].flatMap((unit) => {
  const text = unit.repeat(1_000_000 / unit.length);
  return [text, `[${text}]`, `[offer: ${text} -> 2 gold]`];
});

it("the list of games under test has every registered game", () => {
  expect(new Set(specs.map((spec) => spec.split(":")[0]))).toEqual(new Set(gameIds));
});

describe.each(specs)("%s", (spec) => {
  const game = getGame(spec);

  it("is described by plausible numbers", () => {
    expect(game.id).toBe(spec);
    expect(game.version).toBeGreaterThanOrEqual(1);
    expect(new Set(game.roles).size).toBe(2);
    for (const n of [game.actionCount, game.featureCount, game.maxPlies])
      expect(Number.isInteger(n) && n > 0).toBe(true);
    expect(game.utility.min).toBe(-game.utility.max);
  });

  it("is zero-sum, within its utility bounds and over within maxPlies", () => {
    everyPlay(game, (states, actions) => {
      const end = game.turn(states.at(-1));
      if (end.kind !== "end") throw new Error("not over");
      const [first, second] = end.returns;
      assert.equal(first + second, 0);
      assert(!Object.is(first, -0) && !Object.is(second, -0));
      assert(Math.max(first, second) <= game.utility.max);
      assert(Math.min(first, second) >= game.utility.min);
      assert(actions.length <= game.maxPlies);
    });
  });

  it("gives the same returns when its action list is replayed", () => {
    everyPlay(game, (states, actions) => {
      let state = game.initial();
      for (const action of actions) state = game.apply(state, action);
      assert.deepEqual(game.turn(state), game.turn(states.at(-1)));
      assert.equal(game.stateKey(state), game.stateKey(states.at(-1)));
    });
  });

  it("never changes a state", () => {
    everyPlay(game, (_, actions) => {
      let state = deepFreeze(game.initial());
      const kept: { state: unknown; copy: unknown }[] = [];
      for (const action of actions) {
        kept.push({ state, copy: structuredClone(state) });
        const turn = game.turn(state);
        for (const player of SEATS) game.observe(state, player);
        if (turn.kind === "player") features(game, state, turn.player);
        game.canonical?.(state);
        state = deepFreeze(game.apply(state, action));
      }
      for (const { state, copy } of kept) assert.deepEqual(state, copy);
    });
  });

  it("has ascending legal actions below actionCount, and chance that sums to 1", () => {
    everyPlay(game, (states) => {
      for (const turn of states.map((state) => game.turn(state))) {
        if (turn.kind === "end") continue;
        assert(turn.actions.length > 0);
        const ascending = turn.actions.every((a, slot) => Number.isInteger(a) && a > (turn.actions[slot - 1] ?? -1));
        assert(ascending);
        if (turn.kind === "player") assert((turn.actions.at(-1) as number) < game.actionCount);
        else {
          assert.equal(turn.probabilities.length, turn.actions.length);
          assert(Math.min(...turn.probabilities) > 0);
          assert(Math.abs(turn.probabilities.reduce((sum, p) => sum + p, 0) - 1) < 5e-13);
        }
      }
    });
  });

  it("names actions apart, and reads every name back, in any case and after other words", () => {
    everyDecision(game, (state, _player, actions) => {
      const names = actions.map((action) => game.actionName(state, action));
      assert.equal(new Set(names).size, names.length);
      assert(names.every((name) => /^\[[^[\]]+\]$/.test(name)));
      // Hundreds of offers can be legal at once; an eighth of them at each decision will do, others at another.
      const first = [...game.stateKey(state)].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 8;
      const few = actions.length > 40 ? actions.filter((a) => a < 2 || a % 8 === first) : actions;
      for (const action of few) {
        const name = game.actionName(state, action);
        const spoken = `I see [nothing] here, so I think:\n my move is ${name.toUpperCase().replace("[", "[  ")}.`;
        for (const text of [name, spoken]) {
          const parsed = game.parseAction(state, text);
          if (!parsed.ok || parsed.action !== action) throw new Error(`${text}: ${JSON.stringify(parsed)}`);
        }
      }
    });
  });

  it("names chance outcomes apart", () => {
    everyPlay(game, (states) => {
      for (const state of states) {
        const turn = game.turn(state);
        if (turn.kind !== "chance") continue;
        const names = new Set(turn.actions.map((outcome) => game.actionName(state, outcome)));
        assert.equal(names.size, turn.actions.length);
      }
    });
  });

  it("has equal legal actions, text and features wherever the information-set key is equal", () => {
    const seen = new Map<string, string>();
    const read = new Map<string, string>();
    const looked = new Map<string, string>();
    everyDecision(game, (state, player, actions) => {
      const key = `${player} ${game.infosetKey(state, player)}`;
      const [text, numbers] = [game.observe(state, player), JSON.stringify(features(game, state, player))];
      const known = JSON.stringify([actions, text, numbers]);
      assert.equal(seen.get(key) ?? known, known);
      seen.set(key, known);
      // … and no two information sets read the same, or look the same, but for images whose actions are the same ones.
      assert.equal(read.get(`${player} ${text}`) ?? key, key);
      read.set(`${player} ${text}`, key);
      const image = game.canonical?.(state);
      const orbit = image ? `${game.infosetKey(image.state, player)} ${image.permutation}` : key;
      assert.equal(looked.get(`${player} ${numbers}`) ?? orbit, orbit);
      looked.set(`${player} ${numbers}`, orbit);
    });
  });

  it("has the same turn wherever the state key is equal", () => {
    const seen = new Map<string, string>();
    everyPlay(game, (states) => {
      for (const state of states) {
        const key = game.stateKey(state);
        const turn = JSON.stringify(game.turn(state));
        assert.equal(seen.get(key) ?? turn, turn);
        seen.set(key, turn);
      }
    });
  });

  it("encodes the same finite features within −1 … 1 every time, and writes nowhere else", () => {
    const margin = 3;
    everyDecision(game, (state, player) => {
      const out = new Float32Array(game.featureCount + 2 * margin).fill(7);
      out.fill(0, margin, margin + game.featureCount);
      game.encode(state, player, out, margin);
      const written = [...out.slice(margin, margin + game.featureCount)];
      assert.deepEqual(written, features(game, state, player));
      assert(written.every((x) => x >= -1 && x <= 1));
      assert.deepEqual([...out.slice(0, margin), ...out.slice(-margin)], Array(2 * margin).fill(7));
    });
  });

  it("has an observation for both players at every state", () => {
    everyPlay(game, (states) => {
      for (const state of states) {
        for (const player of SEATS) assert.match(game.observe(state, player), /^You are Player [01] /);
      }
    });
  });

  it("answers any text with an action or a reason", () => {
    const hostile = fc.oneof(
      fc.string({ unit: character, maxLength: 200 }),
      fc.string({ unit: fc.constantFrom("[", "]", "offer", ":", " ", "3", "Wood", "gold", "->", "→", "accept", "\n") }),
      fc.string().map((text) => `[${text}]`),
    );
    fc.assert(
      fc.property(choices(game), fc.nat(), hostile, (picks, at, text) => {
        const { states } = play(game, picks);
        const state = states[at % states.length];
        const turn = game.turn(state);
        const parsed = game.parseAction(state, text);
        if (parsed.ok) assert(turn.kind === "player" && turn.actions.includes(parsed.action));
        else assert.match(parsed.reason, /\S/);
      }),
      { numRuns: 200 },
    );
  });

  // Parameters change nothing in how a text is read; a reader that takes quadratic time here runs into the test's time limit.
  const reads = spec.includes(":") ? undefined : it;
  reads?.("answers a megabyte of text", () => {
    const { states } = play(game, Array(game.maxPlies).fill(0));
    const state = states.find((s) => game.turn(s).kind === "player");
    for (const text of megabytes) {
      const parsed = game.parseAction(state, text);
      if (!parsed.ok) expect(parsed.reason.length).toBeLessThan(400);
    }
  });

  const mirrors = game.canonical ? it : undefined;
  mirrors?.("has symmetries that keep the game", () => {
    everyDecision(game, (state, player, actions) => {
      const image = game.canonical?.(state);
      if (!image) throw new Error("no canonical state");
      const { permutation } = image;
      assert.deepEqual(
        [...permutation].sort((a, b) => a - b),
        Array.from({ length: game.actionCount }, (_, a) => a),
      );
      const turn = game.turn(image.state);
      if (turn.kind !== "player") throw new Error("the image of a decision is none");
      assert.equal(turn.player, player);
      assert.deepEqual(
        actions.map((a) => permutation[a] as number).sort((a, b) => a - b),
        [...turn.actions],
      );

      const again = game.canonical?.(image.state);
      assert.deepEqual(again?.state, image.state);
      assert.deepEqual(
        [...(again?.permutation ?? [])],
        [...permutation].map((_, action) => action),
      );

      for (const action of actions) {
        const moved = game.apply(state, action);
        const there = game.apply(image.state, permutation[action] as number);
        assert.deepEqual(game.canonical?.(moved).state, game.canonical?.(there).state);
        const [end, endThere] = [game.turn(moved), game.turn(there)];
        if (end.kind === "end") assert.deepEqual(endThere, end);
      }
    });
  });
});
