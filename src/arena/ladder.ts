/**
 * The ladder of a run: ratings of its checkpoints, from games against each other and against fixed players, with `random` at
 * 0. A checkpoint that is significantly weaker than an earlier one has forgotten something.
 */
import { type Rating, rate } from "./ratings.ts";
import { meetingOf } from "./standings.ts";
import type { Fixture } from "./tournament.ts";

export const ANCHOR = "random";
/** The probability that a run that forgets nothing is said to forget, over all its checkpoints. */
const FALSE_ALARM = 0.05;

/** A checkpoint: the update after which it was saved, and its name as a player. */
export interface Rung {
  readonly update: number;
  readonly player: string;
}

export interface Ladder {
  /** In order of updates. */
  readonly curve: readonly (Pick<Rating, "rating" | "ci95"> & { readonly update: number })[];
  /** Best first. */
  readonly anchors: readonly Pick<Rating, "player" | "rating" | "ci95">[];
  readonly forgotten: readonly Forgotten[];
}

interface Forgotten {
  readonly update: number;
  /** The best checkpoint before it. */
  readonly than: number;
  /** In Elo, below 0. */
  readonly difference: number;
  /** The probability that it is truly weaker. */
  readonly probability: number;
}

/** `fixtures` of one game, or of several that all players play. */
export function ladderOf(fixtures: readonly Fixture[], rungs: readonly Rung[], draws?: number): Ladder {
  const { players, weaker } = rate(fixtures.map(meetingOf), ANCHOR, draws);
  const curve = rungs.flatMap(({ update, player }) =>
    players.filter((one) => one.player === player).map(({ rating, ci95 }) => ({ update, player, rating, ci95 })),
  );
  const forgotten = curve.flatMap(({ update, player, rating }, i) => {
    const earlier = curve.slice(0, i);
    const best = earlier.find((one) => earlier.every((other) => one.rating >= other.rating));
    if (!best) return [];
    const probability = weaker(player, best.player);
    // The best of all earlier checkpoints is a choice among many: Bonferroni's correction, for the number of all pairs.
    const isSure = probability > 1 - FALSE_ALARM / ((curve.length * (curve.length - 1)) / 2);
    return isSure ? [{ update, than: best.update, difference: rating - best.rating, probability }] : [];
  });
  return {
    curve: curve.map(({ update, rating, ci95 }) => ({ update, rating, ci95 })),
    anchors: players
      .filter(({ player }) => !rungs.some((rung) => rung.player === player))
      .map(({ player, rating, ci95 }) => ({ player, rating, ci95 })),
    forgotten,
  };
}

/**
 * At most `most` elements, evenly spread, with the first and the last; the last alone if `most` is 1. If there is room between the
 * two, `wanted`, which is one of them, takes the place of the nearest.
 */
export function spreadOver<T>(all: readonly T[], most: number, wanted?: T): T[] {
  if (all.length <= most) return [...all];
  if (most === 1) return all.slice(-1);
  const places = Array.from({ length: most }, (_, i) => Math.round((i * (all.length - 1)) / (most - 1)));
  const place = wanted === undefined ? -1 : all.indexOf(wanted);
  if (place >= 0 && most > 2 && !places.includes(place)) {
    const inner = places.slice(1, -1);
    const nearest = inner.reduce((a, b) => (Math.abs(b - place) < Math.abs(a - place) ? b : a));
    places[places.indexOf(nearest)] = place;
  }
  return places.map((at) => all[at]);
}
