/** What is true of a frozen policy in one game, as the judges of credit read it. */
import type { Infoset } from "../../graph/game-graph.ts";
import type { Credit } from "./credit.ts";

/** The information sets of one symmetry orbit (`exactRows` of exact/action-values.ts). */
export interface TrueRow {
  /** The representative, on any graph of the game. */
  readonly infoset: Infoset;
  /** Plies before the decision. */
  readonly ply: number;
  /** The probability that an episode visits the orbit. */
  readonly reach: number;
  /** π, by slot. */
  readonly policy: Float64Array;
  /** A^π, by slot. */
  readonly advantage: Float64Array;
}

/** The rows that the policy visits, R of them with S actions in all. */
export interface Truth {
  readonly rows: readonly TrueRow[];
  /** The entries of row r are `starts[r]` … `starts[r + 1]` − 1. [R + 1] */
  readonly starts: Int32Array;
  /** The row of an information set on another graph; undefined if the policy does not visit it. */
  readonly rowOf: (infoset: Infoset) => number | undefined;
}

export function truthOf(all: readonly TrueRow[]): Truth {
  const rows = all.filter(({ reach }) => reach > 0);
  const starts = new Int32Array(rows.length + 1);
  rows.forEach(({ policy }, r) => {
    starts[r + 1] = starts[r] + policy.length;
  });
  const index = new Map(rows.map(({ infoset }, r) => [nameOf(infoset), r]));
  return { rows, starts, rowOf: (infoset) => index.get(nameOf(infoset)) };
}

const nameOf = ({ player, key }: Infoset): string => `${player}${key}`;

/** The estimates of one batch. */
export interface Sample {
  /** The entry of each estimate. [K] */
  readonly entries: Int32Array;
  /** How many decisions speak for it; > 0. [K] */
  readonly decisions: Float64Array;
  /** Â. [K] */
  readonly advantage: Float64Array;
}

export function sampleOf(credits: readonly Credit[], { starts, rowOf }: Truth): Sample {
  const kept = credits.flatMap(({ infoset, decisions, advantage }) => {
    const row = rowOf(infoset);
    if (row === undefined) return [];
    return [...decisions.keys()]
      .filter((slot) => decisions[slot] > 0)
      .map((slot) => [starts[row] + slot, decisions[slot], advantage[slot]] as const);
  });
  return {
    entries: Int32Array.from(kept, ([entry]) => entry),
    decisions: Float64Array.from(kept, ([, decisions]) => decisions),
    advantage: Float64Array.from(kept, ([, , advantage]) => advantage),
  };
}
