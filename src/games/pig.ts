/**
 * Pig (J. Scarne, 1945). A player rolls a die as often as it likes in its turn. A 2 to 6 is added to the turn total; a 1 loses the
 * turn total and ends the turn. After at least one roll the player may hold, which adds the turn total to its score and ends the
 * turn. A player that holds with `target` or more wins; when score and turn total reach it, holding is the only legal action. At
 * 100 the first player wins 53.06 % under perfect play (T. Neller and C. Presser, "Optimal Play of the Dice Game Pig", 2004).
 *
 * Pig has no bound on its length, but a game here needs one: after six times the target rolls by both players together it is a
 * draw. Sensible play seldom needs a third of that. The number of rolls is part of a state, so no state occurs twice.
 */
import { drawPosition } from "./drawing.ts";
import type { Game, Seat, Turn } from "./game.ts";
import { DRAW, FIRST_WINS, SECOND_WINS } from "./parts/outcomes.ts";
import { idOf, resolve, type Settings } from "./parts/parameters.ts";
import { availableActions, parseByName } from "./text.ts";
import type { View } from "./view.ts";

export const PIG_PARAMETERS = { target: { default: 100, min: 2, max: 500 } } as const;

export interface PigState {
  readonly scores: readonly [number, number];
  readonly mover: Seat;
  /** The turn total; 0 at the start of a turn. */
  readonly total: number;
  /** Rolls by both players in the whole game. */
  readonly rolls: number;
  /** Whether the die was thrown and chance is to act. */
  readonly rolling: boolean;
}

const ROLL = 0;
const HOLD = 1;
const ROLLS_PER_POINT = 6;
const FACES = [1, 2, 3, 4, 5, 6] as const;
/** The most by which score and turn total together can exceed the target. */
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
  /** A hold adds at least 2, and every hold but the last leaves its player below the target. */
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
    // 137,058 states with target 10.
    walkable: target <= 10,

    initial: () => ({ scores: [0, 0], mover: 0, total: 0, rolls: 0, rolling: false }),
    turn(s) {
      if (s.rolling) return DIE;
      if (s.scores[0] >= target) return FIRST_WINS;
      if (s.scores[1] >= target) return SECOND_WINS;
      if (reached(s)) return MUST_HOLD[s.mover];
      if (s.rolls === limit) return DRAW;
      return (s.total === 0 ? MUST_ROLL : EITHER)[s.mover];
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
