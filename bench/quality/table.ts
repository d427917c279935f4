/** The trials of a measurement as Markdown. */
import { getGame } from "../../src/games/registry.ts";
import { median } from "../../src/util/median.ts";
import { wilson } from "../../src/util/wilson-interval.ts";
import type { Limits } from "./measurements.ts";
import type { Judged } from "./verdicts.ts";

export interface Trial extends Judged {
  readonly seed: number;
  /** Seconds of the run since its process began, and of all cores. */
  readonly wall: number;
  readonly cpu: number;
}

function holds({ verdicts, scripts }: Trial, limits: Limits): boolean {
  const areGood = Object.entries(verdicts).every(
    ([id, { nashConv, greedyNashConv }]) =>
      nashConv <= (limits[id] ?? Number.POSITIVE_INFINITY) && (greedyNashConv === 0 || !getGame(id).perfectInformation),
  );
  return areGood && (scripts === undefined || (scripts.greedyLoss === 0 && scripts.naive >= 0.7));
}

/** `0.0041 (0.0026 – 0.0080)` */
function spread(values: readonly number[], digits: number): string {
  return `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)} – ${Math.max(...values).toFixed(digits)})`;
}

export function tableOf(title: string, trials: readonly Trial[], limits: Limits): string {
  const good = trials.filter((trial) => holds(trial, limits)).length;
  const { low, high } = wilson(good, trials.length);
  const share = `95 %: ${(100 * low).toFixed(0)} – ${(100 * high).toFixed(0)} %`;
  const row = (what: string, digits: number, pick: (trial: Trial) => number | undefined): string =>
    `| ${what} | ${spread(
      trials.flatMap((trial) => pick(trial) ?? []),
      digits,
    )} |`;
  const rows = [`| seeds where it holds | **${good} of ${trials.length}** (${share}) |`];
  for (const id of Object.keys(trials[0]?.verdicts ?? {})) {
    if (getGame(id).perfectInformation) {
      rows.push(row(`${id}, greedy NashConv`, 0, ({ verdicts }) => verdicts[id]?.greedyNashConv));
    }
    rows.push(row(`${id}, NashConv`, 4, ({ verdicts }) => verdicts[id]?.nashConv));
  }
  if (trials.some(({ scripts }) => scripts)) {
    rows.push(
      row("negotiation, greedy, losses to the worst script", 4, ({ scripts }) => scripts?.greedyLoss),
      row("negotiation, sampled, losses to the worst script", 6, ({ scripts }) => scripts?.loss),
      row("negotiation, wins against naive, greedy", 3, ({ scripts }) => scripts?.greedyNaive),
      row("negotiation, wins against naive, sampled", 3, ({ scripts }) => scripts?.naive),
    );
  }
  rows.push(
    row("seconds from process start", 1, ({ wall }) => wall),
    row("seconds of CPU time", 1, ({ cpu }) => cpu),
  );
  return `### ${title}\n\n| | median (range) |\n|---|---|\n${rows.join("\n")}\n\n`;
}
