/** Chooses few of many in order: every kth, where k doubles whenever there are too many. */

export class Sampler<T> {
  readonly #most: number;
  #every = 1;
  #seen = 0;
  #kept: T[] = [];

  /** Keeps at most `most`, at least 2. */
  constructor(most: number) {
    this.#most = most;
  }

  add(item: T): void {
    if (this.#seen++ % this.#every !== 0) return;
    this.#kept.push(item);
    if (this.#kept.length <= this.#most) return;
    this.#kept = this.#kept.filter((_, i) => i % 2 === 0);
    this.#every *= 2;
  }

  get seen(): number {
    return this.#seen;
  }

  get kept(): readonly T[] {
    return this.#kept;
  }
}

/** At most `most` of the items, evenly spread, the first and the last among them. */
export function spreadOver<T>(items: readonly T[], most: number): T[] {
  if (items.length <= most) return [...items];
  if (most <= 1) return items.slice(items.length - Math.max(0, most));
  const last = items.length - 1;
  return Array.from({ length: most }, (_, i) => items[Math.round((i * last) / (most - 1))] as T);
}
