/** Shared by the negotiation games: offers of one resource for another as actions, their names, and the parser of players' text. */
import type { Game, Parsed, Seat } from "../game.ts";
import { availableActions, bracketed } from "../text.ts";
import type { GoodsView, Offer, TradeAct } from "../view.ts";

export const ACCEPT = 0;
/** Denies the standing offer, or passes if there is none. */
export const DECLINE = 1;
/** Offer i of a market is action FIRST_OFFER + i. */
export const FIRST_OFFER = 2;

export interface Market {
  readonly resources: readonly string[];
  readonly maxQuantity: number;
  /** All offers, in the order of resource given, resource asked for, amount given, amount asked for. */
  readonly offers: readonly Offer[];
}

export function market(resources: readonly string[], maxQuantity: number): Market {
  const amounts = Array.from({ length: maxQuantity }, (_, i) => i + 1);
  const offers = resources.flatMap((_, give) =>
    resources.flatMap((_, get) =>
      give === get
        ? []
        : amounts.flatMap((giveAmount) => amounts.map((getAmount) => ({ give, giveAmount, get, getAmount }))),
    ),
  );
  return { resources, maxQuantity, offers };
}

/** `3 Wood` */
export const goods = (m: Market, resource: number, amount: number): string => `${amount} ${m.resources[resource]}`;

/** `3W>2G`, for keys. */
export const shortOffer = (m: Market, o: Offer, letters: number): string =>
  `${o.giveAmount}${m.resources[o.give]?.slice(0, letters)}>${o.getAmount}${m.resources[o.get]?.slice(0, letters)}`;

/** `3 Wood -> 2 Gold` */
export const offerText = (m: Market, o: Offer): string =>
  `${goods(m, o.give, o.giveAmount)} -> ${goods(m, o.get, o.getAmount)}`;

export function tradeActionName(m: Market, action: number, standing: boolean): string {
  if (action === ACCEPT) return "[Accept]";
  if (action === DECLINE) return standing ? "[Deny]" : "[Pass]";
  return `[Offer: ${offerText(m, m.offers[action - FIRST_OFFER])}]`;
}

/** The rules as `player` reads them. `more` are additional lines of one of the games. */
export function tradeRules(m: Market, turnCount: number, player: Seat, more: readonly string[] = []): string {
  const [mine = "", theirs = ""] = m.resources;
  const asked = Math.min(2, m.maxQuantity);
  return [
    `You are Player ${player} in the Negotiation Game, which lasts ${turnCount} turns in total; Player 0 has the first.`,
    "Trade so that the value of your goods grows by more than the value of your opponent's goods does.",
    ...more,
    "On your turn, do one of these:",
    `- '[Offer: 1 ${mine} -> ${asked} ${theirs}]': offer 1 of your ${mine} for ${asked} of your opponent's ${theirs}; quantities go from 1 to ${m.maxQuantity}`,
    "- '[Accept]': accept the offer that was made to you",
    "- '[Deny]': deny it; a counter-offer denies it too",
    "- '[Pass]': do nothing, if there is no offer to answer",
  ].join("\n");
}

/** The parts of a game's state that its view shows. Players alternate, seat 0 first. */
export interface TradeState extends Pick<GoodsView, "holdings" | "history" | "moves"> {
  readonly turnsPlayed: number;
  readonly turnCount: number;
  readonly standing: Offer | undefined;
}

export function goodsView({ resources, maxQuantity }: Market, state: TradeState): GoodsView {
  const { turnsPlayed, turnCount, standing, holdings, history, moves } = state;
  return {
    kind: "goods",
    resources,
    holdings,
    turn: turnsPlayed < turnCount ? turnsPlayed + 1 : null,
    turnCount,
    standing: standing ? { seat: turnsPlayed % 2 === 0 ? 1 : 0, offer: standing } : null,
    history,
    maxQuantity,
    moves,
  };
}

/** The offer of an action; undefined if the action is no offer. */
export const offerOf = (m: Market, action: number | undefined): Offer | undefined =>
  m.offers[(action ?? DECLINE) - FIRST_OFFER];

/** The acts of all turns so far, from the players' actions. */
export function tradeHistory(m: Market, actions: readonly number[]): TradeAct[] {
  return actions.map((action, i): TradeAct => {
    const seat = i % 2 === 0 ? 0 : 1;
    const offer = offerOf(m, action);
    if (offer) return { seat, act: "offer", offer };
    const answers = offerOf(m, actions[i - 1]) !== undefined;
    return { seat, act: action === ACCEPT ? "accept" : answers ? "deny" : "pass", offer: null };
  });
}

