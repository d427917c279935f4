/** Whether a model plays differently when it is asked in another way: measurements in several wordings, compared. */
import { type ComparedAnswers, compareAnswers, significant } from "../../exact/compared-answers.ts";
import { nashConvChange } from "../../exact/nash-conv-band.ts";
import type { LlmPlayer } from "../../players/llm/llm-player.ts";
import { signed, withInterval } from "../../util/figures.ts";
import { JOINED } from "../../util/printable.ts";
import { print, styleFor, table } from "../terminal/output.ts";
import type { Measured, SetAnswers } from "./measurement.ts";
import { exactMeasure } from "./report.ts";
import type { Variation } from "./variations.ts";

/** The player, asked in another way. */
export const inWording = (player: LlmPlayer, { change }: Variation): LlmPlayer => {
  const wording = change(player.asks.wording ?? {});
  return { ...player, asks: { ...player.asks, wording }, identity: { ...player.identity, wording } };
};

export interface VariationResult {
  readonly variation: string;
  readonly folder: string;
  /** Whether the change is significant at 5 % over all variations. */
  readonly found: boolean;
  readonly compared: ComparedAnswers;
  readonly nashConv: {
    readonly usual: number;
    readonly varied: number;
    readonly change: number;
    readonly ci95: readonly [number, number];
  } | null;
  readonly rows: readonly {
    readonly infoset: string;
    readonly player: number;
    /** Shares of all answers by action, forfeits last. */
    readonly usual: readonly number[];
    readonly varied: readonly number[];
    readonly totalVariation: number;
    readonly bySampling: number;
    readonly p: number;
    readonly found: boolean;
  }[];
}

/** Compares complete measurements at the same sets. */
export function compareMeasured(
  usual: Measured,
  varied: readonly { readonly name: string; readonly measured: Measured }[],
): VariationResult[] {
  const before = exactMeasure(usual);
  const compared = varied.map(({ measured }) => compareAnswers(usual.answered.map(all), measured.answered.map(all)));
  const found = significant(compared.map(({ p }) => p));
  return varied.map(({ name, measured }, v) => {
    const own = compared[v] as ComparedAnswers;
    const after = exactMeasure(measured);
    const change = before?.band && after?.band ? nashConvChange(before.band, after.band) : undefined;
    const rows = usual.sets.map(({ key, player }, i) => ({
      infoset: key,
      player,
      usual: sharesOf(usual.answered[i] as SetAnswers),
      varied: sharesOf(measured.answered[i] as SetAnswers),
      ...(own.sets[i] as ComparedAnswers["sets"][number]),
    }));
    // A set counts if its share of the family's 5 % is met: half of it is for the mean, the rest for the sets of each variation.
    const level = 0.05 / (2 * varied.length);
    return {
      variation: name,
      folder: measured.dir,
      found: found[v] as boolean,
      compared: own,
      nashConv:
        change && before && after ? { usual: before.exact.nashConv, varied: after.exact.nashConv, ...change } : null,
      rows: rows.map((row) => ({ ...row, found: (found[v] as boolean) && row.p <= level })),
    };
  });
}

/** Counts by action, forfeits last. */
const all = ({ counts, forfeits }: SetAnswers): number[] => [...counts, forfeits];

function sharesOf(answers: SetAnswers): number[] {
  const counts = all(answers);
  const sum = counts.reduce((a, b) => a + b, 0);
  return counts.map((count) => count / sum);
}

export function showProbe(usual: Measured, results: readonly VariationResult[]): void {
  const { bold, dim } = styleFor(process.stdout);
  const { game, player, samples, sets } = usual;
  print(
    `${bold(game.id)}  ${player}, ${samples} answers at each of ${sets.length} information sets, in ${results.length + 1} wordings\n`,
  );
  const rows = results.map(({ variation, found, compared: { totalVariation, ci95, bySampling, p }, nashConv }) => [
    variation,
    `${totalVariation.toFixed(2)} [${ci95.map((x) => x.toFixed(2)).join(", ")}]`,
    bySampling.toFixed(2),
    p < 0.001 ? `<${JOINED}0.001` : p.toFixed(3),
    found ? "yes" : "no",
    nashConv ? withInterval(nashConv.change, nashConv.ci95, 2) : "–",
  ]);
  const header = ["variation", "total variation", "by sampling", "p", "found", "change of NashConv"];
  print(`${table(header, rows, { right: [1, 2, 3, 5] })}\n`);
  for (const result of results) {
    const moved = result.rows.filter(({ found }) => found);
    if (moved.length === 0) continue;
    print(bold(result.variation));
    print(
      `${table(
        ["information set", "player", "usual → varied", "p"],
        moved.map((row) => movedCells(usual, row)),
        { folded: 2 },
      )}\n`,
    );
  }
  const listed = results.some(({ rows }) => rows.some(({ found }) => found));
  print(dim([...NOTES, ...(listed ? [OF_SETS] : [])].join("\n")));
}

function movedCells({ game, sets }: Measured, row: VariationResult["rows"][number]): string[] {
  const set = sets.find(({ key, player }) => key === row.infoset && player === row.player);
  const names = [...(set?.actions ?? []).map((action) => game.actionName(set?.state, action)), "forfeit"];
  const changes = names.flatMap((name, a) => {
    const [before, after] = [row.usual[a] ?? 0, row.varied[a] ?? 0];
    return before === after ? [] : [`${name}${JOINED}${before.toFixed(2)}${JOINED}→${JOINED}${after.toFixed(2)}`];
  });
  return [
    row.infoset,
    game.roles[row.player] ?? "",
    changes.join("  "),
    row.p < 0.001 ? `<${JOINED}0.001` : signed(row.p).slice(1),
  ];
}

const NOTES = [
  'Total variation: the share of answers that change, mean over the information sets; "by sampling" is what one strategy asked twice gives.',
  "Found: not by sampling, at 5 % over all variations (permutation test, Holm).",
  "95 % intervals: for all best responses at once, and conservative.",
];
const OF_SETS = "The sets listed were found one by one, at 2.5 % over all variations.";
