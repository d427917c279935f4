/**
 * Scripted players of `negotiation`. They read what any player may read: the key of their information set and the names
 * of their actions.
 *
 *   fair      takes no trade that costs it items, and offers even swaps: nobody can beat it
 *   stubborn  never trades: nobody can beat it, and it beats nobody
 *   naive     takes and offers whatever raises the value of its own goods, as the prompt invites to; the opponent's
 *             goods often rise by more, and it loses to anyone who knows
 */

import { RESOURCES, VALUES } from "../games/negotiation.ts";
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
function play(infoset: Infoset, likes: Likes): Float64Array {
  const { game, actions, state, key, player } = infoset;
  const names = actions.map((action) => game.actionName(state, action));
  const accept = names.indexOf("[Accept]");
  const standing = /:(\d+)([WG])>(\d+)([WG])$/.exec(key);
  if (accept >= 0 && standing) {
    const [, given, gave, asked, wants] = standing;
    if (likes(trade(player, Number(asked), resource(wants), Number(given), resource(gave)), false)) {
      return new Float64Array(actions.length).fill(1, accept, accept + 1);
    }
  }
  const liked = names.map((name) => {
    const offer = /^\[Offer: (\d+) (\w)\w* -> (\d+) (\w)/.exec(name);
    if (!offer) return false;
    const [, given, gives, asked, gets] = offer;
    return likes(trade(player, Number(given), resource(gives), Number(asked), resource(gets)), true);
  });
  if (!liked.includes(true)) liked[names.findIndex((name) => name === "[Deny]" || name === "[Pass]")] = true;
  const count = liked.filter(Boolean).length;
  return Float64Array.from(liked, (likesIt) => (likesIt ? 1 / count : 0));
}

const resource = (letter: string | undefined): number => RESOURCES.findIndex((name) => name[0] === letter);

function trade(player: 0 | 1, gives: number, given: number, gets: number, got: number): Trade {
  const values = VALUES[player] as readonly number[];
  return { gives, gets, ownGain: gets * (values[got] as number) - gives * (values[given] as number) };
}
