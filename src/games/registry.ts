/** The games there are. A new one is one more line of `FAMILIES`. */
import { didYouMean, UserError } from "../util/errors.ts";
import type { Game } from "./game.ts";
import { kuhn } from "./kuhn.ts";
import { ttt } from "./ttt.ts";

/** A game, or a family of them by whole-number parameters: `negotiation:maxQuantity=5`. */
interface Family {
  readonly make: (parameters: Readonly<Record<string, number>>) => Game;
  /** Default and range of each parameter. */
  readonly parameters: Readonly<
    Record<string, { readonly default: number; readonly min: number; readonly max: number }>
  >;
}

const fixed = (game: Game): Family => ({ make: () => game, parameters: {} });

const FAMILIES: Readonly<Record<string, Family>> = {
  ttt: fixed(ttt),
  kuhn: fixed(kuhn),
};

/** Ids of the registered games, without parameters. */
export const gameIds: readonly string[] = Object.keys(FAMILIES);

const cache = new Map<string, Game>();

/** The game named by `spec`, `id` or `id:parameter=value:…`. Throws a UserError (exit 2) that says what is wrong. */
export function getGame(spec: string): Game {
  const known = cache.get(spec);
  if (known) return known;
  const [id = "", ...settings] = spec.split(":");
  const family = Object.hasOwn(FAMILIES, id) ? FAMILIES[id] : undefined;
  if (!family) {
    throw new UserError(2, `Unknown game "${id}".${didYouMean(id, gameIds)} Games: ${gameIds.join(", ")}.`);
  }
  const values = Object.fromEntries(Object.entries(family.parameters).map(([name, p]) => [name, p.default]));
  for (const setting of settings) {
    const [name = "", text = ""] = setting.split("=");
    const parameter = Object.hasOwn(family.parameters, name) ? family.parameters[name] : undefined;
    if (!parameter) {
      const names = Object.keys(family.parameters);
      const has = names.length > 0 ? `Its parameters: ${names.join(", ")}.` : "It has no parameters.";
      throw new UserError(2, `Game ${id} has no parameter "${name}".${didYouMean(name, names)} ${has}`);
    }
    const value = Number(text);
    if (text === "" || !Number.isInteger(value) || value < parameter.min || value > parameter.max) {
      throw new UserError(
        2,
        `${id}:${name} is "${text}"; it takes a whole number from ${parameter.min} to ${parameter.max}.`,
      );
    }
    values[name] = value;
  }
  const made = family.make(values);
  const game = cache.get(made.id) ?? made;
  cache.set(game.id, game);
  cache.set(spec, game);
  return game;
}
