/**
 * Settings that change during a run. With `decay: linear`, a setting goes linearly from `start` at the first update to `end` at the
 * last. With `inverse-time`, it falls with the updates t that are done, and not below `end`:
 *
 *   max(end, start / (1 + t / T))       learning rates; T is `halfLife`
 *   max(end, start / √(1 + t / T))      the entropy bonus
 *
 * So an update does not depend on the length of the run: the first 1,000 updates of 3,000 are those of a run of 1,000. A run of no
 * set length (`updates` 0) always has it. The sum of the rates grows without bound, so learning does not stop. The bonus falls more
 * slowly than the rate: if it were ahead of the rate, play would narrow before the policy has settled.
 */
export interface Schedule {
  readonly start: number;
  readonly end: number;
}

/** What a schedule needs to know of the settings of a run. */
export interface Length {
  /** 0: until it is stopped. */
  readonly updates: number;
  readonly rl: {
    readonly decay: "linear" | "inverse-time";
    /** T: for `inverse-time`, the updates until a learning rate is half of its start. */
    readonly halfLife: number;
  };
}

/** The number of the last update; ∞ if the run has no set length. */
export const lastUpdateOf = ({ updates }: Pick<Length, "updates">): number =>
  updates === 0 ? Number.POSITIVE_INFINITY : updates;

/** A learning rate at `update`, counted from 1. */
export const scheduled = (schedule: Schedule, update: number, length: Length): number =>
  valueAt(schedule, update, length, 1);

/** The weight of the entropy bonus at `update`, counted from 1. */
export const entropyAt = (schedule: Schedule, update: number, length: Length): number =>
  valueAt(schedule, update, length, 0.5);

function valueAt({ start, end }: Schedule, update: number, { updates, rl }: Length, power: number): number {
  if (updates === 0 || rl.decay === "inverse-time")
    return Math.max(end, start / (1 + (update - 1) / rl.halfLife) ** power);
  return updates === 1 ? start : start + ((end - start) * (update - 1)) / (updates - 1);
}

/** A learning rate that first rises linearly, over `warmup` updates, to the value of its schedule. */
export interface LearningRate extends Schedule {
  readonly warmup?: number | undefined;
}

export function learningRateAt(rate: LearningRate, update: number, length: Length): number {
  const { warmup = 0 } = rate;
  return scheduled(rate, update, length) * (update < warmup ? update / warmup : 1);
}
