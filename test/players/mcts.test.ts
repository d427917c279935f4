/** Monte Carlo tree search: its formula, what it finds, and that it sees its own information only. */
import { describe, expect, it } from "vitest";
import { compiledGame } from "../../src/exact/compiled-game.ts";
import { minimax } from "../../src/exact/minimax.ts";
import { evaluateExactly } from "../../src/exact/nash-conv.ts";
import type { Game } from "../../src/games/game.ts";
import { gameIds, getGame } from "../../src/games/registry.ts";
import { GameGraph, type Infoset } from "../../src/graph/game-graph.ts";
import { type MctsSettings, mctsPlayer } from "../../src/players/mcts.ts";
import { opponents } from "../../src/players/opponents.ts";
import { type Distribution, uniform } from "../../src/policies/policy.ts";
import { tablePolicy } from "../../src/policies/table-policy.ts";
import { play } from "../../src/selfplay/play.ts";
import { stateAfter } from "../games/play.ts";

const ttt = getGame("ttt");
const mcts = (game: Game, settings: Partial<MctsSettings> = {}) => mctsPlayer(settings).policy(game);
const visits = (game: Game, settings: Partial<MctsSettings> = {}) => mcts(game, { ...settings, sample: 1 });

/** The decision after some moves, in words; chance outcomes are numbers. */
function decision(game: Game, moves: readonly (number | string)[]): Infoset {
  const { infoset } = new GameGraph(game).node(stateAfter(game, moves));
  if (!infoset) throw new Error("no decision");
  return infoset;
}

/** What it plays there. */
function choice(game: Game, moves: readonly (number | string)[], settings: Partial<MctsSettings> = {}): string {
  const infoset = decision(game, moves);
  const slot = mcts(game, settings).distributions([infoset])[0]?.indexOf(1) ?? -1;
  return game.actionName(infoset.state, infoset.actions[slot] as number);
}

/** The information sets of some games played at random, at most 60 of them. */
function visited(game: Game, episodes: number): readonly Infoset[] {
  const graph = new GameGraph(game);
  const policies = [uniform, uniform] as const;
  const [played] = play([{ graph, episodes, policies, paired: false, chanceKey: 1, actionKey: 2 }]);
  return (played?.infosets ?? []).slice(0, 60);
}

/** `make`, called once, when it is first needed. */
function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

const rules = { ...ttt, canonical: undefined, perfectInformation: true, utility: { min: -2, max: 6 } };
/** One decision of player 1, then the end: what each action is worth to it. */
function bandit(worth: readonly number[]): Game<number> {
  return {
    ...rules,
    id: "bandit",
    initial: () => -1,
    turn: (s) =>
      s < 0
        ? { kind: "player", player: 1, actions: [...worth.keys()] }
        : { kind: "end", returns: [-(worth[s] as number), worth[s] as number] },
    apply: (_, action) => action,
    stateKey: String,
    infosetKey: String,
  } as Game<number>;
}

