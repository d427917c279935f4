/**
 * A match of several hands of Kuhn poker. The seat that `opener` names opens hands 1, 3, 5, …, and the other the rest. Chips move after every hand. The
 * player that has won more chips after the last hand wins the match (+1/−1); equal chips are a draw.
 *
 * A state is the number of the hand, the chip lead and the state of the hand, packed into one integer. States, keys, text and
 * features leave out the cards and actions of earlier hands: each hand is dealt anew, so only the chips matter later.
 */
import { withSign } from "../util/figures.ts";
import { drawPosition } from "./drawing.ts";
import type { Game, Seat, Turn } from "./game.ts";
import {
  CARDS,
  cardOf,
  HAND_RULES,
  HAND_STATES,
  handView,
  historyIndex,
  historyText,
  kuhn,
  movesText,
  redeal,
} from "./kuhn.ts";
import { outcomeOf } from "./parts/outcomes.ts";
import { idOf, resolve, type Settings } from "./parts/parameters.ts";
import { availableActions, parseByName } from "./text.ts";
import type { View } from "./view.ts";

export const KUHN_MATCH_PARAMETERS = {
  hands: { default: 5, min: 1, max: 25 },
  opener: { default: 0, min: 0, max: 1 },
} as const;

/** (hand number · number of leads + lead of seat 0 + greatest lead) · HAND_STATES + state of the hand. */
export type KuhnMatchState = number;

/** Turns of a hand, by the seat that opens it and the hand's state. */
const HAND_TURNS = ([0, 1] as const).map((opener) =>
  Array.from({ length: HAND_STATES }, (_, hand): Turn => {
    const turn = kuhn.turn(hand);
    return turn.kind === "player" ? { ...turn, player: (turn.player ^ opener) as Seat } : turn;
  }),
);

export function kuhnMatch(settings: Settings<typeof KUHN_MATCH_PARAMETERS> = {}): Game<KuhnMatchState> {
  const parameters = resolve(KUHN_MATCH_PARAMETERS, settings);
  const { hands, opener: firstOpener } = parameters;
  const maxLead = 2 * hands;
  const leads = 2 * maxLead + 1;
  /** At a decision at least one hand is not over, so the lead is −shown … shown. */
  const shown = maxLead - 2;
  const leadCount = 2 * shown + 1;

  const pack = (number: number, lead: number, hand: number): KuhnMatchState =>
    (number * leads + lead + maxLead) * HAND_STATES + hand;
  /** 0 for the first hand; `hands` once the match is over. */
  const numberOf = (state: KuhnMatchState): number => Math.floor(state / (leads * HAND_STATES));
  /** Chips that seat 0 has won from seat 1 in the finished hands. */
  const leadOf = (state: KuhnMatchState): number => (Math.floor(state / HAND_STATES) % leads) - maxLead;
  const handOf = (state: KuhnMatchState): number => state % HAND_STATES;
  const openerOf = (state: KuhnMatchState): Seat => ((numberOf(state) + firstOpener) % 2) as Seat;
  const ownLead = (state: KuhnMatchState, player: Seat): number => (player === 0 ? leadOf(state) : 0 - leadOf(state));
  const ownCard = (state: KuhnMatchState, player: Seat): number =>
    cardOf(handOf(state), (player ^ openerOf(state)) as Seat);

  function viewOf(state: KuhnMatchState, seat: Seat | null): View {
    const number = numberOf(state);
    const opener = openerOf(state);
    const hand = number === hands ? null : number + 1;
    const won = [leadOf(state), ownLead(state, 1)] as const;
    return handView(handOf(state), seat, opener, { hand, handCount: hands, opener, won });
  }
  const rulesFor = (player: Seat): string =>
    [
      `You are Player ${player} in a match of Kuhn Poker over ${hands} ${hands === 1 ? "hand" : "hands"}.`,
      "Whoever has won more chips when the last hand is over wins the match.",
      "Rules:",
      HAND_RULES,
      `- Player ${firstOpener} acts first in the first hand; after that the players take turns to act first`,
    ].join("\n");

  const game: Game<KuhnMatchState> = {
    id: idOf("kuhn-match", KUHN_MATCH_PARAMETERS, parameters),
    title: `Kuhn poker, a match of ${hands} ${hands === 1 ? "hand" : "hands"}${firstOpener === 1 ? ", opened by player 1" : ""}`,
    version: 1,
    roles: firstOpener === 0 ? ["first", "second"] : ["second", "first"],
    actionCount: 2,
    // card (3) · history of the hand (4) · opener (1) · hand number (hands) · lead one-hot (leadCount) · lead (1)
    featureCount: 3 + 4 + 1 + hands + leadCount + 1,
    utility: { min: -1, max: 1 },
    maxPlies: 4 * hands,
    perfectInformation: false,
    // 30,701 states with 25 hands.
    walkable: true,

    initial: () => pack(0, 0, 0),
    turn(state) {
      if (numberOf(state) === hands) return outcomeOf(Math.sign(leadOf(state)));
      return (HAND_TURNS[openerOf(state)] as readonly Turn[])[handOf(state)];
    },
    apply(state, action) {
      const hand = handOf(state);
      const next = kuhn.apply(hand, action);
      const turn = kuhn.turn(next);
      if (turn.kind !== "end") return state - hand + next;
      return pack(numberOf(state) + 1, leadOf(state) + turn.returns[openerOf(state)], 0);
    },

    stateKey: String,
    infosetKey(state, player) {
      const lead = withSign(ownLead(state, player));
      return `${numberOf(state) + 1}:${lead}:${CARDS[ownCard(state, player)]}:${historyText(handOf(state))}`;
    },
    observe(state, player) {
      return [
        rulesFor(player),
        "",
        ...drawPosition(viewOf(state, player), player),
        availableActions(game, state, player),
      ].join("\n");
    },
    rules: rulesFor,
    prompt(state, player) {
      const start = `Kuhn Match of ${hands}. You are player ${player}. Hand ${numberOf(state) + 1}, lead ${ownLead(state, player)}.`;
      const hand = handOf(state);
      return `${start} Moves: ${movesText(hand)}. You hold ${CARDS[ownCard(state, player)]}. Action:`;
    },
    view: viewOf,
    encode(state, player, out, offset) {
      const lead = ownLead(state, player);
      out[offset + ownCard(state, player)] = 1;
      out[offset + 3 + historyIndex(handOf(state))] = 1;
      out[offset + 7] = openerOf(state) === player ? 1 : 0;
      out[offset + 8 + numberOf(state)] = 1;
      out[offset + 8 + hands + shown + lead] = 1;
      out[offset + 8 + hands + leadCount] = lead / maxLead;
    },
    actionName: (state, action) => kuhn.actionName(handOf(state), action),
    parseAction: (state, text) => parseByName(game, state, text),

    /** Only the hand in play hides information: the chips are public, and a state holds nothing else of earlier hands. */
    resample(state, player, uniform) {
      const hand = handOf(state);
      return state - hand + redeal(hand, (player ^ openerOf(state)) as Seat, uniform);
    },
  };
  return game;
}
