/**
 * The interface of a game: the rules of a two-player zero-sum game in extensive form, as pure synchronous functions. Chance is
 * explicit, so that a list of actions determines a whole game: a log is replayed without random numbers, and best responses
 * are exact.
 *
 * CONTRIBUTING.md says how to add a game.
 */
import type { View } from "./view.ts";

/** Seat 0 moves first; in a match of several hands, in the first hand. */
export type Seat = 0 | 1;

/** Who is to act. `actions` are the legal actions or the outcomes of chance: small integers, ascending, at least one. */
export type Turn =
  | { readonly kind: "chance"; readonly actions: readonly number[]; readonly probabilities: readonly number[] }
  | { readonly kind: "player"; readonly player: Seat; readonly actions: readonly number[] }
  | { readonly kind: "end"; readonly returns: readonly [number, number] };

/** The result of `parseAction`. */
export type Parsed =
  | { readonly ok: true; readonly action: number }
  /** `reason` is a sentence that tells the player what to write instead. */
  | { readonly ok: false; readonly reason: string };

/**
 * `S` is the type of states, which are immutable; small integers are fastest. Code that works with any game uses `Game` without
 * `S`, and only passes states back to the game that they came from.
 */
export interface Game<S = unknown> {
  /** The name on the command line, parameters included: `kuhn`, `negotiation:maxQuantity=5`. */
  readonly id: string;
  /** A name for people, in one line. */
  readonly title: string;
  /** Raised when rules, keys, actions, features or chance change. Logs and checkpoints store it. */
  readonly version: number;
  /** Names of seats 0 and 1. Role-conditioned baselines are stored by these names. */
  readonly roles: readonly [string, string];
  /** Actions of players are 0 … actionCount − 1. Outcomes of chance have numbers of their own. */
  readonly actionCount: number;
  /** Length of the feature vector. */
  readonly featureCount: number;
  /** Bounds on a player's return. */
  readonly utility: { readonly min: number; readonly max: number };
  /** No game has more actions than this, outcomes of chance included. */
  readonly maxPlies: number;
  /** Whether both players always see the whole state. */
  readonly perfectInformation: boolean;
  /** Whether every state can be visited in memory (below about 200,000), so that NashConv is exact. */
  readonly walkable: boolean;

  initial(): S;
  turn(state: S): Turn;
  /** The state after an action of `turn(state).actions`. Callers check that the action is legal. */
  apply(state: S, action: number): S;
  /** Equal keys ⇔ the same subgame follows (same moves, same returns), however it was reached. */
  stateKey(state: S): string;
  /** Equal keys ⇔ `player`, who is to move, cannot tell the states apart (by anything that bears on what follows). */
  infosetKey(state: S, player: Seat): string;
  /** The text that `player` reads. It is a function of the information set. */
  observe(state: S, player: Seat): string;
  /** Writes the features, numbers of about −1 … 1, into `out[offset … offset + featureCount)`, which holds zeros. */
  encode(state: S, player: Seat, out: Float32Array, offset: number): void;
  /** The name of an action at this state in brackets, `[bet]`; at a chance node, the outcome, `J K`. */
  actionName(state: S, action: number): string;
  /** The legal action that a player's text names, or the reason why it names none. */
  parseAction(state: S, text: string): Parsed;

  /**
   * For games in which players may talk: the same game without talk. What is said is no part of a state. It goes beside the
   * actions from one player to the other (record/talk.ts), and no rule depends on it. So graphs, exact values and players that
   * cannot read are of the game without talk.
   */
  readonly withoutTalk?: Game<S>;

  /**
   * The rules as `player` reads them, which every observation begins with. If the game has `rules` and `view`, a terminal shows
   * them instead of the text of `observe`.
   */
  rules?(player: Seat): string;
  /**
   * The position in a few words and marks, for a policy that reads text. It is a function of the information set and differs from
   * those of the player's other sets. The game's name comes first and what changes most comes last, so that many prompts begin
   * alike. policies/text/words.ts says what a word is.
   */
  prompt?(state: S, player: Seat): string;
  /**
   * The position as data, of one of the shapes in view.ts, without what is hidden from `seat`. `null` sees everything. At a
   * decision the mover's view is a function of the information set.
   */
  view?(state: S, seat: Seat | null): View;

  /**
   * For games with hidden information: a random state that `player`, who is to move, cannot tell from `state`. `uniform` gives
   * numbers in [0, 1). A state has the probability that chance gives it, among the states in which the players' moves so far
   * are legal; how likely a player's moves were does not matter. The result depends on the information set and the numbers
   * only. Players and search get such a state, so that they cannot read what is hidden from them.
   */
  resample?(state: S, player: Seat, uniform: () => number): S;

  /**
   * For games with symmetries: the representative of this state's orbit. Action `a` here is action `permutation[a]` there. A
   * network learns one row for all states of an orbit. States of one information set must go to states of one information set,
   * so the choice may not depend on what the mover cannot see.
   */
  canonical?(state: S): { readonly state: S; readonly permutation: readonly number[] };

  /**
   * For games in which a turn has several plies, such as one for each word of an answer: whether this ply, a player's, continues
   * a turn that an earlier one began, and the most plies of a turn. Without it every ply of a player is a turn.
   */
  readonly turns?: { continues(state: S): boolean; readonly mostPlies: number };

  /**
   * For games with an equilibrium in closed form: P(slot) by the key of the information set. If there is a family of equilibria,
   * the one nearest to the policy `near`.
   */
  equilibrium?(near?: (infosetKey: string) => readonly number[] | undefined): ReadonlyMap<string, readonly number[]>;
}
