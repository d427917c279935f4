/** What the negotiation games share: single-resource offers as actions, their names, and how a player's text is read. */
import type { Game, Parsed, Seat } from "../game.ts";
import { availableActions, bracketed } from "../text.ts";
import type { GoodsView, Offer, TradeAct } from "../view.ts";

export const ACCEPT = 0;
/** Declines the standing offer; with none standing, passes. */
export const DECLINE = 1;
/** Offer i of a market is action FIRST_OFFER + i. */
export const FIRST_OFFER = 2;

export interface Market {
  readonly resources: readonly string[];
  readonly maxQuantity: number;
  /** By resource given, resource asked for, amount given, amount asked for. */
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

export function tradeActionName(m: Market, action: number, standing: boolean): string {
  if (action === ACCEPT) return "[Accept]";
  if (action === DECLINE) return standing ? "[Deny]" : "[Pass]";
  const o = m.offers[action - FIRST_OFFER];
  return `[Offer: ${goods(m, o.give, o.giveAmount)} -> ${goods(m, o.get, o.getAmount)}]`;
}

/** The rules as `player` reads them. `more` are lines that only one of the games has. */
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

/** What a view of either game is made of; players alternate, seat 0 first. */
export interface Bargaining extends Pick<GoodsView, "holdings" | "history" | "moves"> {
  readonly turnsPlayed: number;
  readonly turnCount: number;
  readonly standing: Offer | undefined;
}

export function goodsView({ resources, maxQuantity }: Market, bargaining: Bargaining): GoodsView {
  const { turnsPlayed, turnCount, standing, holdings, history, moves } = bargaining;
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

/** The offer that an action makes, if it makes one. */
export const offerOf = (m: Market, action: number | undefined): Offer | undefined =>
  m.offers[(action ?? DECLINE) - FIRST_OFFER];

/** What was done in every turn, from all the actions of the players. */
export function tradeHistory(m: Market, actions: readonly number[]): TradeAct[] {
  return actions.map((action, i): TradeAct => {
    const seat = i % 2 === 0 ? 0 : 1;
    const offer = offerOf(m, action);
    if (offer) return { seat, act: "offer", offer };
    const answers = offerOf(m, actions[i - 1]) !== undefined;
    return { seat, act: action === ACCEPT ? "accept" : answers ? "deny" : "pass", offer: null };
  });
}

/** What `seat` may do now, the offers, of which there may be hundreds, as one pattern; `null` stands for the one to move. */
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

/** Where a text stands: is there an offer to answer, is this the last turn, what is legal, and why an offer is not. */
export interface TradeTurn {
  readonly standing: boolean;
  readonly last: boolean;
  readonly actions: readonly number[];
  /** Why an offer within the quantities cannot be made; a sentence. */
  readonly infeasible: (offer: Offer) => string;
}

const no = (reason: string): Parsed => ({ ok: false, reason });

/**
 * The action a text names. Case, spacing and a plural s do not matter; `→`, `=>` and `for` do as `->` does; "I give" or
 * "I offer" may open the offer. The last brackets count, but an accept before them is not dropped: it is asked about. "Deny", "decline" and "pass" are one action whether an offer stands or not.
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
  // A valid offer is far shorter; the bound keeps hostile text away from the patterns below.
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

/** `3 woods` */
function readGoods(m: Market, text: string): { resource: number; amount: number } | undefined {
  const [, digits = "", word = ""] = /^ ?(\d{1,6}) ?([a-z]+?)s? ?$/.exec(text) ?? [];
  const resource = m.resources.findIndex((name) => name.toLowerCase() === word);
  return resource < 0 ? undefined : { resource, amount: Number(digits) };
}