describe("the search", () => {
  it.each([0, 0.3, 0.7, 2])("visits actions as UCB1 with c = %d does, on the scale of the utility range", (c) => {
    const worth = [1, -2, 3, 2.5];
    const sims = 300;
    const counts = [1, 1, 1, 1];
    for (let n = 4; n < sims; n++) {
      // Player 0's returns −6 … 2 are player 1's −2 … 6; an eighth of them is the scale.
      const bounds = worth.map((w, a) => (w + 6) / 8 + c * Math.sqrt(Math.log(n) / (counts[a] as number)));
      (counts[bounds.indexOf(Math.max(...bounds))] as number)++;
    }
    const game = { ...bandit(worth), utility: { min: -6, max: 2 } } as Game;
    const [shares] = visits(game, { sims, c }).distributions([decision(game, [])]);
    expect([...(shares ?? [])].map((share) => Math.round(share * sims))).toEqual(counts);
  });

  it("plays what it visited most, then what is worth more, then the first", () => {
    const at = (worth: number[], sims: number) => {
      const game = bandit(worth) as Game;
      return mcts(game, { sims })
        .distributions([decision(game, [])])[0]
        ?.indexOf(1);
    };
    expect(at([0, 1, 6, 2], 200)).toBe(2);
    // One visit each.
    expect(at([0, 1, 2, 1.5], 4)).toBe(2);
    expect(at([0, 2, 1, 2], 4)).toBe(1);
  });

  it("tries untried actions in random order, so that few simulations favour no slot", () => {
    const game = bandit([0, 0, 0, 0, 0]) as Game;
    const infoset = decision(game, []);
    const first = new Set(
      Array.from({ length: 60 }, (_, seed) => mcts(game, { sims: 1, seed }).distributions([infoset])[0]?.indexOf(1)),
    );
    expect([...first].sort()).toEqual([0, 1, 2, 3, 4]);
  });

  it("weighs chance by its probabilities, before and after decisions", () => {
    // 0: 1 for sure. 1: a lottery, then player 0 takes what the lottery is worth, or 0; 6 with probability p, else −2.
    const lottery = (p: number) =>
      ({
        ...rules,
        id: "lottery",
        initial: () => "",
        turn(s) {
          if (s === "") return { kind: "player", player: 0, actions: [0, 1] };
          if (s === "1") return { kind: "chance", actions: [0, 1], probabilities: [p, 1 - p] };
          if (s === "10" || s === "11") return { kind: "player", player: 1, actions: [0, 1] };
          const gain = s === "0" ? 1 : s.startsWith("10") ? 6 : -2;
          return { kind: "end", returns: [gain, -gain] };
        },
        apply: (s, action) => `${s}${action}`,
        stateKey: String,
        infosetKey: String,
      }) as Game<string> as Game;
    // The lottery is worth 8p − 2.
    const plays = (p: number) =>
      mcts(lottery(p), { sims: 3000 })
        .distributions([decision(lottery(p), [])])[0]
        ?.indexOf(1);
    expect(plays(0.3)).toBe(0);
    expect(plays(0.45)).toBe(1);
  });

  it("is a function of settings and information set, in whatever order and company it is asked", () => {
    for (const spec of ["ttt", "leduc"]) {
      const game = getGame(spec);
      const sets = visited(game, 12);
      const policy = visits(game, { sims: 60 });
      const all = policy.distributions(sets);
      expect(
        visits(game, { sims: 60 })
          .distributions([...sets].reverse())
          .reverse(),
      ).toEqual(all);
      expect(sets.map((infoset) => policy.distributions([infoset])[0])).toEqual(all);
      expect(visits(game, { sims: 60, seed: 2 }).distributions(sets)).not.toEqual(all);
      expect(visits(game, { sims: 61 }).distributions(sets)).not.toEqual(all);
    }
  });

  it("refuses a game that hides information and cannot resample, and another game than its own", () => {
    const { resample: _, ...mute } = getGame("kuhn");
    expect(mctsPlayer().plays(mute)).toBe(false);
    expect(() => mctsPlayer().policy(mute)).toThrow("cannot resample");
    expect(() => mcts(ttt).distributions([decision(getGame("kuhn"), [0])])).toThrow(
      "mcts for ttt was asked about kuhn",
    );
  });

  it("is called by the spec that makes it again", () => {
    expect(mctsPlayer().name).toBe("mcts:sims=200");
    expect(mctsPlayer({ sims: 7, seed: 3, sample: 1 }).name).toBe("mcts:sims=7,seed=3,sample=1");
    expect(mcts(ttt, { c: 1.4 }).name).toBe("mcts:sims=200,c=1.4");
  });
});

