/** A setting that changes linearly from `start` at the first update to `end` at the last. */
export interface Schedule {
  readonly start: number;
  readonly end: number;
}

/** The value at `update`, counted from 1, of `updates`. */
export function scheduled({ start, end }: Schedule, update: number, updates: number): number {
  return updates === 1 ? start : start + ((end - start) * (update - 1)) / (updates - 1);
}

/** A learning rate that first rises linearly, over `warmup` updates, to the value of its schedule. */
export interface LearningRate extends Schedule {
  readonly warmup?: number | undefined;
}

export function learningRateAt(rate: LearningRate, update: number, updates: number): number {
  const { warmup = 0 } = rate;
  return scheduled(rate, update, updates) * (update < warmup ? update / warmup : 1);
}
