/**
 * Of two ways to do the same thing over and over, the quicker: of every 64 turns three try the one, three the other, and the
 * rest take the way whose best try took less time. What is best changes, and a single try may be disturbed. Way 1 is the
 * costlier, which must be quicker by a tenth to be taken.
 */
const [TURNS, TRIES, QUICKER_BY] = [64, 3, 0.9];

export class Quicker {
  readonly #clock: () => number;
  #turn = 0;
  #started = 0;
  /** The best try of each way in these turns. */
  #best: [number, number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  #way: 0 | 1 = 0;

  /** `clock`: any unit. */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** A turn begins. → the way to take */
  begin(): 0 | 1 {
    if (this.#turn === 0) this.#best = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    if (this.#turn < 2 * TRIES) this.#way = this.#turn < TRIES ? 0 : 1;
    else this.#way = this.#best[1] < QUICKER_BY * this.#best[0] ? 1 : 0;
    this.#started = this.#clock();
    return this.#way;
  }

  /** It is done. */
  end(): void {
    this.#best[this.#way] = Math.min(this.#best[this.#way], this.#clock() - this.#started);
    this.#turn = (this.#turn + 1) % TURNS;
  }
}