/** The legal actions of `seat` by name. The offers, often hundreds, are one pattern. `null` is the player to move. */
export function tradeMoves<S>(game: Game<S>, state: S, seat: Seat | null): string[] {
  const turn = game.turn(state);
  if (turn.kind !== "player" || (seat !== null && turn.player !== seat)) return [];
  const names = turn.actions.filter((a) => a < FIRST_OFFER).map((a) => game.actionName(state, a));
  return turn.actions.length > names.length ? [...names, "[Offer: <give> -> <get>]"] : names;
}

/** `availableActions` with the offers as one pattern. */
export function availableTrades<S>(game: Game<S>, state: S, player: Seat): string {
  const moves = tradeMoves(game, state, player);
  if (moves.length === 0) return availableActions(game, state, player);
  return `Your available actions are: ${moves.join(", ")}`;
}

/** The turn in which a player's text is parsed. */
export interface TradeTurn {
  /** Whether there is an offer to answer. */
  readonly standing: boolean;
  /** Whether this is the last turn. */
  readonly last: boolean;
  /** The legal actions. */
  readonly actions: readonly number[];
  /** A sentence that says why an offer of legal amounts cannot be made. */
  readonly infeasible: (offer: Offer) => string;
}

const no = (reason: string): Parsed => ({ ok: false, reason });

/**
 * The action that a text names. Case, spacing and a plural s do not matter. `→`, `=>` and `for` mean `->`. "I give" or "I offer"
 * may begin an offer. "Deny", "decline" and "pass" are the same action. The last brackets count, but if an offer stands, "accept"
 * before another action is refused with the reason.
 */
export function parseTrade(m: Market, text: string, turn: TradeTurn): Parsed {
  const [first = "", second = ""] = m.resources;
  const example = `[Offer: 1 ${first} -> 1 ${second}]`;
  const words = bracketed(text)?.replace(/[.!]$/, "");
  if (!words) return no(`Put your action in square brackets: [Accept], [Deny], [Pass] or an offer such as ${example}.`);
  if (turn.standing && words !== "accept" && /\[ *accept *[.!]? *\]/i.test(text)) {
    return no("Your answer accepts the offer and does something else too. Put one action in square brackets.");
  }
  if (words === "accept") {
    if (turn.actions.includes(ACCEPT)) return { ok: true, action: ACCEPT };
    return no(turn.standing ? "You do not own what the offer asks of you." : "There is no offer to accept.");
  }
  if (words === "deny" || words === "decline" || words === "pass") return { ok: true, action: DECLINE };
  // A valid offer is far shorter. The bound keeps hostile text from the patterns below.
  const sides = words.length > 80 ? [] : words.replace(/^offer ?:? ?/, "").split(/->|→|=>|\bfor\b/);
  if (sides.length !== 2) {
    return no(`[${words.slice(0, 40)}] is no action. Write [Accept], [Deny], [Pass] or an offer such as ${example}.`);
  }
  const [given = "", asked = ""] = sides;
  const give = readGoods(m, given.replace(/^ *(i )?(give|offer) /, ""));
  const get = readGoods(m, asked);
  if (!give || !get) {
    const names = m.resources.join(", ");
    return no(`An offer names one amount of one resource on each side, such as ${example}. Resources: ${names}.`);
  }
  if (give.resource === get.resource) return no("An offer trades one resource for another.");
  if (Math.min(give.amount, get.amount) < 1 || Math.max(give.amount, get.amount) > m.maxQuantity) {
    return no(`Quantities in an offer go from 1 to ${m.maxQuantity}.`);
  }
  const index = m.offers.findIndex(
    (o) =>
      o.give === give.resource && o.get === get.resource && o.giveAmount === give.amount && o.getAmount === get.amount,
  );
  if (turn.actions.includes(FIRST_OFFER + index)) return { ok: true, action: FIRST_OFFER + index };
  if (turn.last) return no("This is the last turn: no one could answer an offer.");
  return no(turn.infeasible(m.offers[index]));
}

/** Reads `3 woods`. */
function readGoods(m: Market, text: string): { resource: number; amount: number } | undefined {
  const [, digits = "", word = ""] = /^ ?(\d{1,6}) ?([a-z]+?)s? ?$/.exec(text) ?? [];
  const resource = m.resources.findIndex((name) => name.toLowerCase() === word);
  return resource < 0 ? undefined : { resource, amount: Number(digits) };
}
