/**
 * Leduc poker (F. Southey et al., "Bayes' Bluff: Opponent Modelling in Poker", 2005), with the rules and the counts of
 * OpenSpiel's `leduc_poker`: a deck of J, Q, K in two suits, ante 1, one private card each, a round of betting, one public
 * card, a round of betting. Bets and raises are 2 chips in the first round and 4 in the second, at most two a round. Seat 0 opens
 * both rounds. At a showdown a pair with the public card wins, then the higher rank; equal ranks split the pot.
 *
 * 9,457 histories; 936 information sets, or 288 up to the symmetry of the suits (`canonical`).
 */
import { drawPosition } from "./drawing.ts";
import type { Game, Seat, Turn } from "./game.ts";
import { BETS, CALL, FOLD, MOST_PAID, POINTS, type Point, RAISE } from "./parts/leduc-betting.ts";
import { outcomesUpTo } from "./parts/outcomes.ts";
import { availableActions, parseByName } from "./text.ts";
import type { BettingAct, View } from "./view.ts";

/** Bits 0–6 are the index in POINTS. Then come three bits for each of seat 0's, seat 1's and the public card: card + 1, or 0. */
export type LeducState = number;

/** Card c has rank ⌊c/2⌋ and suit c mod 2. */
const CARDS = ["Js", "Jh", "Qs", "Qh", "Ks", "Kh"] as const;

const POINT_BITS = 7;
const POINT_MASK = (1 << POINT_BITS) - 1;
const PRIVATE_SHIFTS = [POINT_BITS, POINT_BITS + 3] as const;
const PUBLIC_SHIFT = POINT_BITS + 6;
const ALL_SHIFTS = [...PRIVATE_SHIFTS, PUBLIC_SHIFT] as const;

const endFor = outcomesUpTo(MOST_PAID);

/** The deals of one more card, by the set of cards that were dealt. */
const DEALS: readonly Turn[] = Array.from({ length: 1 << CARDS.length }, (_, dealt) => {
  const actions = [...CARDS.keys()].filter((card) => !(dealt & (1 << card)));
  return { kind: "chance", actions, probabilities: actions.map(() => 1 / actions.length) };
});

/** For each point, the features of the betting: one for each action so far, for check or call, or for bet or raise. */
const ROUND_FEATURES = [8, 16] as const;
const BETTING: readonly (readonly number[])[] = POINTS.map(({ rounds }) =>
  rounds.flatMap((letters = "", round) =>
    [...letters].map(
      (letter, i) => (ROUND_FEATURES[round] as number) + 2 * i + (letter === "k" || letter === "c" ? 0 : 1),
    ),
  ),
);

/** RELABELLED[swaps]: the new card of each card if the two suits change places in the ranks of the set `swaps`. */
const RELABELLED: readonly (readonly number[])[] = Array.from({ length: 8 }, (_, swaps) =>
  [...CARDS.keys()].map((card) => card ^ ((swaps >> (card >> 1)) & 1)),
);
const SAME_ACTIONS = [FOLD, CALL, RAISE] as const;
/** For each seat to move, its card, the public and the other card: the first of a rank becomes spades (`canonical`). */
const CANONICAL_ORDER = [
  [PRIVATE_SHIFTS[0], PUBLIC_SHIFT, PRIVATE_SHIFTS[1]],
  [PRIVATE_SHIFTS[1], PUBLIC_SHIFT, PRIVATE_SHIFTS[0]],
] as const;

const pointOf = (state: LeducState): Point => POINTS[state & POINT_MASK];
/** A card, or −1 if it is not dealt. */
const cardAt = (state: LeducState, shift: number): number => ((state >> shift) & 7) - 1;

/** The set of the card at `shift`; empty if it is not dealt. */
const asSet = (state: LeducState, shift: number): number => (1 << ((state >> shift) & 7)) >> 1;

/** The higher strength wins a showdown: 3 for a pair, else the rank. */
function strength(state: LeducState, seat: Seat): number {
  const rank = cardAt(state, PRIVATE_SHIFTS[seat]) >> 1;
  return rank === cardAt(state, PUBLIC_SHIFT) >> 1 ? 3 : rank;
}

/** The acts of a round, by their letters in `Point.rounds`. */
const ACTS = { k: "check", b: "bet", r: "raise", c: "call", f: "fold" } as const;
const actsOf = (letters: string, round: number): BettingAct[] =>
  [...letters].map((letter, i) => ({
    seat: (i % 2) as Seat,
    act: ACTS[letter as keyof typeof ACTS],
    chips: letter === "b" || letter === "r" ? (BETS[round] as number) : 0,
  }));

function viewOf(state: LeducState, seat: Seat | null): View {
  const { rounds, paid } = pointOf(state);
  const dealt = (shift: number): string[] => {
    const card = CARDS[cardAt(state, shift)];
    return card === undefined ? [] : [card];
  };
  const cards = (owner: Seat): readonly (string | null)[] => {
    const own = dealt(PRIVATE_SHIFTS[owner]);
    return seat === null || seat === owner ? own : own.map(() => null);
  };
  return {
    kind: "cards",
    cards: [cards(0), cards(1)],
    publicCards: dealt(PUBLIC_SHIFT),
    rounds: rounds.map((letters = "", round) => actsOf(letters, round)),
    roundCount: BETS.length,
    pot: paid,
    match: null,
  };
}

