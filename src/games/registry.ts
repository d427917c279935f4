/** The registry of games. To add a game, add a line to `FAMILIES`. */
import { didYouMean, UserError } from "../util/errors.ts";
import { BIASED_OF, BIASED_PARAMETERS, biased } from "./biased.ts";
import { CONNECT_FOUR_PARAMETERS, connectFour } from "./connect-four.ts";
import type { Game } from "./game.ts";
import { kuhn } from "./kuhn.ts";
import { KUHN_MATCH_PARAMETERS, kuhnMatch } from "./kuhn-match.ts";
import { leduc } from "./leduc.ts";
import { LIARS_DICE_PARAMETERS, liarsDice } from "./liars-dice.ts";
import { LIARS_DICE_MATCH_PARAMETERS, liarsDiceMatch } from "./liars-dice-match.ts";
import { NEGOTIATION_PARAMETERS, negotiation } from "./negotiation.ts";
import { NEGOTIATION_PRIVATE_PARAMETERS, negotiationPrivate } from "./negotiation-private.ts";
import { type Parameters, rangeText, valueNamed, valueText } from "./parts/parameters.ts";
import { ownSpec, textArenaIds } from "./parts/textarena.ts";
import { PIG_PARAMETERS, pig } from "./pig.ts";
import { ttt } from "./ttt.ts";
import { tttDraw } from "./ttt-draw.ts";

/** A game, or a family of games with parameters: `negotiation:maxQuantity=5`. */
interface Family {
  readonly make: (settings: Readonly<Record<string, number>>) => Game;
  readonly parameters: Parameters;
}

/**
 * Games that are made of another game, which the parameter `of` names: `biased:of=kuhn,bonus=2`. They have the parameters of
 * that game beside their own.
 */
interface Wrapper {
  readonly wrap: (inner: Game, settings: Readonly<Record<string, number>>) => Game;
  readonly parameters: Parameters;
  /** The value of `of` if none is given. */
  readonly of: string;
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
  "liars-dice-match": { make: liarsDiceMatch, parameters: LIARS_DICE_MATCH_PARAMETERS },
  pig: { make: pig, parameters: PIG_PARAMETERS },
  negotiation: { make: negotiation, parameters: NEGOTIATION_PARAMETERS },
  "negotiation-private": { make: negotiationPrivate, parameters: NEGOTIATION_PRIVATE_PARAMETERS },
};

const WRAPPERS: Readonly<Record<string, Wrapper | undefined>> = {
  biased: { wrap: biased, parameters: BIASED_PARAMETERS, of: BIASED_OF },
};

/** The games that a wrapper can be made of: those that are no wrappers. */
const innerIds: readonly string[] = Object.keys(FAMILIES);

/** Ids of the registered games, without parameters. */
export const gameIds: readonly string[] = [...innerIds, ...Object.keys(WRAPPERS)];

const cache = new Map<string, Game>();

/**
 * The ids in a list, such as `kuhn,connect-four:columns=4,rows=4`: a comma before `name=value` separates parameters of the game
 * before it, any other comma separates games.
 */
export const splitGames = (list: string): string[] => list.split(/,(?!\s*\w+=)/).map((id) => id.trim());

/**
 * The game of `spec`, which is `id` or `id:parameter=value,…`, with `,` or `:` between parameters, or an id of TextArena. Throws a
 * UserError (exit 2) if there is no such game.
 */