describe.each(gameIds)("%s", (id) => {
  const game = getGame(id);

  it("is played: one action, or shares of visits, at every information set", () => {
    const infosets = visited(game, 4).slice(0, 30);
    expect(mctsPlayer().plays(game)).toBe(true);
    for (const sample of [0, 1]) {
      mcts(game, { sims: 20, sample })
        .distributions(infosets)
        .forEach((p, i) => {
          expect(p.length).toBe(infosets[i]?.actions.length);
          expect(p.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
          expect(p.every((x) => x >= 0)).toBe(true);
          if (sample === 0) expect(Math.max(...p)).toBe(1);
        });
    }
  });

  const hides = game.perfectInformation ? undefined : it;
  hides?.("it plays the same whichever state of its information set it is given", () => {
    // Where there are many actions, few simulations visit each of them once, whatever they bring.
    const many = game.actionCount > 40;
    const policy = visits(game, { sims: many ? 3 * game.actionCount : 40 });
    /** What it answers where its information set holds this state. */
    const given = (infoset: Infoset, state: unknown) => {
      const known = { ...infoset, state, toCanonical: undefined } as { -readonly [K in keyof Infoset]: Infoset[K] };
      known.canonical = known;
      return policy.distributions([known])[0];
    };
    let differing = 0;
    for (const infoset of visited(game, 12).slice(0, many ? 4 : 20)) {
      const answer = given(infoset, infoset.state);
      for (const u of [0, 0.35, 0.7, 0.999]) {
        const state = game.resample?.(infoset.state, infoset.player, () => u);
        if (game.stateKey(state) !== game.stateKey(infoset.state)) differing++;
        expect(given(infoset, state)).toEqual(answer);
      }
    }
    expect(differing).toBeGreaterThan(10);
  });
});

describe("tic-tac-toe", () => {
  it.each([
    ["completes a line", ["4", "0", "2", "1"], "[6]"],
    ["blocks one", ["4", "0", "2"], "[6]"],
    ["wins rather than blocks", ["0", "3", "1", "4"], "[2]"],
    ["answers a corner in the centre", ["0"], "[4]"],
    ["blocks a fork of opposite corners from a side", ["0", "4", "8"], /^\[[1357]\]$/],
    ["takes what is left", ["0", "1", "2", "4", "3", "5", "7", "6"], "[8]"],
  ])("it %s", (_, moves, expected) => {
    for (const seed of [1, 2, 3, 4]) {
      const played = choice(ttt, moves, { sims: 1000, seed });
      if (typeof expected === "string") expect(played).toBe(expected);
      else expect(played).toMatch(expected);
    }
  });

  /** Searched once for all that follow. */
  const { infosets } = compiledGame(ttt);
  const table = lazy(() => {
    const distributions = mcts(ttt, { sims: 2000 }).distributions(infosets);
    const byKey = infosets.map(({ player, key }, i) => [`${player}${key}`, distributions[i] as Distribution] as const);
    return tablePolicy("mcts:sims=2000", ttt, new Map(byKey));
  });

  it("2,000 simulations: no best response gains anything, from either seat", () => {
    expect(evaluateExactly(ttt, table())?.sampled).toEqual({ nashConv: 0, bestResponse: [0, 0] });
  });

  it("2,000 simulations keep the value of each of the 4,520 decisions, whatever led there", () => {
    const perfect = minimax(ttt).distributions(infosets);
    const wrong = table()
      .distributions(infosets)
      .filter((p, i) => perfect[i]?.[p.indexOf(1)] === 0);
    expect(infosets.length).toBe(4520);
    expect(wrong).toEqual([]);
  });

  it("minimax never loses 10,000 games against anyone, and draws at least 99 % against 2,000 simulations", () => {
    const graph = new GameGraph(ttt);
    const sloppy = opponents.find(({ name }) => name === "sloppy")?.make(ttt);
    const plans = [uniform, sloppy ?? uniform, table()].map((rival) => ({
      graph,
      episodes: 10_000,
      policies: [minimax(ttt), rival] as const,
      paired: true,
      chanceKey: 1,
      actionKey: 2,
    }));
    const [random, slips, search] = play(plans).map(({ returns }) =>
      Array.from({ length: 10_000 }, (_, e) => returns[2 * e + (e & 1)] as number),
    );
    const losses = (own: number[] = []) => own.filter((r) => r < 0).length;
    expect([random, slips, search].map(losses)).toEqual([0, 0, 0]);
    expect(search?.filter((r) => r === 0).length).toBeGreaterThanOrEqual(9900);
    // Who plays perfectly beats the others often enough that a loss would have been seen.
    expect(random?.filter((r) => r > 0).length).toBeGreaterThan(8000);
  });
});

it.each([
  // The other is one roll from winning in five cases of six; a turn that is held is all but lost.
  ["rolls on, where the other is about to win", { scores: [0, 19], total: 8 }, "[roll]"],
  ["holds what is much, where the other is far behind", { scores: [4, 0], total: 15 }, "[hold]"],
])("pig: it %s", (_, { scores, total }, expected) => {
  const pig = getGame("pig:target=20");
  const { infoset } = new GameGraph(pig).node({ scores, mover: 0, total, rolls: 9, rolling: false });
  for (const seed of [1, 2, 3]) {
    const [p] = mcts(pig, { sims: 1000, seed }).distributions([infoset as Infoset]);
    expect(pig.actionName(infoset?.state, infoset?.actions[p?.indexOf(1) ?? -1] as number)).toBe(expected);
  }
});

describe("poker", () => {
  const kuhn = getGame("kuhn");
  // Deals: 0 JQ, 1 JK, 2 QJ, 3 QK, 4 KJ, 5 KQ.
  it.each([
    ["calls a bet with K", [1, "bet"], "[call]"],
    ["calls a bet with K after checking", [4, "check", "bet"], "[call]"],
    ["folds J to a bet", [2, "bet"], "[fold]"],
    ["folds J to a bet after checking", [0, "check", "bet"], "[fold]"],
    ["bets K after a check", [1, "check"], "[bet]"],
  ])("Kuhn: it %s", (_, moves, expected) => {
    for (const seed of [1, 2, 3]) expect(choice(kuhn, moves, { seed })).toBe(expected);
  });

  it("NashConv is far below that of random play, and falls with the simulations", () => {
    const nashConv = (game: Game, sims: number) => evaluateExactly(game, mcts(game, { sims }))?.nashConv as number;
    expect(nashConv(kuhn, 500)).toBeLessThan(0.35);
    const leduc = getGame("leduc");
    const [few, many] = [nashConv(leduc, 20), nashConv(leduc, 500)];
    expect(many).toBeLessThan(few / 1.5);
    expect(many).toBeLessThan((evaluateExactly(leduc, uniform)?.nashConv as number) / 1.5);
  });
});
