/** A hint for a person who is to move: what a policy would do in its place, and exact values. */
import type { Game, Seat } from "../src/games/game.ts";
import { el } from "./dom.ts";
import type { Model } from "./model.ts";
import { probabilityBars } from "./probabilities.ts";

/** As `spiral players` names it. */
export const perfectName = ({ perfectInformation }: Game): string =>
  perfectInformation ? "minimax, perfect play" : "nash, an equilibrium";

/**
 * `update` is that of a checkpoint; undefined for perfect play. `changed` is called when more of it is known, where the page
 * solves the game.
 */
export function hint(
  model: Model,
  game: Game,
  state: unknown,
  seat: Seat,
  update: number | undefined,
  changed: () => void,
): Node[] {
  const { solver } = model;
  const values = game.walkable ? solver.perfectValues(game, state, seat, changed) : undefined;
  const perfect = game.walkable && update === undefined ? solver.perfectPlay(game, changed) : undefined;
  const policy = update === undefined ? perfect : model.policy(update);
  const who = update === undefined ? perfectName(game) : `The policy after update ${update}`;
  return [
    ...(policy
      ? [probabilityBars(`${who}, in your place`, model.probabilities(policy, game, state), undefined, values)]
      : []),
    el("p", { class: "small" }, values ? VALUES : game.walkable ? solver.status(game) : TOO_LARGE),
  ];
}

const VALUES =
  "A value is the exact mean return of a move if both sides play perfectly after it; “–” marks a position that perfect play never reaches.";
const TOO_LARGE = "This game has too many states to be solved here, so moves have no values.";
