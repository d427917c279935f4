/**
 * Pig (J. Scarne, 1945). On their turn players roll a die as often as they dare: 2 to 6 add to the turn total, 1 loses it and
 * the turn. Holding, once something has been rolled, adds the turn total to the score and ends the turn. Whoever holds with
 * `target` or more wins; when score and turn total together come to that, holding is all that is left to do. At 100 the first
 * player wins 53.06 % under perfect play (T. Neller and C. Presser, "Optimal Play of the Dice Game Pig", 2004).
 *
 * Pig can go on for ever, a game here cannot: it is drawn once both players together have rolled six times the target without
 * a winner, of which sensible play seldom needs a third. As the limit is part of the rules, the rolls are part of a state, and
 * no state comes back.
 */
import { drawPosition } from "./drawing.ts";
import type { Game, Seat, Turn } from "./game.ts";
import { DRAW, FIRST_WINS, SECOND_WINS } from "./outcomes.ts";
import { idOf, resolve, type Settings } from "./parameters.ts";
import { availableActions, parseByName } from "./text.ts";
import type { View } from "./view.ts";

export const PIG_PARAMETERS = { target: { default: 100, min: 2, max: 100 } } as const;

export interface PigState {
  readonly scores: readonly [number, number];
  readonly mover: Seat;
  /** What the turn has brought so far; 0 at its start. */
  readonly total: number;
  /** By both players, all game long. */
  readonly rolls: number;
  /** The die is on its way: chance is to move. */
  readonly rolling: boolean;
}

const ROLL = 0;
const HOLD = 1;
const ROLLS_PER_POINT = 6;
const FACES = [1, 2, 3, 4, 5, 6] as const;
/** The most that a turn total goes beyond what is needed. */
const OVERSHOOT = 5;

const DIE: Turn = { kind: "chance", actions: FACES, probabilities: FACES.map(() => 1 / FACES.length) };
const turnsWith = (actions: readonly number[]): readonly Turn[] =>
  ([0, 1] as const).map((player) => ({ kind: "player", player, actions }));
const MUST_ROLL = turnsWith([ROLL]);
const MUST_HOLD = turnsWith([HOLD]);
const EITHER = turnsWith([ROLL, HOLD]);

export function pig(settings: Settings<typeof PIG_PARAMETERS> = {}): Game<PigState> {
  const parameters = resolve(PIG_PARAMETERS, settings);
  const { target } = parameters;
  const limit = ROLLS_PER_POINT * target;
  /** Every hold but the last leaves its player below the target, and brings 2 at least. */
  const mostHolds = 2 * (Math.ceil(target / 2) - 1) + 1;

  const reached = (s: PigState): boolean => s.scores[s.mover] + s.total >= target;
  const keyOf = (s: PigState): string =>
    `${s.scores[0]}-${s.scores[1]}:${s.mover}+${s.total}@${s.rolls}${s.rolling ? "!" : ""}`;
  const rulesFor = (player: Seat): string =>
    [
      `You are Player ${player} in a game of Pig. Player 0 has the first turn.`,
      "Rules:",
      "- '[roll]': roll the die; 2 to 6 is added to your turn total, 1 loses the turn total and ends your turn",
      "- '[hold]': add your turn total to your score and end your turn; a turn begins with a roll",
      `- Whoever holds with a score of ${target} or more wins; when score and turn total together reach it, you can only hold`,
      `- After ${limit} rolls in all without a winner the game is a draw`,
    ].join("\n");
  const viewOf = ({ scores, mover, total, rolls, rolling }: PigState): View => ({
    kind: "score",
    scores,
    target,
    mover,
    turnTotal: total,
    rolls,
    rollLimit: limit,
    rolling,
  });

  const game: Game<PigState> = {
    id: idOf("pig", PIG_PARAMETERS, parameters),
    title: `Pig, to ${target}`,
    version: 1,
    roles: ["first", "second"],
    actionCount: 2,
    // own score · the other's · turn total · score if held · rolls so far · holding wins
    featureCount: 6,
    utility: { min: -1, max: 1 },
    maxPlies: 2 * limit + mostHolds,
    perfectInformation: true,
    // 137,058 states at 10.
    walkable: target <= 10,

    initial: () => ({ scores: [0, 0], mover: 0, total: 0, rolls: 0, rolling: false }),
    turn(s) {
      if (s.rolling) return DIE;
      if (s.scores[0] >= target) return FIRST_WINS;
      if (s.scores[1] >= target) return SECOND_WINS;
      if (reached(s)) return MUST_HOLD[s.mover] as Turn;
      if (s.rolls === limit) return DRAW;
      return (s.total === 0 ? MUST_ROLL : EITHER)[s.mover] as Turn;
    },
    apply(s, action) {
      const { scores, mover, total, rolls } = s;
      const next = mover === 0 ? 1 : 0;
      if (s.rolling) {
        return action === 1
          ? { scores, mover: next, total: 0, rolls, rolling: false }
          : { scores, mover, total: total + action, rolls, rolling: false };
      }
      if (action === ROLL) return { scores, mover, total, rolls: rolls + 1, rolling: true };
      const held: [number, number] = mover === 0 ? [scores[0] + total, scores[1]] : [scores[0], scores[1] + total];
      return { scores: held, mover: next, total: 0, rolls, rolling: false };
    },

    stateKey: keyOf,
    infosetKey: keyOf,
    observe(s, player) {
      return [
        rulesFor(player),
        "",
        ...drawPosition(viewOf(s), player),
        s.rolling ? "The die is rolling." : availableActions(game, s, player),
      ].join("\n");
    },
    rules: rulesFor,
    view: viewOf,
    encode(s, player, out, offset) {
      const own = s.scores[player];
      const most = target + OVERSHOOT;
      out[offset] = own / target;
      out[offset + 1] = s.scores[player === 0 ? 1 : 0] / target;
      out[offset + 2] = s.total / most;
      out[offset + 3] = (own + s.total) / most;
      out[offset + 4] = s.rolls / limit;
      out[offset + 5] = own + s.total >= target ? 1 : 0;
    },
    actionName: (s, action) =>
      s.rolling ? `Player ${s.mover} rolls ${action}` : action === ROLL ? "[roll]" : "[hold]",
    parseAction: (s, text) => parseByName(game, s, text),
  };
  return game;
}
