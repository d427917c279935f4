/**
 * Openings: different positions from which the pairs of a match start, as in engine testing. Players that never mix their
 * actions then play different games. Openings are drawn at random, without repetition, from all positions at the smallest
 * number of plies (at least 2) that has enough of them. Positions that are equal by a symmetry of the game count as one, and
 * positions in which the game is over do not count. Both players start from each opening, one game in either seat, so an
 * opening favours nobody.
 */
import type { Game } from "../games/game.ts";
import { UserError } from "../util/errors.ts";
import { Rng } from "../util/rng.ts";

/** The actions that lead from the start of the game to the opening. */
export type Opening = readonly number[];

const LEAST_PLIES = 2;

/**
 * `count` openings of a game, the same ones for the same seed. Undefined if chance has a part in the first plies: the pairs
 * of such a game differ without openings. Throws a UserError (exit 2) if the game has fewer.
 */
export function drawOpenings(game: Game, count: number, seed: number): Opening[] | undefined {
  let level = [{ state: game.initial(), opening: [] as Opening }];
  let most = 0;
  for (let plies = 0; plies < LEAST_PLIES || level.length < count; plies++) {
    const next = new Map<string, (typeof level)[number]>();
    for (const { state, opening } of level) {
      const turn = game.turn(state);
      if (turn.kind === "chance") return undefined;
      if (turn.kind === "end") continue;
      for (const action of turn.actions) {
        const after = game.apply(state, action);
        if (game.turn(after).kind === "end") continue;
        const key = game.stateKey(game.canonical?.(after).state ?? after);
        if (!next.has(key)) next.set(key, { state: after, opening: [...opening, action] });
      }
    }
    level = [...next.values()];
    most = Math.max(most, level.length);
    if (level.length === 0) {
      throw new UserError(2, `${game.id} has no ${count} different openings; --openings takes at most ${most} there.`);
    }
  }
  // The first `count` elements of a Fisher–Yates shuffle.
  const rng = new Rng(seed).fork("openings").fork(game.id);
  return Array.from({ length: count }, (_, i) => {
    const at = i + rng.below(level.length - i);
    [level[i], level[at]] = [level[at], level[i]];
    return level[i].opening;
  });
}
