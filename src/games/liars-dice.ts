/**
 * Liar's Dice, one round, with the rules and the counts of OpenSpiel's `liars_dice`. Both players roll `dice` dice and see only
 * their own. They bid in turn, seat 0 first. A bid is a quantity of a face among all dice. It must have a higher quantity than the
 * last bid, or the same quantity of a higher face. Instead of bidding, a player may call the last bid a lie, and all dice are
 * shown. Sixes are wild. If there are at least as many as the bid says, the bidder wins, else the caller.
 *
 * With one die each there are 24,576 information sets, one for each face and each set of the twelve bids.
 */
import { drawPosition } from "./drawing.ts";
import type { Game, Seat, Turn } from "./game.ts";
import {
  bidText,
  DIE,
  diceCount,
  diceOf,
  diceText,
  FACES,
  type Hand,
  NO_DICE,
  parseBidOrCall,
  withDie,
} from "./parts/dice.ts";
import { holds, rolledAgain, rollerOf, roundActionName, roundPrompt, roundView } from "./parts/dice-round.ts";
import { FIRST_WINS, SECOND_WINS } from "./parts/outcomes.ts";
import { idOf, resolve, type Settings } from "./parts/parameters.ts";
import { availableActions } from "./text.ts";
import type { View } from "./view.ts";

/** Only the game of one die each is walkable: each die more adds twelve bids, and each bid doubles the possible lists of bids. */
export const LIARS_DICE_PARAMETERS = { dice: { default: 1, min: 1, max: 5 } } as const;

export interface LiarsDiceState {
  /** The dice that each player has rolled so far. */
  readonly first: Hand;
  readonly second: Hand;
  /** The set of bids: bit b of `low` is bid b, bit b of `high` is bid 30 + b. After a call, only the last bid. */
  readonly low: number;
  readonly high: number;
  /** The last bid; −1 before the first. */
  readonly last: number;
  /** Whose decision it is; after a call, who called. */
  readonly mover: Seat;
  readonly called: boolean;
}

/** Character code of "A". In state keys, bid b is the character with code FIRST_BID + b. */
const FIRST_BID = 65;
/** Bids in one of the two sets of a state, so that a set is a small integer. */
const SET_SIZE = 30;

/** The bids of a state, ascending: player 0's, player 1's, … */
function bidsOf({ low, high }: LiarsDiceState): number[] {
  const bids: number[] = [];
  for (let set = low; set !== 0; set &= set - 1) bids.push(lowest(set));
  for (let set = high; set !== 0; set &= set - 1) bids.push(SET_SIZE + lowest(set));
  return bids;
}

/** The lowest element of a set that is not empty. */
const lowest = (set: number): number => 31 - Math.clz32(set & -set);
/** A state before the first bid. */
const dealt = (first: Hand, second: Hand): LiarsDiceState => ({
  first,
  second,
  low: 0,
  high: 0,
  last: -1,
  mover: 0,
  called: false,
});
const START = dealt(NO_DICE, NO_DICE);

