/**
 * Simple Negotiation with two resources, as in the paper SPIRAL. Each player owns 10 Wood and 10 Gold. Player 0 values a Wood at
 * 5 and a Gold at 15, player 1 the other way round, and both know it. Players alternate for `maxTurns` turns and offer, accept,
 * deny or pass. An offer stands for one turn only. Both players must be able to pay for it, and there is none on the last turn,
 * as no one could answer. After the last turn the larger gain in own value wins (+1/−1); equal gains are a draw.
 *
 * The difference of the gains is 20 · (items that player 0 has gained). So the player with more items at the end wins, and the
 * game does not change if Wood and Gold change places.
 */
import { drawPosition } from "./drawing.ts";
import type { Game, Seat, Turn } from "./game.ts";
import { market } from "./parts/market.ts";
import { outcomeOf } from "./parts/outcomes.ts";
import { idOf, resolve, type Settings, SWITCH } from "./parts/parameters.ts";
import { talking } from "./parts/talk.ts";
import {
  ACCEPT,
  availableTrades,
  DECLINE,
  FIRST_OFFER,
  goodsView,
  offerText,
  shortOffer,
  tradeActionName,
  tradeMoves,
  tradeRules,
} from "./parts/trade.ts";
import { lacking, parseTrade } from "./parts/trade-text.ts";
import type { Holdings, Offer, View } from "./view.ts";

export const NEGOTIATION_PARAMETERS = {
  maxQuantity: { default: 3, min: 1, max: 10 },
  maxTurns: { default: 10, min: 2, max: 20 },
  talk: SWITCH,
} as const;

/** ((turns played · 21 + player 0's Wood) · 21 + player 0's Gold) · (offers + 1) + index of the standing offer + 1, or 0 for none. */
export type NegotiationState = number;

const RESOURCES = ["Wood", "Gold"] as const;
const START = 10;
/** Items of each resource that both players own together. */
const TOTAL = 2 * START;
const SIZE = TOTAL + 1;
/** VALUES[player][resource] */
const VALUES = [
  [5, 15],
  [15, 5],
] as const;

