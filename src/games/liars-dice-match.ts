/**
 * Liar's Dice over several rounds, with dice lost. A round is that of liars-dice.ts; whoever loses it has a die less from then on.
 * Whoever has no die left loses the game. The loser of a round bids first in the next, seat 0 in the first.
 *
 * Three parameters change a rule, each on as in liars-dice.ts or off as in TextArena's LiarsDice: `wild`, whether sixes count for every
 * face; `lowerFace`, whether a bid of a higher quantity may have a lower face; `loserOpens`, whether the loser of a round opens the
 * next, or else the seat whose bid was called.
 *
 * After a call all dice lie open, and chance, with one outcome, takes a die from the loser. States, keys, text and features leave
 * out earlier rounds: all dice are rolled anew, so only their numbers matter later.
 */
import { drawPosition } from "./drawing.ts";
import type { Game, Seat, Turn } from "./game.ts";
import {
  bidText,
  DIE,
  diceOf,
  diceText,
  FACES,
  faceOf,
  type Hand,
  NO_DICE,
  parseBidOrCall,
  withDie,
} from "./parts/dice.ts";
import {
  type DiceRound,
  type Hands,
  holds,
  otherOf,
  rolledAgain,
  rollerOf,
  roundActionName,
  roundPrompt,
  roundView,
} from "./parts/dice-round.ts";
import { FIRST_WINS, SECOND_WINS } from "./parts/outcomes.ts";
import { idOf, resolve, type Settings, SWITCH } from "./parts/parameters.ts";
import { availableActions } from "./text.ts";
import type { View } from "./view.ts";

const RULE = { ...SWITCH, default: 1 } as const;
export const LIARS_DICE_MATCH_PARAMETERS = {
  dice: { default: 3, min: 1, max: 12 },
  wild: RULE,
  lowerFace: RULE,
  loserOpens: RULE,
} as const;

/** The round in play, and the match so far. */
export interface LiarsDiceMatchState extends DiceRound {
  /** The dice that each seat has left. */
  readonly left: readonly [number, number];
}

const lastOf = ({ bids }: LiarsDiceMatchState): number => bids.at(-1) ?? -1;
const newRound = (left: readonly [number, number], mover: Seat): LiarsDiceMatchState => ({
  ...{ left, hands: [NO_DICE, NO_DICE], bids: [], mover, called: false },
});
const withHand = ([first, second]: Hands, owner: Seat, hand: Hand): Hands =>
  owner === 0 ? [hand, second] : [first, hand];
/** After a call, by the seat that loses a die. */
const LOSSES = ([0, 1] as const).map((loser): Turn => ({ kind: "chance", actions: [loser], probabilities: [1] }));

/** In a round with `total` dice these are rolled, all bids are made that can be, and one is called. A die is lost after each but the last. */
function mostPlies(dice: number, mayLowerFace: boolean): number {
  let plies = -1;
  for (let total = 2; total <= 2 * dice; total++) {
    const bids = mayLowerFace ? total * FACES.length : total + FACES.length - 1;
    plies += total + bids + 2;
  }
  return plies;
}

