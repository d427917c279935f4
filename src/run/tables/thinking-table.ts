/** The table of an ablation about how long the two roles think, and how far they are apart. */
import type { Cell, GameResult, RunResult } from "../ablation.ts";
import { NOTHING, spread } from "./spread.ts";
import type { AblationTable } from "./table.ts";

/** Gaps between the roles, in words, for which seeds are counted: how many are at least, or at most, so far apart. */
const AT_LEAST = [1];
const AT_MOST = [0.5, 0.3];

export interface ResultsOfCell extends Pick<Cell, "label"> {
  readonly runs: readonly Pick<RunResult, "games">[];
}

/** None if no run writes thoughts. */
export function thinkingTables(cells: readonly ResultsOfCell[]): AblationTable[] {
  const rows = cells.flatMap(({ label, runs }) => {
    const games = [...new Set(runs.flatMap((run) => Object.keys(run.games)))];
    return games.flatMap((id) => {
      const name = games.length === 1 ? label : `${label}: ${id}`;
      const results = runs.flatMap(({ games: { [id]: result } }) => (thinks(result) ? [result.writing] : []));
      return results.length === 0 ? [] : [[name, ...columns(results.map((writing) => Object.values(writing)))]];
    });
  });
  if (rows.length === 0) return [];
  const header = [
    ...["", "words, first role", "second role", "gap"],
    ...AT_LEAST.map((limit) => `gap ≥ ${limit}`),
    ...AT_MOST.map((limit) => `gap ≤ ${limit}`),
    ...["I, first role", "second role", "illegal"],
  ];
  const title =
    "Words of thought in a turn at the last update; I: mutual information of thought and information set, in nats; illegal: share of turns.";
  return [{ title, header, rows }];
}

type Writing = NonNullable<GameResult["writing"]>;
type OfRole = Writing[string];

/** Whether a policy has words of thought, or might have. */
function thinks(result: GameResult | undefined): result is GameResult & { writing: Writing } {
  return Object.values(result?.writing ?? {}).some(
    ({ thinking, information }) => thinking > 0 || information !== undefined,
  );
}

/** The cells of a row, from both roles' figures of every seed. */
function columns(seeds: readonly (readonly OfRole[])[]): string[] {
  const of = (read: (role: OfRole) => number | undefined, seat: number): number[] =>
    seeds.flatMap((roles) => (roles[seat] ? (read(roles[seat]) ?? []) : []));
  const words = [0, 1].map((seat) => of(({ thinking }) => thinking, seat));
  const gaps = seeds.flatMap(([first, second]) =>
    first && second ? [Math.abs(first.thinking - second.thinking)] : [],
  );
  const information = [0, 1].map((seat) => of((role) => role.information, seat));
  const illegal = [0, 1].flatMap((seat) => of(({ invalid, truncated }) => invalid + truncated, seat));
  const count = (holds: (gap: number) => boolean): string =>
    gaps.length === 0 ? NOTHING : `${gaps.filter(holds).length} of ${gaps.length}`;
  return [
    ...words.map((values) => spread(values, 2)),
    spread(gaps, 2),
    ...AT_LEAST.map((limit) => count((gap) => gap >= limit)),
    ...AT_MOST.map((limit) => count((gap) => gap <= limit)),
    ...information.map((values) => spread(values, 2)),
    spread(illegal, 2),
  ];
}
