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
import { FIRST_WINS, SECOND_WINS } from "./parts/outcomes.ts";
import { idOf, resolve, type Settings } from "./parts/parameters.ts";
import { availableActions, bracketed } from "./text.ts";
import type { Bid, View } from "./view.ts";

/** Only the game of one die each is walkable: each die more adds twelve bids, and each bid doubles the possible lists of bids. */
export const LIARS_DICE_PARAMETERS = { dice: { default: 1, min: 1, max: 5 } } as const;

export interface LiarsDiceState {
  /** The dice that each player has rolled so far, ascending. */
  readonly dice: readonly [readonly number[], readonly number[]];
  /** Bids as actions, ascending: player 0's, player 1's, … After a call, only the last bid. */
  readonly bids: readonly number[];
  /** The seat that has called the last bid a lie. */
  readonly caller: Seat | undefined;
}

const FACES = [1, 2, 3, 4, 5, 6] as const;
const WILD = 6;
/** Character code of "A". In state keys, bid b is the character with code FIRST_BID + b. */
const FIRST_BID = 65;

const DIE: Turn = { kind: "chance", actions: FACES, probabilities: FACES.map(() => 1 / FACES.length) };

/** The quantity of a bid: at least so many dice show its face or a six. */
const quantityOf = (bid: number): number => Math.floor(bid / FACES.length) + 1;
const faceOf = (bid: number): number => (bid % FACES.length) + 1;
/** `2x5` */
const bidText = (bid: number): string => `${quantityOf(bid)}x${faceOf(bid)}`;
const matching = (dice: readonly number[], face: number): number =>
  dice.filter((die) => die === face || die === WILD).length;
const digits = (dice: readonly number[]): string => (dice.length === 1 ? String(dice[0]) : dice.join(""));
const ascending = (dice: readonly number[]): number[] => [...dice].sort((a, b) => a - b);