export function liarsDiceMatch(settings: Settings<typeof LIARS_DICE_MATCH_PARAMETERS> = {}): Game<LiarsDiceMatchState> {
  const parameters = resolve(LIARS_DICE_MATCH_PARAMETERS, settings);
  const { dice } = parameters;
  const [isWild, mayLowerFace, loserOpens] = [parameters.wild, parameters.lowerFace, parameters.loserOpens].map(
    Boolean,
  );
  const bidCount = 2 * dice * FACES.length;
  const LIAR = bidCount;

  const isHigher = (bid: number, last: number): boolean => bid > last && (mayLowerFace || faceOf(bid) >= faceOf(last));
  /** The bids and the call that are legal after the bid `last`, with `total` dice on the table. */
  function legal(total: number, last: number): readonly number[] {
    const bids = Array.from({ length: total * FACES.length }, (_, bid) => bid);
    return last < 0 ? bids : [...bids.filter((bid) => isHigher(bid, last)), LIAR];
  }
  /** Turns by the player, the number of dice on the table and the last bid + 1, made when they are first asked for. */
  const turns: Turn[] = [];
  function decision(player: Seat, total: number, last: number): Turn {
    const at = (total * (bidCount + 1) + last + 1) * 2 + player;
    turns[at] ??= { kind: "player", player, actions: legal(total, last) };
    return turns[at];
  }

  /** The seat that rolls next; undefined if all dice are rolled. */
  const roller = ({ left, hands }: LiarsDiceMatchState): Seat | undefined => rollerOf(hands, left);
  /** After a call, the seat that loses a die. */
  const loserOf = (s: LiarsDiceMatchState): Seat => (holds(lastOf(s), s.hands, isWild) ? s.mover : otherOf(s.mover));

  const begins = dice === 1 ? "1 die" : `${dice} dice`;
  const higher = mayLowerFace
    ? "a higher quantity, or the same quantity of a higher face"
    : "a higher quantity, a higher face, or both, and neither lower";
  const opens = loserOpens ? "Whoever lost the die" : "Whoever's bid was called";
  const rulesFor = (player: Seat): string =>
    [
      `You are Player ${player} in a game of Liar's Dice over several rounds. Player 0 bids first in the first round.`,
      "Rules:",
      `- Each player begins with ${begins} with the faces 1 to 6. In every round both roll all dice that they have left, and see only their own`,
      `- '[bid 2x5]': claim that at least 2 of all the dice show a 5; ${isWild ? "sixes are wild, whatever face is bid" : "no face is wild"}`,
      `- A bid must be higher than the last: ${higher}`,
      "- '[liar]': call the last bid a lie. All dice are shown; if the bid holds, you lose a die, otherwise whoever made it does",
      `- ${opens} bids first in the next round`,
      "- Whoever has no die left loses the game",
    ].join("\n");

  const viewOf = (s: LiarsDiceMatchState, seat: Seat | null): View =>
    roundView(s, seat, {
      dicePerSeat: dice,
      match: { round: 2 * dice - s.left[0] - s.left[1] + 1, left: s.left },
    });

  const game: Game<LiarsDiceMatchState> = {
    id: idOf("liars-dice-match", LIARS_DICE_MATCH_PARAMETERS, parameters),
    title: `Liar's Dice over rounds, ${begins} each, ${isWild ? "sixes" : "no face"} wild`,
    version: 1,
    roles: ["first", "second"],
    actionCount: bidCount + 1,
    // own dice of each face (6) · dice left, own and the other's (2) · every bid, made by the player or by the other (bidCount)
    featureCount: FACES.length + 2 + bidCount,
    utility: { min: -1, max: 1 },
    maxPlies: mostPlies(dice, mayLowerFace),
    perfectInformation: false,
    walkable: dice === 1,

    initial: () => newRound([dice, dice], 0),
    turn(s) {
      if (roller(s) !== undefined) return DIE;
      if (!s.called) return decision(s.mover, s.left[0] + s.left[1], lastOf(s));
      const loser = loserOf(s);
      if (s.left[loser] > 1) return LOSSES[loser];
      return loser === 0 ? SECOND_WINS : FIRST_WINS;
    },
    apply(s, action) {
      const { left, hands, bids, mover } = s;
      const rolling = roller(s);
      if (rolling !== undefined) return { ...s, hands: withHand(hands, rolling, withDie(hands[rolling], action)) };
      if (action === LIAR) return { ...s, bids: bids.slice(-1), called: true };
      if (!s.called) return { ...s, bids: [...bids, action], mover: otherOf(mover) };
      // The outcome of chance is the loser's seat.
      const rest: readonly [number, number] = action === 0 ? [left[0] - 1, left[1]] : [left[0], left[1] - 1];
      return newRound(rest, loserOpens ? (action as Seat) : otherOf(mover));
    },

    stateKey({ left, hands, bids, mover, called }) {
      const act = called ? `!${mover}` : `@${mover}`;
      return `${left.join("-")}|${hands.map(diceText).join("|")}|${bids.map(bidText).join(" ")}${act}`;
    },
    infosetKey: ({ left, hands, bids }, player) =>
      `${diceText(hands[player])}v${left[otherOf(player)]}:${bids.map(bidText).join(" ")}`,
    observe(s, player) {
      return [
        rulesFor(player),
        "",
        ...drawPosition(viewOf(s, player), player),
        roller(s) === undefined ? availableActions(game, s, player) : "The dice are rolling.",
      ].join("\n");
    },
    rules: rulesFor,
    prompt({ left, hands, bids }, player) {
      const against = `You are player ${player}, against ${left[otherOf(player)]} dice.`;
      return `Liars Dice Match. ${against} ${roundPrompt(bids, hands[player])}`;
    },
    view: viewOf,
    encode({ left, hands, bids, mover }, player, out, offset) {
      for (const die of diceOf(hands[player])) out[offset + die - 1] += 1 / dice;
      out[offset + FACES.length] = left[player] / dice;
      out[offset + FACES.length + 1] = left[otherOf(player)] / dice;
      let sign = (mover + bids.length) % 2 === player ? 1 : -1;
      for (const bid of bids) {
        out[offset + FACES.length + 2 + bid] = sign;
        sign = -sign;
      }
    },
    actionName: (s, action) => (s.called ? `Player ${action} loses a die` : roundActionName(roller(s), action, LIAR)),
    parseAction(s, text) {
      if (game.turn(s).kind !== "player") return { ok: false, reason: "It is no player's turn." };
      const last = lastOf(s);
      const parsed = parseBidOrCall(text, last, s.left[0] + s.left[1], LIAR);
      if (!parsed.ok || parsed.action === LIAR || last < 0 || isHigher(parsed.action, last)) return parsed;
      const rule = mayLowerFace ? "be higher than" : "raise the quantity or the face, and lower neither, of";
      return { ok: false, reason: `A bid must ${rule} ${bidText(last)}.` };
    },

    /** The other player's dice are rolled again. Any dice are possible, as every bid is legal with any dice. */
    resample(s, player, uniform) {
      const other = otherOf(player);
      return { ...s, hands: withHand(s.hands, other, rolledAgain(s.hands[other], uniform)) };
    },
  };
  return game;
}
