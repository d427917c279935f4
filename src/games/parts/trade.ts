/** Shared by the negotiation games: offers of goods for other goods as actions, their names, and the parser of players' text. */
import type { Game, Seat } from "../game.ts";
import { availableActions } from "../text.ts";
import type { GoodsView, Offer, TradeAct } from "../view.ts";
import { type Market, resourcesOf } from "./market.ts";

export const ACCEPT = 0;
/** Denies the standing offer, or passes if there is none. */
export const DECLINE = 1;
/** Offer i of a market is action FIRST_OFFER + i. */
export const FIRST_OFFER = 2;

/** `3 Wood`, `2 Wheat + 1 Ore` */
export const goodsText = (resources: readonly string[], amounts: readonly number[]): string =>
  resourcesOf(amounts)
    .map((r) => `${amounts[r]} ${resources[r]}`)
    .join(" + ");

/** `3W>2G`, for keys. */
export function shortOffer({ resources }: Market, { give, get }: Offer, letters: number): string {
  const side = (amounts: readonly number[]): string =>
    resourcesOf(amounts)
      .map((r) => `${amounts[r]}${resources[r]?.slice(0, letters)}`)
      .join("+");
  return `${side(give)}>${side(get)}`;
}

/** `3 Wood -> 2 Gold` */
export const offerText = ({ resources }: Market, { give, get }: Offer): string =>
  `${goodsText(resources, give)} -> ${goodsText(resources, get)}`;

export function tradeActionName(m: Market, action: number, standing: boolean): string {
  if (action === ACCEPT) return "[Accept]";
  if (action === DECLINE) return standing ? "[Deny]" : "[Pass]";
  const offer = m.offers[action - FIRST_OFFER];
  const name = names.get(offer) ?? `[Offer: ${offerText(m, offer)}]`;
  names.set(offer, name);
  return name;
}

/** Names of offers, each made once: reading an answer takes those of all legal ones. */
const names = new WeakMap<Offer, string>();

/** The rules as `player` reads them. `more` are additional lines of one of the games. */
export function tradeRules(m: Market, turnCount: number, player: Seat, more: readonly string[] = []): string {
  const [mine = "", theirs = "", third = ""] = m.resources;
  const asked = Math.min(2, m.maxQuantity);
  const [example, meaning] = m.bundles
    ? [
        `1 ${mine} + 1 ${theirs} -> ${asked} ${third}`,
        `offer 1 of your ${mine} and 1 of your ${theirs} for ${asked} of your opponent's ${third}; any resources on either side, none on both`,
      ]
    : [`1 ${mine} -> ${asked} ${theirs}`, `offer 1 of your ${mine} for ${asked} of your opponent's ${theirs}`];
  return [
    `You are Player ${player} in the Negotiation Game, which lasts ${turnCount} turns in total; Player 0 has the first.`,
    "Trade so that the value of your goods grows by more than the value of your opponent's goods does.",
    ...more,
    "On your turn, do one of these:",
    `- '[Offer: ${example}]': ${meaning}; quantities go from 1 to ${m.maxQuantity}`,
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
