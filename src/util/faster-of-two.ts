/**
 * Finds the faster of two ways to do the same thing again and again. Of every 64 calls, 3 try way 0 and 3 try way 1. The other
 * calls take the way with the shorter best try. It repeats the tries, as the faster way may change, and takes the best of
 * three, as one try may be disturbed. Way 1 has to be faster by a tenth: it needs more of the machine.
 */
const PERIOD = 64;
const TRIES = 3;
const MAX_RATIO = 0.9;

export class FasterOfTwo {
  readonly #clock: () => number;
  /** Number of calls in this period. */
  #calls = 0;
  #started = 0;
  /** The shortest try of each way in this period. */
  #best: [number, number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  #way: 0 | 1 = 0;

  /** `clock` tells the time in any unit. */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** Starts the time of a call. Returns the way to take. */
  begin(): 0 | 1 {
    if (this.#calls === 0) this.#best = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    if (this.#calls < 2 * TRIES) this.#way = this.#calls < TRIES ? 0 : 1;
    else this.#way = this.#best[1] < MAX_RATIO * this.#best[0] ? 1 : 0;
    this.#started = this.#clock();
    return this.#way;
  }

  /** Stops the time of the call. */
  end(): void {
    this.#best[this.#way] = Math.min(this.#best[this.#way], this.#clock() - this.#started);
    this.#calls = (this.#calls + 1) % PERIOD;
  }
}