const RULES = [
  `- The deck has six cards, J, Q and K (J lowest, K highest) of spades and of hearts: ${CARDS.join(", ")}`,
  "- Each player antes 1 chip and is dealt 1 card; after a round of betting a public card is turned up, and a second",
  "  round of betting follows",
  "- '[check]': pass without betting, if there is no bet to call",
  "- '[bet]': put 2 chips into the pot in round 1, 4 chips in round 2, if no one has in this round",
  "- '[raise]': match the opponent's bet and bet as much again; a round has at most one bet and one raise",
  "- '[call]': match the opponent's bet or raise",
  "- '[fold]': give up the pot to the opponent, if there is a bet to call",
  "- After round 2 a card of the public card's rank wins the pot; if neither player has one, the higher rank does; equal",
  "  ranks split the pot. Suits decide nothing",
].join("\n");

const rulesFor = (player: Seat): string =>
  [
    `You are Player ${player} in a one-hand game of Leduc Poker. Player 0 acts first in both rounds.`,
    "Rules:",
    RULES,
  ].join("\n");

export const leduc: Game<LeducState> = {
  id: "leduc",
  title: "Leduc poker, one hand",
  version: 1,
  roles: ["first", "second"],
  actionCount: 3,
  // own rank (3) · public rank or none (4) · pair (1) · rounds 1 and 2, two for each action (8 + 6) · chips in the pot (2)
  featureCount: 24,
  utility: { min: -MOST_PAID, max: MOST_PAID },
  maxPlies: 11,
  perfectInformation: false,
  walkable: true,

  initial: () => 0,
  turn(state) {
    const { turn, deals, paid } = pointOf(state);
    if (turn) return turn;
    // The public card is dealt last, so only private cards were dealt before.
    if (deals !== undefined) return DEALS[asSet(state, PRIVATE_SHIFTS[0]) | asSet(state, PRIVATE_SHIFTS[1])];
    return endFor(Math.sign(strength(state, 0) - strength(state, 1)) * paid[0]);
  },
  apply(state, action) {
    const { next, deals } = pointOf(state);
    const cards = state & ~POINT_MASK;
    return deals === undefined ? cards | next[action] : cards | next[0] | ((action + 1) << ALL_SHIFTS[deals]);
  },

  stateKey: String,
  infosetKey(state, player) {
    const [first, second] = pointOf(state).rounds;
    const start = `${CARDS[cardAt(state, PRIVATE_SHIFTS[player])]}:${first}`;
    return second === undefined ? start : `${start}:${CARDS[cardAt(state, PUBLIC_SHIFT)]}:${second}`;
  },
  observe(state, player) {
    return [
      rulesFor(player),
      "",
      ...drawPosition(viewOf(state, player), player),
      availableActions(leduc, state, player),
    ].join("\n");
  },
  rules: rulesFor,
  prompt(state, player) {
    const rounds = pointOf(state).rounds.map((letters = "", round) => actsOf(letters, round).map(({ act }) => act));
    const moves = rounds.map((acts, round) => `Round ${round + 1}: ${acts.join(", ") || "none"}.`).join(" ");
    const open = CARDS[cardAt(state, PUBLIC_SHIFT)];
    const hold = `You hold ${CARDS[cardAt(state, PRIVATE_SHIFTS[player])]}.`;
    return `Leduc Poker. You are player ${player}. ${moves} ${open ? `Public: ${open}. ` : ""}${hold} Action:`;
  },
  view: viewOf,
  encode(state, player, out, offset) {
    const rank = cardAt(state, PRIVATE_SHIFTS[player]) >> 1;
    const card = cardAt(state, PUBLIC_SHIFT);
    out[offset + rank] = 1;
    out[offset + 3 + (card < 0 ? 3 : card >> 1)] = 1;
    if (card >= 0 && card >> 1 === rank) out[offset + 7] = 1;
    for (const feature of BETTING[state & POINT_MASK]) out[offset + feature] = 1;
    const { paid } = pointOf(state);
    out[offset + 22] = paid[player] / MOST_PAID;
    out[offset + 23] = paid[player === 0 ? 1 : 0] / MOST_PAID;
  },
  actionName(state, action) {
    const { turn, paid } = pointOf(state);
    if (!turn) return CARDS[action] as string;
    if (action === FOLD) return "[fold]";
    const facing = paid[0] !== paid[1];
    return action === CALL ? (facing ? "[call]" : "[check]") : facing ? "[raise]" : "[bet]";
  },
  parseAction: (state, text) => parseByName(leduc, state, text),

  /** The opponent's card is drawn from the cards that `player` does not see, all equally likely. */
  resample(state, player, uniform) {
    const shift = PRIVATE_SHIFTS[player === 0 ? 1 : 0];
    const seen = asSet(state, PRIVATE_SHIFTS[player]) | asSet(state, PUBLIC_SHIFT);
    const unseen = [...CARDS.keys()].filter((card) => !(seen & (1 << card)));
    const card = unseen[Math.floor(uniform() * unseen.length)];
    return (state & ~(7 << shift)) | ((card + 1) << shift);
  },

  /**
   * Within each rank the first card becomes spades, in the order of the mover's card, the public card, the opponent's card. The
   * cards that the mover knows come first, so states of one information set go to states of one information set.
   */
  canonical(state) {
    const { turn } = pointOf(state);
    const mover = turn?.kind === "player" ? turn.player : 0;
    let seen = 0;
    let swaps = 0;
    for (const shift of CANONICAL_ORDER[mover]) {
      const card = cardAt(state, shift);
      if (card < 0) continue;
      const rank = 1 << (card >> 1);
      if (!(seen & rank) && card & 1) swaps |= rank;
      seen |= rank;
    }
    const to = RELABELLED[swaps];
    let image = state & POINT_MASK;
    for (const shift of ALL_SHIFTS) {
      const card = cardAt(state, shift);
      if (card >= 0) image |= (to[card] + 1) << shift;
    }
    return { state: image, permutation: turn ? SAME_ACTIONS : to };
  },
};
