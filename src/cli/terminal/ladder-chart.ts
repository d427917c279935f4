/** The learning curve of a run in Elo, drawn on the terminal. */
import { copiesNote } from "../../arena/deterministic.ts";
import { ANCHOR, type Ladder } from "../../arena/ladder.ts";
import { checkpointName } from "../../run/checkpoint-folder.ts";
import { plural, signed, withInterval } from "../../util/figures.ts";
import { JOINED } from "../../util/printable.ts";
import { print, styleFor, table, warn } from "./output.ts";

/** Columns of the chart. */
const CHART = 40;

export interface LadderReport {
  readonly run: string;
  /** The update of the best checkpoint (run/best.ts); null if none was evaluated. */
  readonly best: number | null;
  readonly greedy: boolean;
  readonly seed: number;
  readonly pairs: number;
  readonly games: Readonly<Record<string, Ladder>>;
  /** Null if there is one game only. */
  readonly overall: Ladder | null;
  readonly matches: number;
  /** The matches in which every pair would be the same two games, so that one was played. */
  readonly deterministic: number;
}

export function printLadder(report: LadderReport): void {
  const { run: name, best, greedy, seed, pairs, games, overall } = report;
  const { bold, dim } = styleFor(process.stdout);
  for (const [title, ladder] of [...(overall ? [["All games", overall] as const] : []), ...Object.entries(games)]) {
    print(`${bold(title)}\n${picture(ladder, best)}\n`);
  }
  print(
    dim(
      `${name}, ${greedy ? "its most likely actions" : "sampling its actions"}; everyone against everyone, ${plural(pairs, "pair")} of games with the seats swapped,\n` +
        `seed ${seed}. Elo: Bradley–Terry ratings, ${ANCHOR} is 0, 95 % intervals by bootstrap over pairs.`,
    ),
  );
  for (const line of copiesNote(report)) print(dim(line));
}

/** Checkpoints in order, then the fixed players, each with its interval drawn on one scale. */
function picture({ curve, anchors: fixed }: Ladder, best: number | null): string {
  const rows = [
    ...curve.map(({ update, ...one }) => ({
      name: `${checkpointName(update)}${update === best ? ` ←${JOINED}best` : ""}`,
      ...one,
    })),
    ...fixed.map(({ player, ...one }) => ({ name: player, ...one })),
  ];
  const ends = rows.flatMap(({ rating, ci95 }) => [rating, ...ci95]).filter(Number.isFinite);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const column = (x: number): number => {
    const share = high > low ? (Math.min(Math.max(x, low), high) - low) / (high - low) : 0;
    return Math.round(share * (CHART - 1));
  };
  return table(
    ["", "Elo", ""],
    rows.map(({ name, rating, ci95 }) => {
      const cells = Array<string>(CHART).fill(" ");
      for (let at = column(ci95[0]); at <= column(ci95[1]); at++) cells[at] = "─";
      cells[column(rating)] = "●";
      return [name, withInterval(rating, ci95, 0), cells.join("")];
    }),
    { right: [1], drop: [2] },
  );
}

/** Warns of each game that a later checkpoint plays worse than an earlier one. */
export function warnOfForgotten({ games }: LadderReport): void {
  for (const [id, { forgotten }] of Object.entries(games)) {
    for (const { update, than, difference, probability } of forgotten) {
      const [later, earlier] = [checkpointName(update), checkpointName(than)];
      const elo = signed(-difference, 0).slice(1);
      const sure = `${(100 * probability).toFixed(1)} % sure`;
      warn(`${id}: ${later} is worse than ${earlier}, by ${elo} Elo (${sure}): it has forgotten something.`);
    }
  }
}