export function liarsDice(settings: Settings<typeof LIARS_DICE_PARAMETERS> = {}): Game<LiarsDiceState> {
  const parameters = resolve(LIARS_DICE_PARAMETERS, settings);
  const { dice: each } = parameters;
  const bidCount = 2 * each * FACES.length;
  const LIAR = bidCount;
  const bidTexts = Array.from({ length: bidCount }, (_, bid) => bidText(bid));

  /** Turns by the player, then by the lowest bid that is legal. */
  const turns = ([0, 1] as const).map((player) =>
    Array.from({ length: bidCount + 1 }, (_, lowest): Turn => {
      const bids = Array.from({ length: bidCount - lowest }, (_, i) => lowest + i);
      return { kind: "player", player, actions: lowest === 0 ? bids : [...bids, LIAR] };
    }),
  );

  /** The seat that rolls next; undefined if all dice are rolled. */
  const roller = (s: LiarsDiceState): Seat | undefined =>
    s.dice[0].length < each ? 0 : s.dice[1].length < each ? 1 : undefined;
  const otherOf = (player: Seat): Seat => (player === 0 ? 1 : 0);

  const rulesFor = (player: Seat): string =>
    [
      `You are Player ${player} in a game of Liar's Dice. Player 0 bids first.`,
      "Rules:",
      `- Each player has ${each} ${each === 1 ? "die" : "dice"} with the faces 1 to 6 and sees only its own`,
      `- '[bid 2x5]': claim that at least 2 of the ${2 * each} dice show a 5; sixes are wild, whatever face is bid`,
      "- A bid must be higher than the last: a higher quantity, or the same quantity of a higher face",
      "- '[liar]': call the last bid a lie. All dice are shown; if the bid holds, whoever made it wins, otherwise you do",
    ].join("\n");

  function viewOf({ dice, bids, caller }: LiarsDiceState, seat: Seat | null): View {
    const shown = (owner: Seat): readonly (number | null)[] =>
      seat === null || seat === owner || caller !== undefined ? dice[owner] : dice[owner].map(() => null);
    const bidder = (i: number): Seat => (caller === undefined ? ((i % 2) as Seat) : otherOf(caller));
    return {
      kind: "dice",
      dice: [shown(0), shown(1)],
      dicePerSeat: each,
      bids: bids.map((bid, i): Bid => ({ seat: bidder(i), quantity: quantityOf(bid), face: faceOf(bid) })),
      caller: caller ?? null,
    };
  }

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

    initial: () => ({ dice: [[], []], bids: [], caller: undefined }),
    turn(s) {
      if (roller(s) !== undefined) return DIE;
      const { dice, bids, caller } = s;
      const last = bids.at(-1) ?? -1;
      if (caller === undefined) return (turns[bids.length % 2] as readonly Turn[])[last + 1];
      const holds = matching(dice[0], faceOf(last)) + matching(dice[1], faceOf(last)) >= quantityOf(last);
      const winner = holds ? otherOf(caller) : caller;
      return winner === 0 ? FIRST_WINS : SECOND_WINS;
    },
    apply(s, action) {
      const { dice, bids } = s;
      const player = roller(s);
      if (player === 0) return { ...s, dice: [ascending([...dice[0], action]), dice[1]] };
      if (player === 1) return { ...s, dice: [dice[0], ascending([...dice[1], action])] };
      if (action !== LIAR) return { dice, bids: [...bids, action], caller: undefined };
      // After a call, earlier bids do not matter.
      return { dice, bids: bids.slice(-1), caller: (bids.length % 2) as Seat };
    },

    stateKey: ({ dice, bids, caller }) => {
      let key = `${digits(dice[0])}|${digits(dice[1])}|`;
      for (const bid of bids) key += String.fromCharCode(FIRST_BID + bid);
      return caller === undefined ? key : `${key}!${caller}`;
    },
    infosetKey({ dice, bids }, player) {
      let key = `${digits(dice[player])}:`;
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
    view: viewOf,
    encode({ dice, bids }, player, out, offset) {
      for (const die of dice[player]) out[offset + die - 1] += 1 / each;
      bids.forEach((bid, i) => {
        out[offset + FACES.length + bid] = i % 2 === player ? 1 : -1;
      });
    },
    actionName(s, action) {
      const player = roller(s);
      if (player !== undefined) return `Player ${player} rolls ${action}`;
      return action === LIAR ? "[liar]" : `[bid ${bidText(action)}]`;
    },
    parseAction(s, text) {
      const no = (reason: string) => ({ ok: false, reason }) as const;
      const turn = game.turn(s);
      if (turn.kind !== "player") return no("It is no player's turn.");
      const last = s.bids.at(-1);
      const word = bracketed(text);
      if (!word) return no("Put your action in square brackets: [liar], or a bid such as [bid 1x3].");
      // `call` is TextArena's word.
      if (word === "liar" || word === "call" || word === "call liar")
        return last === undefined ? no("There is no bid to call a lie.") : { ok: true, action: LIAR };
      // `bid 2x5`, or variants of it: `2x5`, `bid 2 x 5`, `bid: 2, 5`.
      const [, quantity = "", face = ""] =
        /^(?:bid ?:? ?)?(\d{1,3}) ?(?:x|,| ) ?(\d{1,3})$/.exec(word.slice(0, 40)) ?? [];
      if (quantity === "") return no(`[${word.slice(0, 40)}] is no action. Write [liar] or a bid such as [bid 1x3].`);
      if (Number(face) < 1 || Number(face) > FACES.length) return no("The faces are 1 to 6.");
      if (Number(quantity) < 1 || Number(quantity) > 2 * each)
        return no(`There are ${2 * each} dice: bid 1 to ${2 * each}.`);
      const bid = (Number(quantity) - 1) * FACES.length + Number(face) - 1;
      if (last !== undefined && bid <= last) return no(`A bid must be higher than ${bidText(last)}.`);
      return { ok: true, action: bid };
    },

    /** The other player's dice are rolled again. Any dice are possible, as every bid is legal with any dice. */
    resample(s, player, uniform) {
      const again = ascending(s.dice[otherOf(player)].map(() => 1 + Math.floor(uniform() * FACES.length)));
      return { ...s, dice: player === 0 ? [s.dice[0], again] : [again, s.dice[1]] };
    },
  };
  return game;
}