export function negotiation(settings: Settings<typeof NEGOTIATION_PARAMETERS> = {}): Game<NegotiationState> {
  const parameters = resolve(NEGOTIATION_PARAMETERS, settings);
  const { maxQuantity, maxTurns, talk } = parameters;
  const m = market(RESOURCES, maxQuantity);
  const offerSlots = m.offers.length + 1;

  const pack = (turn: number, wood: number, gold: number, offer: number): NegotiationState =>
    ((turn * SIZE + wood) * SIZE + gold) * offerSlots + offer;
  const turnOf = (state: NegotiationState): number => Math.floor(state / (SIZE * SIZE * offerSlots));
  const moverOf = (state: NegotiationState): Seat => (turnOf(state) % 2) as Seat;
  /** Player 0's holdings as one number: Wood · SIZE + Gold. */
  const holdingsOf = (state: NegotiationState): number => Math.floor(state / offerSlots) % (SIZE * SIZE);
  /** The standing offer, made by the player not to move. */
  const standing = (state: NegotiationState): Offer | undefined => m.offers[(state % offerSlots) - 1];
  /** The items of a resource that `player` owns. Resource 0 is Wood, 1 is Gold. */
  const owned = (state: NegotiationState, player: Seat, resource: number): number => {
    const holdings = holdingsOf(state);
    const first = resource === 0 ? Math.floor(holdings / SIZE) : holdings % SIZE;
    return player === 0 ? first : TOTAL - first;
  };
  const gain = (state: NegotiationState, player: Seat): number =>
    (owned(state, player, 0) - START) * VALUES[player][0] + (owned(state, player, 1) - START) * VALUES[player][1];
  const lead = (state: NegotiationState): number => gain(state, 0) - gain(state, 1);
  const canPay = (state: NegotiationState, player: Seat, { give, get }: Offer): boolean =>
    give.every((amount, r) => owned(state, player, r) >= amount) &&
    get.every((amount, r) => owned(state, (1 - player) as Seat, r) >= amount);
  /** The items of a resource, or of all, that the player who answers the offer would gain by it. */
  const received = ({ give, get }: Offer, resource: number): number => give[resource] - get[resource];
  const netItems = (o: Offer): number => received(o, 0) + received(o, 1);

  /** The offer with Wood and Gold exchanged. Offers of Wood for Gold come first, then those of Gold for Wood in the same order. */
  const mirror = (offer: number): number => (offer + m.offers.length / 2) % m.offers.length;
  const mirrorActions = [ACCEPT, DECLINE, ...m.offers.map((_, i) => FIRST_OFFER + mirror(i))];
  const sameActions = mirrorActions.map((_, action) => action);

  function accepted(state: NegotiationState): NegotiationState {
    const o = standing(state) as Offer;
    // The player to move receives what the offer gives.
    const sign = moverOf(state) === 0 ? 1 : -1;
    const [wood, gold] = [0, 1].map((resource) => owned(state, 0, resource) + sign * received(o, resource));
    return pack(turnOf(state) + 1, wood, gold, 0);
  }

  /** A turn depends on the mover, the holdings, whether an offer stands, and whether it is the last turn. Each is made once. */
  const turns: (Turn | undefined)[] = [];
  function playerTurn(state: NegotiationState): Turn {
    const last = turnOf(state) === maxTurns - 1;
    const offered = standing(state) !== undefined;
    const player = moverOf(state);
    const key = ((holdingsOf(state) * 2 + player) * 2 + (offered ? 1 : 0)) * 2 + (last ? 1 : 0);
    let turn = turns[key];
    if (turn === undefined) {
      const offers = last ? [] : m.offers.flatMap((o, i) => (canPay(state, player, o) ? [FIRST_OFFER + i] : []));
      // Holdings have not changed since the offer was made, so the mover can pay for it.
      turn = { kind: "player", player, actions: [...(offered ? [ACCEPT] : []), DECLINE, ...offers] };
      turns[key] = turn;
    }
    return turn;
  }

  const rulesFor = (player: Seat): string => tradeRules(m, maxTurns, player);
  function viewOf(state: NegotiationState, seat: Seat | null): View {
    const holdings = (owner: Seat): Holdings => ({
      owned: RESOURCES.map((_, r) => owned(state, owner, r)),
      values: VALUES[owner],
      gain: gain(state, owner),
    });
    return goodsView(m, {
      turnsPlayed: turnOf(state),
      turnCount: maxTurns,
      standing: standing(state),
      holdings: [holdings(0), holdings(1)],
      history: null,
      moves: tradeMoves(game, state, seat),
    });
  }

  const game: Game<NegotiationState> = {
    id: idOf("negotiation", NEGOTIATION_PARAMETERS, { ...parameters, talk: 0 }),
    title: `Simple Negotiation: Wood and Gold, ${maxTurns} turns, quantities up to ${maxQuantity}`,
    version: 1,
    roles: ["first", "second"],
    actionCount: FIRST_OFFER + m.offers.length,
    // turn (maxTurns) · goods (2) · ahead, level, behind (3) · lead (1)
    // · offer: none (1), what I would get and pay (4), net (1), ahead, level, behind after it (3)
    featureCount: maxTurns + 15,
    utility: { min: -1, max: 1 },
    maxPlies: maxTurns,
    perfectInformation: true,
    // At most 166,000 states with maxQuantity 5 and 16 turns; 232,000 with 20 turns.
    walkable: maxQuantity <= 5 && maxQuantity * maxTurns <= 80,

    initial: () => pack(0, START, START, 0),
    turn(state) {
      if (turnOf(state) < maxTurns) return playerTurn(state);
      return outcomeOf(Math.sign(lead(state)));
    },
    apply(state, action) {
      if (action === ACCEPT) return accepted(state);
      const offer = action === DECLINE ? 0 : action - FIRST_OFFER + 1;
      return state - (state % offerSlots) + SIZE * SIZE * offerSlots + offer;
    },

    stateKey: String,
    infosetKey(state, player) {
      const o = standing(state);
      const own = `${owned(state, player, 0)}W${owned(state, player, 1)}G`;
      return `${turnOf(state) + 1}:${own}:${o ? shortOffer(m, o, 1) : "-"}`;
    },
    observe(state, player) {
      return [
        rulesFor(player),
        "",
        ...drawPosition(viewOf(state, player), player),
        availableTrades(game, state, player),
      ].join("\n");
    },
    rules: rulesFor,
    prompt(state, player) {
      const [wood, gold] = [owned(state, player, 0), owned(state, player, 1)];
      const o = standing(state);
      return [
        `Negotiation. You are player ${player}. Worth: Wood ${VALUES[player][0]}, Gold ${VALUES[player][1]}.`,
        `Turn ${turnOf(state) + 1} of ${maxTurns}. You have ${wood} Wood, ${gold} Gold.`,
        `Offer: ${o ? offerText(m, o) : "none"}. Action:`,
      ].join(" ");
    },
    view: viewOf,
    encode(state, player, out, offset) {
      const turn = turnOf(state);
      const items = owned(state, player, 0) + owned(state, player, 1) - TOTAL;
      out[offset + turn] = 1;
      let at = offset + maxTurns;
      out[at++] = (owned(state, player, 0) - START) / START;
      out[at++] = (owned(state, player, 1) - START) / START;
      out[at + 1 - Math.sign(items)] = 1;
      at += 3;
      out[at++] = Math.max(-1, Math.min(1, items / maxQuantity));
      const o = standing(state);
      if (o === undefined) {
        out[at] = 1;
        return;
      }
      at++;
      for (const [r, amount] of o.give.entries()) out[at + r] = amount / maxQuantity;
      for (const [r, amount] of o.get.entries()) out[at + 2 + r] = amount / maxQuantity;
      out[at + 4] = netItems(o) / maxQuantity;
      out[at + 6 - Math.sign(items + netItems(o))] = 1;
    },
    actionName: (state, action) => tradeActionName(m, action, standing(state) !== undefined),
    parseAction(state, text) {
      const turn = game.turn(state);
      if (turn.kind !== "player") return { ok: false, reason: "The game is over." };
      return parseTrade(m, text, {
        standing: standing(state) !== undefined,
        last: turnOf(state) === maxTurns - 1,
        actions: turn.actions,
        infeasible: ({ give, get }) =>
          lacking(m, "You have", give, (r) => owned(state, turn.player, r)) ??
          lacking(m, "Your opponent has", get, (r) => owned(state, (1 - turn.player) as Seat, r)) ??
          "It cannot be paid.",
      });
    },

    canonical(state) {
      const [wood, gold, slot] = [owned(state, 0, 0), owned(state, 0, 1), state % offerSlots];
      const mirrored = pack(turnOf(state), gold, wood, slot === 0 ? 0 : mirror(slot - 1) + 1);
      return mirrored < state ? { state: mirrored, permutation: mirrorActions } : { state, permutation: sameActions };
    },
  };
  return talk ? talking(game, idOf("negotiation", NEGOTIATION_PARAMETERS, parameters)) : game;
}
