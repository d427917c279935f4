/** How many states and information sets the games have. A test counts them, so that no command has to. */

export interface Size {
  readonly states: number;
  readonly informationSets: number;
}

/** By id. Games that are not listed can be counted with `GameGraph`, if they are walkable. */
export const sizes: ReadonlyMap<string, Size> = new Map(
  Object.entries({
    ttt: { states: 5478, informationSets: 4520 },
    "ttt-draw": { states: 5478, informationSets: 4520 },
    biased: { states: 55, informationSets: 12 },
    kuhn: { states: 55, informationSets: 12 },
    "kuhn-match": { states: 1121, informationSets: 528 },
    leduc: { states: 9457, informationSets: 936 },
    "liars-dice": { states: 148_291, informationSets: 24_576 },
    negotiation: { states: 14_645, informationSets: 14_344 },
  }),
);
