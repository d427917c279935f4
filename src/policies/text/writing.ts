/** How a text policy writes its moves: the token game of each of its games, and the way between words and actions. */
import type { Game } from "../../games/game.ts";
import { GameGraph, type Infoset, MAX_CACHED_NODES } from "../../graph/game-graph.ts";
import type { Distribution, Policy } from "../policy.ts";
import type { Told, Word, Writing } from "../policy-kind.ts";
import { hasManyThoughts, marginals } from "./marginals.ts";
import type { Decoding, Position } from "./responses.ts";
import { isTokenGame, type TokenGame, tokenGame } from "./token-game.ts";
import type { TokenState } from "./token-state.ts";
import type { Vocabulary } from "./vocabulary.ts";
import { wordProbabilities } from "./word-probabilities.ts";
import { textOf } from "./words.ts";

/** `recipe` describes the model, so that another thread makes the same. */
export function writingOf(
  games: readonly Game[],
  vocabulary: Vocabulary,
  decodingOf: (game: Game) => Decoding,
  mode: Decoding["mode"],
  recipe: unknown,
): Writing {
  const played = new Map(games.map((game) => [game.id, tokenGame(game, vocabulary, decodingOf(game))]));
  /** The graphs in which turns are followed, by game. */
  const graphs = new Map<string, GameGraph>();

  const playedOf = ({ id }: Game): TokenGame => {
    const game = played.get(id);
    if (!game) throw new Error(`this policy was not made for ${id}`);
    return game;
  };
  function graphOf({ game }: Infoset): GameGraph {
    let graph = graphs.get(game.id);
    if (!graph || graph.size > MAX_CACHED_NODES) {
      graph = new GameGraph(playedOf(game));
      graphs.set(game.id, graph);
    }
    return graph;
  }

  const isDrawn = ({ game }: Infoset): boolean => hasManyThoughts(decodingOf(game));

  return {
    played: playedOf,
    distributions: (infosets, decisions) => distributions(infosets, graphOf, isDrawn, decisions),
    ...(mode === "free" ? { illegal: (infosets, decisions) => illegal(infosets, graphOf, isDrawn, decisions) } : {}),
    words: (infoset, response, decisions) =>
      wordProbabilities(infoset, response, graphOf(infoset), vocabulary, decisions),
    legalOnly,
    written: (policy) => writtenPolicy(policy, recipe),
    word: ({ state }, slot) => wordAt((state as TokenState).at as Position, slot),
    spelled: (state, action) => spelled((state as TokenState).at, action),
    told: (game, actions) => told(game as Game & TokenGame, vocabulary, actions),
  };
}

/** Of decisions and of actions, each in its place. Information sets of one symmetry orbit are asked about once. */
function distributions(
  infosets: readonly Infoset[],
  graphOf: (infoset: Infoset) => GameGraph,
  isDrawn: (infoset: Infoset) => boolean,
  decisions: (infosets: readonly Infoset[]) => Distribution[],
): Distribution[] {
  const words = infosets.filter(({ game }) => isTokenGame(game));
  if (words.length === infosets.length) return decisions(infosets);
  const ofWords = new Map(decisions(words).map((distribution, i) => [words[i], distribution]));
  const orbits = [...new Set(infosets.flatMap(({ game, canonical }) => (isTokenGame(game) ? [] : [canonical])))];
  const { distributions: ofActions } = marginals(orbits, graphOf, isDrawn, decisions);
  const ofOrbit = new Map(orbits.map((orbit, i) => [orbit, ofActions[i]]));
  return infosets.map((infoset) => {
    const own = ofWords.get(infoset);
    if (own) return own;
    const { canonical, toCanonical } = infoset;
    const there = ofOrbit.get(canonical) as Distribution;
    return toCanonical ? Float64Array.from(toCanonical, (slot) => there[slot]) : there;
  });
}

/** Information sets of one symmetry orbit are asked about once. */
function illegal(
  infosets: readonly Infoset[],
  graphOf: (infoset: Infoset) => GameGraph,
  isDrawn: (infoset: Infoset) => boolean,
  decisions: (infosets: readonly Infoset[]) => Distribution[],
): Float64Array {
  const orbits = [...new Set(infosets.map(({ canonical }) => canonical))];
  const { legal } = marginals(orbits, graphOf, isDrawn, decisions);
  const ofOrbit = new Map(orbits.map((orbit, i) => [orbit, Math.max(0, 1 - legal[i])]));
  return Float64Array.from(infosets, ({ canonical }) => ofOrbit.get(canonical) ?? 0);
}

