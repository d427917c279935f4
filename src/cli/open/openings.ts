/** `--openings` of `match` and `arena`: how many pairs there are, and the openings that they start from. */
import { drawOpenings, type Opening } from "../../arena/openings.ts";
import type { Game } from "../../games/game.ts";
import { UserError } from "../../util/errors.ts";

/** The number of pairs: `--pairs`, else one for each opening, else `fallback`. Each pair has an opening of its own. */
export function pairsFrom(pairs: number | undefined, openings: number | undefined, fallback: number): number {
  if (pairs !== undefined && openings !== undefined && pairs > openings) {
    throw new UserError(
      2,
      `--pairs ${pairs} is more than --openings ${openings}: each pair starts from an opening of its own. Give --openings ${pairs}, or leave out --pairs.`,
    );
  }
  return pairs ?? openings ?? fallback;
}

/** By game id, its openings. Games in which chance comes first have none; if that is all of them, throws a UserError. */
export function openingsOf(games: readonly Game[], count: number, seed: number): Map<string, readonly Opening[]> {
  const drawn = games.flatMap((game) => {
    const openings = drawOpenings(game, count, seed);
    return openings ? [[game.id, openings] as const] : [];
  });
  if (drawn.length > 0) return new Map(drawn);
  const ids = games.map(({ id }) => id).join(", ");
  throw new UserError(
    2,
    `--openings is for games in which nothing is left to chance. At ${ids} chance makes the pairs differ; leave it out.`,
  );
}
