/**
 * Negotiation over five resources with private holdings and values, as in TextArena's SimpleNegotiation. With `bundles`, an offer
 * names several resources on a side, as there; every offer is an action, so their number bounds the amounts. Each player is dealt
 * a quantity of each resource and a value for it, and sees only its own (parts/private-goods.ts). Turns are those of `negotiation`:
 * an offer stands for one turn, there is none on the last turn, and after it the larger gain in own value wins (+1/−1); equal gains
 * are a draw.
 *
 * The legal actions never tell a player what the other holds: an offer requires the proposer's own goods, and accepting it the
 * acceptor's own. The proposer can still pay when the offer is accepted, as no goods move while an offer stands.
 */

import { UserError } from "../util/errors.ts";
import { drawPosition } from "./drawing.ts";
import type { Game, Seat, Turn } from "./game.ts";
import { market } from "./parts/market.ts";
import { outcomeOf } from "./parts/outcomes.ts";
import { idOf, resolve, type Settings, SWITCH } from "./parts/parameters.ts";
import {
  DEAL_TURNS,
  DEALS,
  type Dealt,
  dealName,
  dealtAgain,
  KINDS,
  MOST,
  numberDealt,
  quantityDealt,
  RESOURCES,
  VALUE_RANGES,
  valueDealt,
} from "./parts/private-goods.ts";
import { talking } from "./parts/talk.ts";
import {
  ACCEPT,
  availableTrades,
  DECLINE,
  FIRST_OFFER,
  goodsView,
  offerOf,
  shortOffer,
  tradeActionName,
  tradeHistory,
  tradeMoves,
  tradeRules,
} from "./parts/trade.ts";
import { lacking, parseTrade } from "./parts/trade-text.ts";
import type { Holdings, Offer, View } from "./view.ts";

export const NEGOTIATION_PRIVATE_PARAMETERS = {
  maxQuantity: { default: 3, min: 1, max: 5 },
  maxTurns: { default: 10, min: 2, max: 20 },
  talk: SWITCH,
  bundles: SWITCH,
} as const;

/** With bundles of amounts up to 3 there are 14,760 offers; with 4 there would be 52,800, and with 5 145,500. */
const MOST_IN_BUNDLES = 3;

export interface NegotiationPrivateState extends Dealt {
  /** The players' actions so far, all public. */
  readonly moves: readonly number[];
  /** By resource, the amount that player 0 has received minus the amount that it has paid. */
  readonly traded: readonly number[];
}

const NOTHING_TRADED: readonly number[] = Array(KINDS).fill(0);

type State = NegotiationPrivateState;
const change = (s: State, player: Seat, resource: number): number =>
  player === 0 ? s.traded[resource] : 0 - s.traded[resource];
const owned = (s: State, player: Seat, resource: number): number =>
  quantityDealt(s, player, resource) + change(s, player, resource);
const gain = (s: State, player: Seat): number =>
  RESOURCES.reduce((sum, _, r) => sum + change(s, player, r) * valueDealt(s, player, r), 0);
const moverOf = (s: State): Seat => (s.moves.length % 2) as Seat;

