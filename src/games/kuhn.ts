/**
 * Kuhn poker (H. W. Kuhn, 1950): three cards, ante 1, one bet of 1, one hand. Returns are chips.
 *
 *   check check → showdown for 1 · bet fold → 1 to the bettor · bet call → showdown for 2
 *   check bet fold → 1 to the bettor · check bet call → showdown for 2
 *
 * 12 information sets; value −1/18 to the first player.
 */
import { drawPosition } from "./drawing.ts";
import type { Game, Seat, Turn } from "./game.ts";
import { outcomesUpTo } from "./parts/outcomes.ts";
import { availableActions, parseByName } from "./text.ts";
import type { BettingAct, CardsView, MatchOfHands } from "./view.ts";

/** 0 before the deal, then 1 + 9 · deal + history: indices of DEALS and HISTORIES. */
export type KuhnState = number;

export const CARDS = ["J", "Q", "K"] as const;
/** The card of the first player and the card of the second: six equally likely deals. */
const DEALS = [
  [0, 1],
  [0, 2],
  [1, 0],
  [1, 2],
  [2, 0],
  [2, 1],
] as const;
/** The actions so far: k is check or fold (action 0), b is bet or call (action 1). The first four are decisions. */
const HISTORIES = ["", "k", "b", "kb", "kk", "bk", "bb", "kbk", "kbb"] as const;

/** States of one hand are 0 … HAND_STATES − 1. */
export const HAND_STATES = 1 + DEALS.length * HISTORIES.length;

const PASS = 0;
const BET = 1;
const PLAYER_TURNS: readonly Turn[] = [0, 1, 1, 0].map((player) => ({
  kind: "player",
  player: player as Seat,
  actions: [PASS, BET],
}));
const DEAL_TURN: Turn = { kind: "chance", actions: [0, 1, 2, 3, 4, 5], probabilities: Array(6).fill(1 / 6) };
const endFor = outcomesUpTo(2);
/** The turn of every state. They are made once, so that play allocates nothing. */
const TURNS: readonly Turn[] = [
  DEAL_TURN,
  ...DEALS.flatMap(([first, second]) =>
    HISTORIES.map((history): Turn => {
      const decision = PLAYER_TURNS[HISTORIES.indexOf(history)];
      if (decision) return decision;
      // After a fold (…bk) the bettor wins the ante. At a showdown the higher card wins the ante, or ante and bet.
      const gain = history.endsWith("bk")
        ? history.length === 2
          ? 1
          : -1
        : (first > second ? 1 : -1) * (history.endsWith("bb") ? 2 : 1);
      return endFor(gain);
    }),
  ),
];
/** Where an action leads: [history][action] → history. */
const NEXT = HISTORIES.map((h) => ["k", "b"].map((a) => (HISTORIES as readonly string[]).indexOf(h + a)));

const dealOf = (state: KuhnState): number => Math.floor((state - 1) / HISTORIES.length);

/** Index of the actions so far in HISTORIES. 0–3 are the decisions: none, `k`, `b`, `kb`. */
export const historyIndex = (state: KuhnState): number => (state - 1) % HISTORIES.length;

/** The index in CARDS of the card of `player`. The cards must be dealt. */
export function cardOf(state: KuhnState, player: Seat): number {
  return (DEALS[dealOf(state)] as readonly [number, number])[player];
}

/** The same hand, in which the other player's card is drawn from the two that `player` does not hold. */
export function redeal(state: KuhnState, player: Seat, uniform: () => number): KuhnState {
  const own = cardOf(state, player);
  const deals = [...DEALS.keys()].filter((deal) => (DEALS[deal] as readonly number[])[player] === own);
  return 1 + deals[Math.floor(uniform() * deals.length)] * HISTORIES.length + historyIndex(state);
}

/** The actions so far, such as `kb`: k is check or fold, b is bet or call. */
export function historyText(state: KuhnState): string {
  return HISTORIES[historyIndex(state)] as string;
}

/** The actions so far. `opener` is the seat that acts first. */
function actsOf(state: KuhnState, opener: Seat): BettingAct[] {
  if (state === 0) return [];
  const history = historyText(state);
  return [...history].map((letter, i): BettingAct => {
    const seat = ((opener + i) % 2) as Seat;
    const facingBet = history[i - 1] === "b";
    if (letter === "k") return { seat, act: facingBet ? "fold" : "check", chips: 0 };
    return facingBet ? { seat, act: "call", chips: 0 } : { seat, act: "bet", chips: 1 };
  });
}

/** The actions so far as words, for a prompt: `check, bet`. */
export const movesText = (state: KuhnState): string =>
  actsOf(state, 0)
    .map(({ act }) => act)
    .join(", ") || "none";

