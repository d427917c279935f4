/**
 * Scripted players of `negotiation`. They read what any player may read: the view of their information set.
 *
 *   fair      takes no trade that costs it items, and offers even swaps: nobody can beat it
 *   stubborn  never trades: nobody can beat it, and it beats nobody
 *   naive     takes and offers whatever raises the value of its own goods, as the prompt invites to; the opponent's
 *             goods often rise by more, and it loses to anyone who knows
 */

import { ACCEPT, DECLINE, FIRST_OFFER, market } from "../games/trade.ts";
import type { Offer } from "../games/view.ts";
import type { Infoset } from "../graph/game-graph.ts";
import type { Policy } from "../policies/policy.ts";

/** What a player would hand over and receive. */
interface Trade {
  readonly gives: number;
  readonly gets: number;
  /** By how much the value of its own goods would rise. */
  readonly ownGain: number;
}

/** Whether a script takes a trade that it may accept or offer. */
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

/** Accepts a standing offer it likes; else makes any offer it likes, each as likely; else declines. */
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

/** An offer as a trade of the player who makes it, to whom one of each resource is worth `values`. */
function offered({ give, giveAmount, get, getAmount }: Offer, values: readonly number[]): Trade {
  const ownGain = getAmount * (values[get] as number) - giveAmount * (values[give] as number);
  return { gives: giveAmount, gets: getAmount, ownGain };
}

/** An offer as a trade of the player who answers it. */
function answered({ give, giveAmount, get, getAmount }: Offer, values: readonly number[]): Trade {
  return offered({ give: get, giveAmount: getAmount, get: give, getAmount: giveAmount }, values);
}