function legalOnly(policy: Policy): Policy {
  return {
    name: policy.name,
    distributions: (infosets) =>
      policy.distributions(infosets).map((distribution, i) => {
        const { at } = infosets[i].state as TokenState;
        const open = new Float64Array(distribution.length);
        let sum = 0;
        for (const slot of at?.open ?? []) sum += distribution[slot];
        for (const slot of at?.open ?? []) open[slot] = sum > 0 ? distribution[slot] / sum : 1 / (at?.open.length ?? 1);
        return open;
      }),
  };
}

/** A policy of actions that writes the words of its action without thinking. */
function writtenPolicy(policy: Policy, recipe: unknown): Policy {
  const graphs = new Map<Game, GameGraph>();
  const innerOf = ({ game, state }: Infoset): Infoset => {
    if (!isTokenGame(game)) throw new Error(`${policy.name} was to write in ${game.id}, which has no words`);
    let graph = graphs.get(game.inner);
    if (!graph) {
      graph = new GameGraph(game.inner);
      graphs.set(game.inner, graph);
    }
    return graph.node((state as TokenState).inner).infoset as Infoset;
  };
  return {
    name: policy.name,
    ...(policy.recipe ? { recipe: { maker: "written", settings: recipe, of: policy.recipe } } : {}),
    distributions(infosets) {
      const inner = infosets.map(innerOf);
      const actions = policy.distributions(inner);
      return infosets.map(({ state }, i) => {
        const { at } = state as TokenState;
        return nextWord(at as Position, inner[i].actions, actions[i]);
      });
    },
  };
}

/** P(word) = P(an action that follows it) / P(an action that follows any word here). */
function nextWord(at: Position, actions: readonly number[], distribution: Distribution): Distribution {
  const words = new Float64Array(at.tokens.length);
  let sum = 0;
  for (const slot of at.open) {
    for (const action of at.actionsAfter(slot)) words[slot] += distribution[actions.indexOf(action)];
    sum += words[slot];
  }
  if (sum > 0) return words.map((p) => p / sum);
  for (const slot of at.open) words[slot] = at.actionsAfter(slot).length;
  const count = words.reduce((a, b) => a + b, 0);
  return words.map((n) => n / count);
}

function wordAt(at: Position, slot: number): Word {
  const outcome = at.follow(slot);
  if (outcome.kind === "illegal") return outcome.why;
  return at.open.includes(slot) && at.actionsAfter(slot).length === 0 ? "thought" : "answer";
}

function spelled(start: Position | undefined, action: number): number[] {
  const tokens: number[] = [];
  for (let at = start; ; ) {
    const slot = at?.open.find((open) => at?.actionsAfter(open).includes(action));
    if (!at || slot === undefined) throw new Error(`action ${action} cannot be written here`);
    tokens.push(at.tokens[slot] as number);
    const outcome = at.follow(slot);
    if (outcome.kind === "action") return tokens;
    at = outcome.kind === "position" ? outcome.at : undefined;
  }
}

function told(game: TokenGame, { words }: Vocabulary, plies: readonly number[]): Told {
  const actions: number[] = [];
  const responses: { ply: number; text: string; illegal?: string }[] = [];
  let forfeit: Told["forfeit"];
  let state = game.initial();
  for (const ply of plies) {
    const outcome = state.at?.follow(state.at.tokens.indexOf(ply));
    if (!outcome) actions.push(ply);
    if (outcome && outcome.kind !== "position") {
      const written = [...state.written, ply, ...(outcome.kind === "action" ? outcome.forced : [])];
      const text = textOf(written.map((token) => words[token] as string));
      const turn = game.turn(state);
      const illegal = outcome.kind === "illegal" ? WHY[outcome.why] : undefined;
      responses.push({ ply: actions.length, text, ...(illegal ? { illegal } : {}) });
      if (outcome.kind === "action") actions.push(outcome.action);
      else if (turn.kind === "player") forfeit = { seat: turn.player, reason: illegal ?? "" };
    }
    state = game.apply(state, ply);
  }
  return { actions, responses, ...(forfeit ? { forfeit } : {}) };
}

const WHY = {
  invalid: "The response is not a legal action.",
  truncated: "The response is longer than the limit.",
} as const;
