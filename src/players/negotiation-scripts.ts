/**
 * Scripted players of `negotiation`. They read the view of their information set alone, as any player may.
 *
 *   fair      accepts no trade that costs it items, and offers even swaps: nobody can beat it
 *   stubborn  never trades: nobody can beat it, and it beats nobody
 *   naive     accepts and offers every trade that raises the value of its own goods, as the prompt suggests; the value of
 *             the opponent's goods often rises by more, so it loses to players that take both into account
 */

import { market } from "../games/parts/market.ts";
import { ACCEPT, DECLINE, FIRST_OFFER } from "../games/parts/trade.ts";
import type { Offer } from "../games/view.ts";
import type { Infoset } from "../graph/game-graph.ts";
import type { Policy } from "../policies/policy.ts";

/** A trade from the view of one player: the number of items that it gives and gets. */
interface Trade {
  readonly gives: number;
  readonly gets: number;
  /** The rise in the value of its own goods. */
  readonly ownGain: number;
}

/** Whether a script agrees to a trade, which it may offer (`offering`) or accept. */
type Likes = (trade: Trade, offering: boolean) => boolean;

const LIKES: Readonly<Record<string, Likes>> = {
  fair: ({ gives, gets, ownGain }, offering) => (offering ? gives === gets && ownGain > 0 : gets >= gives),
  stubborn: () => false,
  naive: ({ ownGain }) => ownGain > 0,
};

export const negotiationScripts: readonly Policy[] = Object.entries(LIKES).map(([name, likes]) => ({
  name,
  distributions: (infosets) => infosets.map((infoset) => play(infoset, likes)),
}));

/** Accepts the standing offer if it likes it; else makes one of the offers it likes, uniformly at random; else declines. */
function play({ game, actions, state, player }: Infoset, likes: Likes): Float64Array {
  const view = game.view?.(state, player);
  const own = view?.kind === "goods" ? view.holdings[player] : null;
  if (view?.kind !== "goods" || !own) throw new Error(`${game.id} is no negotiation`);
  const { offers } = market(view.resources, view.maxQuantity);
  const likesAction = (action: number): boolean => {
    if (action === ACCEPT) return view.standing !== null && likes(answered(view.standing.offer, own.values), false);
    const offer = offers[action - FIRST_OFFER];
    return offer !== undefined && likes(offered(offer, own.values), true);
  };
  const liked = actions.filter(likesAction);
  const played = new Set(liked.includes(ACCEPT) ? [ACCEPT] : liked.length > 0 ? liked : [DECLINE]);
  return Float64Array.from(actions, (action) => (played.has(action) ? 1 / played.size : 0));
}

/** An offer as a trade of the player who makes it, to whom one item of each resource is worth `values`. */
function offered({ give, get }: Offer, values: readonly number[]): Trade {
  const count = (amounts: readonly number[]): number => amounts.reduce((sum, n) => sum + n, 0);
  const ownGain = values.reduce((sum, value, r) => sum + value * (get[r] - give[r]), 0);
  return { gives: count(give), gets: count(get), ownGain };
}

/** An offer as a trade of the player who answers it. */
const answered = ({ give, get }: Offer, values: readonly number[]): Trade => offered({ give: get, get: give }, values);