export function negotiationPrivate(
  settings: Settings<typeof NEGOTIATION_PRIVATE_PARAMETERS> = {},
): Game<NegotiationPrivateState> {
  const parameters = resolve(NEGOTIATION_PRIVATE_PARAMETERS, settings);
  const { maxQuantity, maxTurns, bundles, talk } = parameters;
  if (bundles && maxQuantity > MOST_IN_BUNDLES) {
    const why = `every offer is an action, and with ${maxQuantity} there would be too many`;
    throw new UserError(2, `negotiation-private:bundles=on takes maxQuantity up to ${MOST_IN_BUNDLES}: ${why}.`);
  }
  const m = market(RESOURCES, maxQuantity, bundles === 1);
  /** The most of a resource that can change hands: every trade takes two turns. */
  const maxTraded = maxQuantity * Math.floor(maxTurns / 2);
  /** By action, once it was needed. */
  const shortNames = ["a", "d"];
  const shortName = (action: number): string => {
    shortNames[action] ??= shortOffer(m, m.offers[action - FIRST_OFFER], 2);
    return shortNames[action];
  };

  /** The standing offer, made by the player not to move. */
  const standing = (s: State): Offer | undefined => offerOf(m, s.moves.at(-1));
  const owns = (s: State, player: Seat, amounts: readonly number[]): boolean =>
    amounts.every((amount, r) => owned(s, player, r) >= amount);

  /** A turn depends on the mover, whether it can accept, and the goods that it can offer. Each is made once. */
  const turns = new Map<string, Turn>();
  function playerTurn(s: State): Turn {
    const player = moverOf(s);
    const o = standing(s);
    const mayAccept = o !== undefined && owns(s, player, o.get);
    const last = s.moves.length === maxTurns - 1;
    const most = RESOURCES.map((_, r) => (last ? 0 : Math.min(owned(s, player, r), maxQuantity)));
    const key = `${player} ${mayAccept} ${most}`;
    let turn = turns.get(key);
    if (turn === undefined) {
      const offers = m.offers.flatMap(({ give }, i) => (give.every((n, r) => n <= most[r]) ? [FIRST_OFFER + i] : []));
      turn = { kind: "player", player, actions: [...(mayAccept ? [ACCEPT] : []), DECLINE, ...offers] };
      turns.set(key, turn);
    }
    return turn;
  }

  const rulesFor = (player: Seat): string =>
    tradeRules(m, maxTurns, player, ["Each player knows its own goods and values only."]);

  function viewOf(s: State, seat: Seat | null): View {
    const holdings = (owner: Seat): Holdings => ({
      owned: RESOURCES.map((_, r) => owned(s, owner, r)),
      values: RESOURCES.map((_, r) => valueDealt(s, owner, r)),
      gain: gain(s, owner),
    });
    return goodsView(m, {
      turnsPlayed: s.moves.length,
      turnCount: maxTurns,
      standing: standing(s),
      holdings: [seat === 1 ? null : holdings(0), seat === 0 ? null : holdings(1)],
      history: tradeHistory(m, s.moves),
      moves: tradeMoves(game, s, seat),
    });
  }

  const game: Game<NegotiationPrivateState> = {
    id: idOf("negotiation-private", NEGOTIATION_PRIVATE_PARAMETERS, { ...parameters, talk: 0 }),
    title: `Negotiation with private values: five resources, ${maxTurns} turns, quantities up to ${maxQuantity}${bundles ? ", bundles" : ""}`,
    version: 1,
    roles: ["first", "second"],
    actionCount: FIRST_OFFER + m.offers.length,
    // turn (maxTurns) · dealt, owned, value, by resource (15) · gain so far (1)
    // · answering: an offer stands, it can be paid, gain if accepted (3) · every turn so far: accepted, goods moved (6 each)
    featureCount: maxTurns + 3 * KINDS + 1 + 3 + maxTurns * (1 + KINDS),
    utility: { min: -1, max: 1 },
    maxPlies: DEALS + maxTurns,
    perfectInformation: false,
    walkable: false,

    initial: () => ({ deal: [], moves: [], traded: NOTHING_TRADED }),
    turn(s) {
      if (s.deal.length < DEALS) return DEAL_TURNS[s.deal.length];
      if (s.moves.length < maxTurns) return playerTurn(s);
      return outcomeOf(Math.sign(gain(s, 0) - gain(s, 1)));
    },
    apply(s, action) {
      if (s.deal.length < DEALS) return { ...s, deal: [...s.deal, numberDealt(s.deal.length, action)] };
      const o = action === ACCEPT ? standing(s) : undefined;
      let traded = s.traded;
      if (o) {
        // The player to move receives what the offer gives.
        const sign = moverOf(s) === 0 ? 1 : -1;
        traded = s.traded.map((n, r) => n + sign * (o.give[r] - o.get[r]));
      }
      return { deal: s.deal, moves: [...s.moves, action], traded };
    },

    stateKey: (s) => `${s.deal.join()}|${s.moves.join()}`,
    infosetKey(s, player) {
      const dealt = RESOURCES.map((_, r) => `${quantityDealt(s, player, r)}@${valueDealt(s, player, r)}`).join(",");
      return `${dealt}:${s.moves.map(shortName).join(" ")}`;
    },
    observe(s, player) {
      return [rulesFor(player), "", ...drawPosition(viewOf(s, player), player), availableTrades(game, s, player)].join(
        "\n",
      );
    },
    rules: rulesFor,
    view: viewOf,
    encode(s, player, out, offset) {
      const turn = s.moves.length;
      out[offset + turn] = 1;
      let at = offset + maxTurns;
      for (let r = 0; r < KINDS; r++) {
        const [least, most] = VALUE_RANGES[r];
        out[at + r] = quantityDealt(s, player, r) / MOST;
        out[at + KINDS + r] = owned(s, player, r) / (MOST + maxTraded);
        out[at + 2 * KINDS + r] = (2 * (valueDealt(s, player, r) - least)) / (most - least) - 1;
      }
      at += 3 * KINDS;
      out[at++] = squash(gain(s, player) / 100);
      const o = standing(s);
      if (o) {
        out[at] = 1;
        out[at + 1] = owns(s, player, o.get) ? 1 : 0;
        const worth = RESOURCES.reduce((sum, _, r) => sum + (o.give[r] - o.get[r]) * valueDealt(s, player, r), 0);
        out[at + 2] = squash(worth / 20);
      }
      at += 3;
      s.moves.forEach((action, i) => {
        // The amounts that the player would receive (+) and pay (−) by the offer of that turn.
        const offer = offerOf(m, action);
        const [gets, pays] = i % 2 === player ? [offer?.get, offer?.give] : [offer?.give, offer?.get];
        if (action === ACCEPT) out[at] = 1;
        for (let r = 0; gets && pays && r < KINDS; r++) out[at + 1 + r] = (gets[r] - pays[r]) / maxQuantity;
        at += 1 + KINDS;
      });
    },
    actionName(s, action) {
      if (s.deal.length < DEALS) return dealName(s.deal.length, action);
      return tradeActionName(m, action, standing(s) !== undefined);
    },
    parseAction(s, text) {
      const turn = game.turn(s);
      if (turn.kind !== "player") return { ok: false, reason: "It is no player's turn." };
      return parseTrade(m, text, {
        standing: standing(s) !== undefined,
        last: s.moves.length === maxTurns - 1,
        actions: turn.actions,
        infeasible: ({ give }) => lacking(m, "You have", give, (r) => owned(s, turn.player, r)) ?? "You lack goods.",
      });
    },

    /** The other player's numbers are drawn again, such that it could pay for all that it has offered and accepted. */
    resample: (s, player, uniform) => ({ ...s, deal: dealtAgain(m, s, player === 0 ? 1 : 0, uniform) }),
  };
  return talk ? talking(game, idOf("negotiation-private", NEGOTIATION_PRIVATE_PARAMETERS, parameters)) : game;
}

/** Maps a gain of any size into −1 … 1, strictly increasing. */
const squash = (x: number): number => x / (1 + Math.abs(x));
