/** Every history of Leduc poker. */
import type { Game } from "../../../src/games/game.ts";
import { leduc } from "../../../src/games/leduc.ts";

const game = leduc as Game;

/** The returns at an end, undefined before it. */
export const returnsOf = (state: unknown) => {
  const turn = game.turn(state);
  return turn.kind === "end" ? turn.returns : undefined;
};

/** Every history: the actions and outcomes from the start, and the state they lead to. */
export const all: { moves: number[]; state: unknown }[] = [{ moves: [], state: game.initial() }];
for (const { moves, state } of all) {
  const turn = game.turn(state);
  if (turn.kind === "end") continue;
  for (const action of turn.actions) all.push({ moves: [...moves, action], state: game.apply(state, action) });
}
