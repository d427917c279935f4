/**
 * A game in which a token is a ply. While a player writes, nothing else moves; when its response is complete, the action that it
 * names is played in the inner game. So self-play, the merging of rows, advantages and losses need not know about words: without
 * thoughts, Σ_tokens A ∇log π(token) = A ∇log π(action).
 *
 * An information set is one of the inner game and the words of this turn so far. Thoughts are forgotten when the turn is over,
 * and the other side never sees them. A response that is no legal action forfeits (games/forfeit.ts).
 */
import { forfeitReturns } from "../../games/forfeit.ts";
import type { Game, Seat, Turn } from "../../games/game.ts";
import { type Decoding, type Outcome, responses, type Start } from "./responses.ts";
import { imageAfter, imageAtStart } from "./symmetry.ts";
import type { TokenState } from "./token-state.ts";
import { textsOf, type Vocabulary } from "./vocabulary.ts";
import { wordsOf } from "./words.ts";

export interface TokenGame extends Game<TokenState> {
  readonly inner: Game;
  /** The state in which the turn of an inner state begins. */
  begin(inner: unknown): TokenState;
  /** The tokens that a policy reads at a decision: the prompt and what was written. */
  context(state: TokenState, player: Seat): number[];
}

export const isTokenGame = (game: object): game is TokenGame => "begin" in game;

export function tokenGame(inner: Game, vocabulary: Vocabulary, decoding: Decoding): TokenGame {
  /** The responses for each list of legal actions, by their names. */
  const starts = new Map<string, Start>();
  /** By player and key of the information set. */
  const prompts = new Map<string, readonly number[]>();

  function startAt(state: unknown, actions: readonly number[]): Start {
    const names = actions.map((action) => inner.actionName(state, action));
    const key = names.map((name, slot) => actions[slot] + name).join(" ");
    let start = starts.get(key);
    if (!start) {
      const texts = names.map((name, slot) => [actions[slot], vocabulary.tokens(name)] as const);
      start = responses(texts, decoding);
      starts.set(key, start);
    }
    return start;
  }

  /** The start of a turn, as its own representative. */
  function beginAlone(state: unknown): TokenState {
    const turn = inner.turn(state);
    const start = turn.kind === "player" ? startAt(state, turn.actions) : { at: undefined, written: [] };
    return { inner: state, ...start, illegal: undefined, image: undefined };
  }

  function begin(state: unknown): TokenState {
    const own = beginAlone(state);
    if (!inner.canonical || !own.at) return own;
    const { state: representative, permutation } = inner.canonical(state);
    if (inner.stateKey(representative) === inner.stateKey(state)) return own;
    return { ...own, image: imageAtStart(own, beginAlone(representative), permutation, decoding.tokens) };
  }

  /** The state after an outcome of the response. */
  function after(state: TokenState, action: number, outcome: Outcome): TokenState {
    if (outcome.kind === "action") return begin(inner.apply(state.inner, outcome.action));
    if (outcome.kind === "illegal") return { ...state, at: undefined, illegal: outcome.why, image: undefined };
    const written = [...state.written, action, ...outcome.forced];
    const next = { ...state, at: outcome.at, written, image: undefined };
    return { ...next, image: imageAfter(state.image, next, action, write) };
  }
  const write = (state: TokenState, action: number): TokenState => {
    if (!state.at) return begin(inner.apply(state.inner, action));
    return after(state, action, state.at.follow(state.at.tokens.indexOf(action)));
  };

  const moverAt = (state: unknown): Seat => {
    const turn = inner.turn(state);
    return turn.kind === "player" ? turn.player : 0;
  };
  const continues = ({ at }: TokenState): boolean => at !== undefined && !at.begins;
  const suffix = (state: TokenState): string => (continues(state) ? ` > ${state.written.join(" ")}` : "");
  const { view, resample } = inner;
  const mostPlies = decoding.mode === "free" ? decoding.limit : decoding.think + textsOf(inner).mostChoices;

  return {
    ...inner,
    inner,
    begin,
    actionCount: decoding.tokens,
    utility: decoding.mode === "free" ? withForfeits(inner) : inner.utility,
    maxPlies: inner.maxPlies * mostPlies,
    walkable: false,
    turns: { continues, mostPlies },

    initial: () => begin(inner.initial()),
    turn(state): Turn {
      if (state.illegal) return { kind: "end", returns: forfeitReturns(inner, moverAt(state.inner)) };
      const turn = inner.turn(state.inner);
      return turn.kind === "player" ? { ...turn, actions: state.at?.tokens ?? [] } : turn;
    },
    apply: write,
    context(state, player) {
      const key = `${player}${inner.infosetKey(state.inner, player)}`;
      let prompt = prompts.get(key);
      if (!prompt) {
        prompt = vocabulary.tokens(inner.prompt?.(state.inner, player) ?? "");
        prompts.set(key, prompt);
      }
      return [...prompt, ...state.written];
    },

    stateKey: (state) =>
      state.illegal ? `forfeit ${moverAt(state.inner)}` : inner.stateKey(state.inner) + suffix(state),
    infosetKey: (state, player) => inner.infosetKey(state.inner, player) + suffix(state),
    observe: (state, player) => inner.observe(state.inner, player),
    encode: (state, player, out, offset) => inner.encode(state.inner, player, out, offset),
    actionName: (state, action) =>
      state.at ? (vocabulary.words[action] as string) : inner.actionName(state.inner, action),
    parseAction(state, text) {
      const [word = ""] = wordsOf(text);
      const action = vocabulary.words.indexOf(word);
      if (state.at?.tokens.includes(action)) return { ok: true, action };
      return { ok: false, reason: `"${word}" is not a word that may come next.` };
    },
    ...(inner.prompt ? { prompt: (state, player) => inner.prompt?.(state.inner, player) ?? "" } : {}),
    ...(view ? { view: (state, seat) => view(state.inner, seat) } : {}),
    ...(resample
      ? { resample: (state, player, uniform) => ({ ...state, inner: resample(state.inner, player, uniform) }) }
      : {}),
    ...(inner.canonical
      ? { canonical: (state) => ({ state: state.image?.state ?? state, permutation: state.image?.tokens ?? [] }) }
      : {}),
  } as TokenGame;
}

/** The bounds of returns with the prices of forfeits. */
function withForfeits(inner: Game): Game["utility"] {
  const [offender, other] = forfeitReturns(inner, 0);
  return { min: Math.min(inner.utility.min, offender), max: Math.max(inner.utility.max, other) };
}