/** A hand in which `opener` acts first, as `seat` sees it; null sees all cards. */
export function handView(
  state: KuhnState,
  seat: Seat | null,
  opener: Seat = 0,
  match: MatchOfHands | null = null,
): CardsView {
  const acts = actsOf(state, opener);
  const cards = (owner: Seat): (string | null)[] => {
    if (state === 0) return [];
    return [seat === null || seat === owner ? (CARDS[cardOf(state, (owner ^ opener) as Seat)] as string) : null];
  };
  const paid = (payer: Seat): number =>
    1 + acts.filter(({ seat: s, act }) => s === payer && (act === "bet" || act === "call")).length;
  return {
    kind: "cards",
    cards: [cards(0), cards(1)],
    publicCards: [],
    rounds: [acts],
    roundCount: 1,
    pot: match?.hand === null ? [0, 0] : [paid(0), paid(1)],
    match,
  };
}

export const HAND_RULES = [
  "- The deck has three cards: J, Q and K (J lowest, K highest)",
  "- Each player antes 1 chip and is dealt 1 card; cards are dealt without replacement",
  "- '[check]': pass without betting, if no bet is on the table",
  "- '[bet]': add 1 chip to the pot, if no bet is on the table",
  "- '[call]': match the opponent's bet of 1 chip; the higher card wins the pot",
  "- '[fold]': give up the pot to the opponent",
].join("\n");

const rulesFor = (player: Seat): string =>
  [`You are Player ${player} in a one-hand game of Kuhn Poker. Player 0 acts first.`, "Rules:", HAND_RULES].join("\n");

export const kuhn: Game<KuhnState> = {
  id: "kuhn",
  title: "Kuhn poker, one hand",
  version: 1,
  roles: ["first", "second"],
  actionCount: 2,
  // card one-hot (3) · history one-hot over the four decisions (4)
  featureCount: 7,
  utility: { min: -2, max: 2 },
  maxPlies: 4,
  perfectInformation: false,
  walkable: true,

  initial: () => 0,
  turn: (state) => TURNS[state],
  apply(state, action) {
    if (state === 0) return 1 + action * HISTORIES.length;
    const history = historyIndex(state);
    return state - history + NEXT[history][action];
  },

  stateKey: String,
  infosetKey: (state, player) => `${CARDS[cardOf(state, player)]}:${historyText(state)}`,
  observe(state, player) {
    return [
      rulesFor(player),
      "",
      ...drawPosition(handView(state, player), player),
      availableActions(kuhn, state, player),
    ].join("\n");
  },
  rules: rulesFor,
  prompt: (state, player) =>
    `Kuhn Poker. You are player ${player}. Moves: ${movesText(state)}. You hold ${CARDS[cardOf(state, player)]}. Action:`,
  view: (state, seat) => handView(state, seat),
  encode(state, player, out, offset) {
    out[offset + cardOf(state, player)] = 1;
    out[offset + 3 + historyIndex(state)] = 1;
  },
  actionName(state, action) {
    if (state === 0) return (DEALS[action] as readonly number[]).map((card) => CARDS[card]).join(" ");
    const facingBet = historyText(state).endsWith("b");
    return action === PASS ? (facingBet ? "[fold]" : "[check]") : facingBet ? "[call]" : "[bet]";
  },
  parseAction: (state, text) => parseByName(kuhn, state, text),

  resample: redeal,

  /**
   * Kuhn's family of equilibria, α ∈ [0, 1/3]. P(bet or call) with J, Q, K is, for the first player, α, 0, 3α to open and 0,
   * α + 1/3, 1 facing a bet after a check; for the second player, 1/3, 0, 1 after a check and 0, 1/3, 1 facing a bet. α is the
   * least-squares fit to `near` of the three probabilities that depend on it (0 without `near`).
   */
  equilibrium(near) {
    const bet = (key: string): number | undefined => near?.(key)?.[BET];
    const [j, q, k] = [bet("J:"), bet("Q:kb"), bet("K:")];
    const alpha =
      j === undefined || q === undefined || k === undefined
        ? 0
        : Math.min(1 / 3, Math.max(0, (j + (q - 1 / 3) + 3 * k) / 11));
    const table: Record<string, readonly number[]> = {
      "": [alpha, 0, 3 * alpha],
      k: [1 / 3, 0, 1],
      b: [0, 1 / 3, 1],
      kb: [0, alpha + 1 / 3, 1],
    };
    return new Map(
      Object.entries(table).flatMap(([history, bets]) =>
        bets.map((p, card) => [`${CARDS[card]}:${history}`, [1 - p, p]] as const),
      ),
    );
  },
};