export function getGame(spec: string): Game {
  const known = cache.get(spec);
  if (known) return known;
  const { id, family, settings } = read(spec);
  if (!family) {
    const how = id.includes("=") ? " Parameters follow a game: connect-four:columns=4,rows=4." : "";
    const names = /-v\d/.test(id) ? ` TextArena's games here: ${textArenaIds.join(", ")}.` : "";
    const hint = didYouMean(id, [...gameIds, ...textArenaIds]);
    throw new UserError(2, `Unknown game "${id}".${hint}${how} Games: ${gameIds.join(", ")}.${names}`);
  }
  const values: Record<string, number> = {};
  const problems: string[] = [];
  const names = [...(Object.hasOwn(WRAPPERS, id) ? ["of"] : []), ...Object.keys(family.parameters)];
  for (const setting of settings) {
    const [name = ""] = setting.split("=", 1);
    const text = setting.slice(name.length + 1);
    const parameter = Object.hasOwn(family.parameters, name) ? family.parameters[name] : undefined;
    const value = parameter && valueNamed(parameter, text);
    if (!parameter) {
      const has =
        names.length > 0
          ? `Its parameters: ${names.join(", ")}.${separated(id, family.parameters)}`
          : "It has no parameters.";
      problems.push(`Game ${id} has no parameter "${name}".${didYouMean(name, names)} ${has}`);
    } else if (value === undefined) {
      problems.push(`${id}:${name} is "${text}"; it takes ${rangeText(parameter)}.`);
    } else {
      values[name] = value;
    }
  }
  if (problems.length > 0) throw new UserError(2, problems);
  const game = only(family.make(values));
  cache.set(spec, game);
  return game;
}

/** `getGame` for exact evaluation. Throws a UserError (exit 2) that names the game without talk if players may talk. */
export function gameWithoutTalk(spec: string): Game {
  const game = getGame(spec);
  if (!game.withoutTalk) return game;
  const { id } = game.withoutTalk;
  throw new UserError(
    2,
    `Players talk in ${game.id}, and exact evaluation leaves talk out. Take the same game without: ${id}.`,
  );
}

/** The one game of this id, by which it is known everywhere. */
function only(made: Game): Game {
  const known = cache.get(made.id);
  if (known) return known;
  const game = made.withoutTalk ? { ...made, withoutTalk: only(made.withoutTalk) } : made;
  cache.set(game.id, game);
  return game;
}

/** The parts of a spec. The family is undefined if there is no such game. `of` of a wrapper belongs to the family. */
function read(spec: string): { id: string; family: Family | undefined; settings: readonly string[] } {
  const [id = "", ...settings] = ownSpec(spec)
    .split(/[:,]/)
    .map((part) => part.trim());
  const wrapper = Object.hasOwn(WRAPPERS, id) ? WRAPPERS[id] : undefined;
  if (!wrapper) return { id, family: Object.hasOwn(FAMILIES, id) ? FAMILIES[id] : undefined, settings };
  const of = settings.findLast((setting) => setting.startsWith(OF))?.slice(OF.length) ?? wrapper.of;
  const inner = Object.hasOwn(FAMILIES, of) ? FAMILIES[of] : undefined;
  if (!inner) {
    const takes = `it takes one of these games: ${innerIds.join(", ")}.${didYouMean(of, innerIds)}`;
    throw new UserError(2, `${id}:of is "${of}"; ${takes}`);
  }
  const family: Family = {
    make: (values) => wrapper.wrap(inner.make(values), values),
    parameters: { ...wrapper.parameters, ...inner.parameters },
  };
  return { id, family, settings: settings.filter((setting) => !setting.startsWith(OF)) };
}

const OF = "of=";

/** How several parameters are written; "" if there is one only. */
function separated(id: string, parameters: Parameters): string {
  const settings = Object.entries(parameters).map(([name, p]) => `${name}=${valueText(p, p.default)}`);
  return settings.length > 1 ? ` Separate them by commas: ${id}:${settings.join(",")}` : "";
}

/** The parameters of a game's family, with defaults and ranges; none for an unknown game. */
export const parametersOf = (spec: string): Parameters => read(spec).family?.parameters ?? {};

/** The games that the parameter `of` of a spec may name, and its value if none is given; undefined if it has no such parameter. */
export function innerGamesOf(
  spec: string,
): { readonly default: string; readonly games: readonly string[] } | undefined {
  const { id } = read(spec);
  const wrapper = Object.hasOwn(WRAPPERS, id) ? WRAPPERS[id] : undefined;
  return wrapper && { default: wrapper.of, games: innerIds };
}
