/** Random and scripted play for the tests of games. */
import fc from "fast-check";
import type { Game, Seat } from "../../src/games/game.ts";
import { getGame } from "../../src/games/registry.ts";

/** Every registered game, and members of the families off their defaults. */
export const specs = [
  "ttt",
  "ttt-draw",
  "connect-four",
  "connect-four:rows=4:columns=5:connect=3",
  "kuhn",
  "biased",
  "biased:of=ttt-draw:bonus=3",
  "biased:of=kuhn-match:hands=1",
  "kuhn-match",
  "kuhn-match:hands=1",
  "kuhn-match:hands=4",
  "kuhn-match:hands=2:opener=1",
  "leduc",
  "liars-dice",
  "liars-dice:dice=2",
  "liars-dice:dice=5",
  "liars-dice-match",
  "liars-dice-match:dice=1",
  "liars-dice-match:dice=4:wild=off:lowerFace=off:loserOpens=off",
  "pig",
  "pig:target=10",
  "negotiation",
  "negotiation:maxQuantity=1:maxTurns=2",
  "negotiation:maxQuantity=10:maxTurns=7",
  "negotiation-private",
  "negotiation-private:maxQuantity=5:maxTurns=15",
  "negotiation-private:maxQuantity=1:maxTurns=5:bundles=on",
] as const;

/**
 * What is taken modulo the number of actions at every step, over and over in a long game: a game at random, which shrinks
 * towards first actions.
 */
export function choices(game: Game): fc.Arbitrary<number[]> {
  const length = Math.min(game.maxPlies, 64);
  return fc.array(fc.nat(1_000_000), { minLength: length, maxLength: length });
}

/** The states from `initial` to the end, and the actions between them. */
export function play(game: Game, picks: readonly number[]): { states: unknown[]; actions: number[] } {
  const states = [game.initial()];
  const actions: number[] = [];
  for (;;) {
    const state = states.at(-1);
    const turn = game.turn(state);
    if (turn.kind === "end") return { states, actions };
    if (actions.length === game.maxPlies) throw new Error(`${game.id} goes on after ${game.maxPlies} plies`);
    const action = turn.actions[(picks[actions.length % picks.length] as number) % turn.actions.length] as number;
    actions.push(action);
    states.push(game.apply(state, action));
  }
}

/** Calls `check` for every play of a sample. */
export function everyPlay(game: Game, check: (states: unknown[], actions: number[]) => void): void {
  fc.assert(
    fc.property(choices(game), (picks) => {
      const { states, actions } = play(game, picks);
      check(states, actions);
    }),
    { numRuns: 40 },
  );
}

/** Calls `check` for every decision of every play of a sample. */
export function everyDecision(
  game: Game,
  check: (state: unknown, player: Seat, actions: readonly number[]) => void,
): void {
  everyPlay(game, (states) => {
    for (const state of states) {
      const turn = game.turn(state);
      if (turn.kind === "player") check(state, turn.player, turn.actions);
    }
  });
}

/** The state after the moves: a number is an action or a chance outcome, a text is what a player writes. */
export function stateAfter(game: Game, moves: readonly (number | string)[]): unknown {
  let state = game.initial();
  for (const move of moves) state = game.apply(state, actionOf(game, state, move));
  return state;
}

function actionOf(game: Game, state: unknown, move: number | string): number {
  if (typeof move === "number") return move;
  const parsed = game.parseAction(state, move);
  if (!parsed.ok) throw new Error(`${move}: ${parsed.reason}`);
  return parsed.action;
}

/**
 * The whole game as people would follow it: what each player read, what was done, how it ended. The rules, with
 * which an observation begins, are printed when a player first reads them and where they differ.
 */
export function transcript(spec: string, moves: readonly (number | string)[]): string {
  const game = getGame(spec);
  const lines = [`${game.id}, version ${game.version}: ${game.title}`];
  const rulesRead: [string, string] = ["", ""];
  const read = (state: unknown, player: Seat): string => {
    const text = game.observe(state, player);
    const rules = game.rules?.(player);
    if (rules === undefined) return text;
    const known = rules === rulesRead[player];
    rulesRead[player] = rules;
    return known ? `(rules as before)${text.slice(rules.length)}` : text;
  };
  let state = game.initial();
  for (const move of moves) {
    const turn = game.turn(state);
    const action = actionOf(game, state, move);
    if (turn.kind === "end") throw new Error(`the game is over before ${move}`);
    if (turn.kind === "chance") {
      lines.push("", `chance deals ${game.actionName(state, action)}`);
    } else {
      const heading = `player ${turn.player} (${game.roles[turn.player]}), information set "${game.infosetKey(state, turn.player)}"`;
      lines.push("", `--- ${heading}`, read(state, turn.player));
      lines.push(`>>> ${game.actionName(state, action)}, action ${action}`);
    }
    state = game.apply(state, action);
  }
  const end = game.turn(state);
  if (end.kind !== "end") throw new Error("the game is not over");
  for (const player of [0, 1] as const satisfies readonly Seat[]) {
    lines.push("", `--- player ${player}, at the end`, read(state, player));
  }
  return `${[...lines, "", `returns ${end.returns.join(" ")}`].join("\n")}\n`;
}

export function features(game: Game, state: unknown, player: Seat): number[] {
  const out = new Float32Array(game.featureCount);
  game.encode(state, player, out, 0);
  return [...out];
}

/** Freezes arrays and objects all the way down, so that a write to them throws. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
