/** The registry of games. To add a game, add a line to `FAMILIES`. */
import { didYouMean, UserError } from "../util/errors.ts";
import { CONNECT_FOUR_PARAMETERS, connectFour } from "./connect-four.ts";
import type { Game } from "./game.ts";
import { kuhn } from "./kuhn.ts";
import { KUHN_MATCH_PARAMETERS, kuhnMatch } from "./kuhn-match.ts";
import { leduc } from "./leduc.ts";
import { LIARS_DICE_PARAMETERS, liarsDice } from "./liars-dice.ts";
import { NEGOTIATION_PARAMETERS, negotiation } from "./negotiation.ts";
import { NEGOTIATION_PRIVATE_PARAMETERS, negotiationPrivate } from "./negotiation-private.ts";
import type { Parameters } from "./parts/parameters.ts";
import { PIG_PARAMETERS, pig } from "./pig.ts";
import { ttt } from "./ttt.ts";
import { tttDraw } from "./ttt-draw.ts";

/** A game, or a family of games with whole-number parameters: `negotiation:maxQuantity=5`. */
interface Family {
  readonly make: (settings: Readonly<Record<string, number>>) => Game;
  readonly parameters: Parameters;
}

const fixed = (game: Game): Family => ({ make: () => game, parameters: {} });

const FAMILIES: Readonly<Record<string, Family | undefined>> = {
  ttt: fixed(ttt),
  "ttt-draw": fixed(tttDraw),
  "connect-four": { make: connectFour, parameters: CONNECT_FOUR_PARAMETERS },
  kuhn: fixed(kuhn),
  "kuhn-match": { make: kuhnMatch, parameters: KUHN_MATCH_PARAMETERS },
  leduc: fixed(leduc),
  "liars-dice": { make: liarsDice, parameters: LIARS_DICE_PARAMETERS },
  pig: { make: pig, parameters: PIG_PARAMETERS },
  negotiation: { make: negotiation, parameters: NEGOTIATION_PARAMETERS },
  "negotiation-private": { make: negotiationPrivate, parameters: NEGOTIATION_PRIVATE_PARAMETERS },
};

/** Ids of the registered games, without parameters. */
export const gameIds: readonly string[] = Object.keys(FAMILIES);

const cache = new Map<string, Game>();

/**
 * The ids in a list, such as `kuhn,connect-four:columns=4,rows=4`: a comma before `name=value` separates parameters of the game
 * before it, any other comma separates games.
 */
export const splitGames = (list: string): string[] => list.split(/,(?!\s*\w+=)/).map((id) => id.trim());

/** The game of `spec`, which is `id` or `id:parameter=value,…`, with `,` or `:` between parameters. Throws a UserError (exit 2) if there is no such game. */
export function getGame(spec: string): Game {
  const known = cache.get(spec);
  if (known) return known;
  const [id = "", ...settings] = spec.split(/[:,]/).map((part) => part.trim());
  const family = Object.hasOwn(FAMILIES, id) ? FAMILIES[id] : undefined;
  if (!family) {
    const how = id.includes("=") ? " Parameters follow a game: connect-four:columns=4,rows=4." : "";
    throw new UserError(2, `Unknown game "${id}".${didYouMean(id, gameIds)}${how} Games: ${gameIds.join(", ")}.`);
  }
  const values: Record<string, number> = {};
  const problems: string[] = [];
  const names = Object.keys(family.parameters);
  for (const setting of settings) {
    const [name = ""] = setting.split("=", 1);
    const text = setting.slice(name.length + 1);
    const parameter = Object.hasOwn(family.parameters, name) ? family.parameters[name] : undefined;
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (!parameter) {
      const has =
        names.length > 0
          ? `Its parameters: ${names.join(", ")}.${separated(id, family.parameters)}`
          : "It has no parameters.";
      problems.push(`Game ${id} has no parameter "${name}".${didYouMean(name, names)} ${has}`);
    } else if (value >= parameter.min && value <= parameter.max) {
      values[name] = value;
    } else {
      problems.push(`${id}:${name} is "${text}"; it takes a whole number from ${parameter.min} to ${parameter.max}.`);
    }
  }
  if (problems.length > 0) throw new UserError(2, problems);
  const made = family.make(values);
  const game = cache.get(made.id) ?? made;
  cache.set(game.id, game);
  cache.set(spec, game);
  return game;
}

/** How several parameters are written; "" if there is one only. */
function separated(id: string, parameters: Parameters): string {
  const settings = Object.entries(parameters).map(([name, { default: usual }]) => `${name}=${usual}`);
  return settings.length > 1 ? ` Separate them by commas: ${id}:${settings.join(",")}` : "";
}

/** The parameters of a game's family, with defaults and ranges; none for an unknown game. */
export function parametersOf(spec: string): Parameters {
  const id = spec.split(":")[0];
  return (Object.hasOwn(FAMILIES, id) ? FAMILIES[id]?.parameters : undefined) ?? {};
}
