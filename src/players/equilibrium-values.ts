/** Exact values of actions against an equilibrium (exact/values-against.ts): what data sets and rewards are ranked by. */
import { type ValuesAgainst, valuesAgainst } from "../exact/values-against.ts";
import type { Game } from "../games/game.ts";
import { memoised } from "../util/memoised.ts";
import { nash } from "./opponents.ts";

/** The share of random moves of the equilibrium in games that hide something: then every position has values. */
export const ERRS = 0.001;

/** Computed once. Throws an Error if the game cannot be walked. */
export const equilibriumValues = memoised(
  (game: Game): ValuesAgainst => valuesAgainst(game, nash(game), game.perfectInformation ? 0 : ERRS),
);
