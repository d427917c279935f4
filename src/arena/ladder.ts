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

/** At most `most` elements, evenly spread, with the first and the last; the last alone if `most` is 1. */
export function spreadOver<T>(all: readonly T[], most: number): T[] {
  if (all.length <= most) return [...all];
  if (most === 1) return all.slice(-1);
  return Array.from({ length: most }, (_, i) => all[Math.round((i * (all.length - 1)) / (most - 1))]);
}
