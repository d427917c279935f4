/** Logged games as a list shows them, in few bytes: without their moves, and what many games have in common stored once. */
import type { ListedGame } from "./contents.ts";

type Head = Pick<ListedGame, "game" | "players">;

/** `head` is an index into `heads`. The seat that forfeited is left out of most games. */
export type ListedRow = readonly [
  ...[line: number, head: number, update: number | null, index: number],
  ...[plies: number, return0: number, return1: number, forfeit?: 0 | 1],
];

export interface PackedList {
  readonly heads: readonly Head[];
  readonly rows: readonly ListedRow[];
}

export const unpackList = ({ heads, rows }: PackedList): ListedGame[] =>
  rows.map(([line, head, update, index, plies, return0, return1, forfeit]) => ({
    line,
    ...(heads[head] as Head),
    ...(update === null ? {} : { update }),
    ...{ index, plies, returns: [return0, return1] },
    ...(forfeit === undefined ? {} : { forfeit }),
  }));