export function liarsDice(settings: Settings<typeof LIARS_DICE_PARAMETERS> = {}): Game<LiarsDiceState> {
  const parameters = resolve(LIARS_DICE_PARAMETERS, settings);
  const { dice: each } = parameters;
  const bidCount = 2 * each * FACES.length;
  const LIAR = bidCount;
  const bidTexts = Array.from({ length: bidCount }, (_, bid) => bidText(bid));

  /** Turns by the player, then by the number of bids that are not legal any more. */
  const turns = ([0, 1] as const).map((player) =>
    Array.from({ length: bidCount + 1 }, (_, from): Turn => {
      const bids = Array.from({ length: bidCount - from }, (_, i) => from + i);
      return { kind: "player", player, actions: from === 0 ? bids : [...bids, LIAR] };
    }),
  );

  /** The seat that rolls next; undefined if all dice are rolled. */
  const roller = ({ first, second }: LiarsDiceState): Seat | undefined => rollerOf([first, second], [each, each]);
  const handOf = ({ first, second }: LiarsDiceState, owner: Seat): Hand => (owner === 0 ? first : second);

  const rulesFor = (player: Seat): string =>
    [
      `You are Player ${player} in a game of Liar's Dice. Player 0 bids first.`,
      "Rules:",
      `- Each player has ${each} ${each === 1 ? "die" : "dice"} with the faces 1 to 6 and sees only its own`,
      `- '[bid 2x5]': claim that at least 2 of the ${2 * each} dice show a 5; sixes are wild, whatever face is bid`,
      "- A bid must be higher than the last: a higher quantity, or the same quantity of a higher face",
      "- '[liar]': call the last bid a lie. All dice are shown; if the bid holds, whoever made it wins, otherwise you do",
    ].join("\n");

  const viewOf = (s: LiarsDiceState, seat: Seat | null): View =>
    roundView({ hands: [s.first, s.second], bids: bidsOf(s), mover: s.mover, called: s.called }, seat, {
      dicePerSeat: each,
      match: null,
    });

  const game: Game<LiarsDiceState> = {
    id: idOf("liars-dice", LIARS_DICE_PARAMETERS, parameters),
    title: `Liar's Dice, ${each} ${each === 1 ? "die" : "dice"} each, sixes wild`,
    version: 1,
    roles: ["first", "second"],
    actionCount: bidCount + 1,
    // own dice of each face (6) · every bid, made by the player or by the opponent (bidCount)
    featureCount: FACES.length + bidCount,
    utility: { min: -1, max: 1 },
    maxPlies: 2 * each + bidCount + 1,
    perfectInformation: false,
    walkable: each === 1,

    initial: () => START,
    turn(s) {
      const { first, second, last, mover } = s;
      // The second player's dice are the last to be rolled.
      if (diceCount(second) < each) return DIE;
      if (!s.called) return turns[mover][last + 1];
      return holds(last, [first, second], true) === (mover === 1) ? FIRST_WINS : SECOND_WINS;
    },
    apply(s, action) {
      const { first, second, low, high, last, mover } = s;
      if (diceCount(first) < each) return dealt(withDie(first, action), second);
      if (diceCount(second) < each) return dealt(first, withDie(second, action));
      if (action === LIAR) {
        // Earlier bids do not matter any more.
        const isLow = last < SET_SIZE;
        return {
          first,
          second,
          low: isLow ? 1 << last : 0,
          high: isLow ? 0 : 1 << (last - SET_SIZE),
          last,
          mover,
          called: true,
        };
      }
      const isLow = action < SET_SIZE;
      return {
        first,
        second,
        low: isLow ? low | (1 << action) : low,
        high: isLow ? high : high | (1 << (action - SET_SIZE)),
        last: action,
        mover: mover === 0 ? 1 : 0,
        called: false,
      };
    },

    stateKey(s) {
      let key = `${diceText(s.first)}|${diceText(s.second)}|`;
      for (const bid of bidsOf(s)) key += String.fromCharCode(FIRST_BID + bid);
      return s.called ? `${key}!${s.mover}` : key;
    },
    infosetKey: (s, player) => {
      const bids = bidsOf(s);
      let key = `${diceText(handOf(s, player))}:`;
      for (let i = 0; i < bids.length; i++) key += (i === 0 ? "" : " ") + bidTexts[bids[i]];
      return key;
    },
    observe(s, player) {
      return [
        rulesFor(player),
        "",
        ...drawPosition(viewOf(s, player), player),
        roller(s) === undefined ? availableActions(game, s, player) : "The dice are rolling.",
      ].join("\n");
    },
    rules: rulesFor,
    prompt(s, player) {
      return `Liars Dice. You are player ${player}. ${roundPrompt(bidsOf(s), handOf(s, player))}`;
    },
    view: viewOf,
    encode(s, player, out, offset) {
      for (const die of diceOf(handOf(s, player))) out[offset + die - 1] += 1 / each;
      const at = offset + FACES.length;
      let sign = player === 0 ? 1 : -1;
      for (let set = s.low; set !== 0; set &= set - 1) {
        out[at + lowest(set)] = sign;
        sign = -sign;
      }
      for (let set = s.high; set !== 0; set &= set - 1) {
        out[at + SET_SIZE + lowest(set)] = sign;
        sign = -sign;
      }
    },
    actionName: (s, action) => roundActionName(roller(s), action, LIAR),
    parseAction(s, text) {
      const turn = game.turn(s);
      if (turn.kind !== "player") return { ok: false, reason: "It is no player's turn." };
      const { last } = s;
      const parsed = parseBidOrCall(text, last, 2 * each, LIAR);
      if (!parsed.ok || parsed.action > last) return parsed;
      return { ok: false, reason: `A bid must be higher than ${bidText(last)}.` };
    },

    /** The other player's dice are rolled again. Any dice are possible, as every bid is legal with any dice. */
    resample: (s, player, uniform) =>
      player === 0 ? { ...s, second: rolledAgain(s.second, uniform) } : { ...s, first: rolledAgain(s.first, uniform) },
  };
  return game;
}
