/** What `spiral eval llm:MODEL` says of a measurement. */
import { evaluateExactly } from "../../exact/nash-conv.ts";
import { type NashConvBand, nashConvBand, shares } from "../../exact/nash-conv-band.ts";
import { type Strategy, strategyOf } from "../../exact/strategy.ts";
import type { Infoset } from "../../graph/game-graph.ts";
import { nash } from "../../players/opponents.ts";
import type { Distribution, Policy } from "../../policies/policy.ts";
import { tablePolicy } from "../../policies/table-policy.ts";
import { plural } from "../../util/figures.ts";
import { usageText } from "../models/usage-text.ts";
import { solveAloud } from "../open/exact.ts";
import { print, styleFor, table } from "../terminal/output.ts";
import { number } from "../terminal/training-progress.ts";
import { nameOf } from "./ask.ts";
import { countsOf, type Measured } from "./measurement.ts";
import { equilibriumOf, policyRows, policyTable } from "./policy-table.ts";

export interface ExactMeasure {
  /** Of the shares of the answers: biased upwards. */
  readonly nashConv: number;
  /** The 95 % band; null with --logprobs, which has no sampling error. */
  readonly ci95: readonly [number, number] | null;
  /** Of the most frequent answers. */
  readonly greedyNashConv: number;
  readonly greedyRange95: readonly [number, number] | null;
  /** How the sets are played that nobody asked about: at an equilibrium; null if all were asked about. */
  readonly elsewhere: "equilibrium" | null;
}

/** Undefined if the game cannot be walked, or a set has no answer yet. `band` is undefined with --logprobs. */
export function exactMeasure(measured: Measured): { exact: ExactMeasure; band: NashConvBand | undefined } | undefined {
  const { compiled, game, logprobs } = measured;
  if (!compiled || !isCounted(measured)) return undefined;
  const rest = restOf(measured);
  const elsewhere = rest ? ("equilibrium" as const) : null;
  if (logprobs) {
    const values = evaluateExactly(game, policyOf(measured));
    if (!values) return undefined;
    const { nashConv, greedyNashConv } = values;
    return { exact: { nashConv, ci95: null, greedyNashConv, greedyRange95: null, elsewhere }, band: undefined };
  }
  const band = nashConvBand(compiled, countsOf(measured), { rest });
  const { plugIn, ci95, greedy } = band;
  return {
    exact: { nashConv: plugIn, ci95, greedyNashConv: greedy.plugIn, greedyRange95: greedy.range95, elsewhere },
    band,
  };
}

const isCounted = ({ answered }: Measured): boolean => answered.every(({ answers }) => answers > 0);

/** Equilibrium play, for a game of which only some sets were asked about. */
function restOf({ compiled, game, sets, total }: Measured): Strategy | undefined {
  if (!compiled || sets.length === total) return undefined;
  solveAloud(game);
  return strategyOf(compiled, nash(game));
}

/** The shares of the answers as a policy; where some are missing or the game cannot be walked, at the sets that were asked about. */
export function policyOf(measured: Measured): Policy {
  const { compiled, game, player, sets, answered } = measured;
  const table = new Map<string, Distribution>();
  if (compiled && isCounted(measured)) {
    const strategy = shares(compiled, countsOf(measured), restOf(measured));
    const { infosets, firstEntry } = compiled;
    for (const [i, set] of infosets.entries()) table.set(nameOf(set), strategy.slice(firstEntry[i], firstEntry[i + 1]));
  } else {
    for (const [i, set] of sets.entries()) {
      const { counts } = answered[i] as Measured["answered"][number];
      const sum = counts.reduce((a, b) => a + b, 0);
      table.set(
        nameOf(set),
        Float64Array.from(counts, (count) => (sum > 0 ? count / sum : 1 / counts.length)),
      );
    }
  }
  return tablePolicy(player, game, table);
}

/** The rows of the sets that have answers. */
function measuredRows(measured: Measured) {
  const { game, sets, answered, compiled } = measured;
  const shown = sets.filter((_, i) => (answered[i]?.answers ?? 0) > 0);
  const policy = policyOf(measured);
  // The equilibrium that is nearest to the policy takes the whole of it.
  const equilibrium =
    compiled && isCounted(measured) ? equilibriumOf(game, shown, policy, compiled.infosets) : undefined;
  const rows = policyRows(game, shown, policy, equilibrium).map((row, i) => {
    const { forfeits, answers } = answered[sets.indexOf(shown[i] as Infoset)] as Measured["answered"][number];
    return { ...row, answers, forfeits };
  });
  return { rows, equilibrium };
}

/** The JSON of a measurement. */
export function measuredJson(measured: Measured) {
  const { game, player, dir, samples, logprobs, sets, total, usage, served, answered } = measured;
  return {
    game: game.id,
    player,
    folder: dir,
    samples,
    logprobs,
    sets: { asked: sets.length, total },
    complete: measured.stopped === undefined,
    exact: exactMeasure(measured)?.exact ?? null,
    forfeits: answered.reduce((sum, { forfeits }) => sum + forfeits, 0),
    usage,
    served,
    rows: measuredRows(measured).rows,
  };
}

/** Rows shown by default. */
const ROWS = 24;

export function showMeasured(measured: Measured, rowLimit = ROWS): void {
  const { bold, dim } = styleFor(process.stdout);
  const { game, player, samples, logprobs, sets, total, usage, served, answered } = measured;
  const how = logprobs ? "the probabilities of its answers" : `${plural(samples, "answer")}`;
  const of = total === null || total === sets.length ? "" : ` of ${total}`;
  print(`${bold(game.id)}  ${player}, ${how} at each of ${sets.length}${of} information sets\n`);
  const { rows, equilibrium } = measuredRows(measured);
  const forfeits = {
    title: "forfeits",
    cells: rows.map((row) => (row.forfeits === 0 ? "" : `${row.forfeits} of ${row.answers}`)),
  };
  const hasForfeits = rows.some((row) => row.forfeits > 0);
  const shown = rows.slice(0, rowLimit);
  print(policyTable(game, shown, equilibrium?.title ?? "", hasForfeits ? forfeits : undefined));
  const rest = rows.length - shown.length;
  if (rest > 0) print(dim(`\n${plural(rest, "more information set")}: --json has all of them.`));
  const exact = exactMeasure(measured)?.exact;
  print(`\n${exact ? exactTable(exact) : whyNot(measured)}\n`);
  if (exact) print(dim(notesOn(exact).join("\n")));
  const forfeited = answered.reduce((sum, one) => sum + one.forfeits, 0);
  const asked = answered.reduce((sum, one) => sum + one.answers, 0);
  if (forfeited > 0)
    print(dim(`It forfeited ${forfeited} of ${asked}; NashConv is of play renormalised to legal actions.`));
  if (answered.some(({ counts, answers }) => answers > 0 && counts.every((count) => count === 0))) {
    print(dim("Where no answer was legal, it is taken to play every action alike."));
  }
  if (measured.repeats) {
    print(
      dim(
        "All answers at each information set are the same: the endpoint may decode greedily. --llm-temperature 1 asks it to sample.",
      ),
    );
  }
  if (usage.answers > 0) print(dim(usageText(usage)));
  for (const { model, fingerprint, answers } of served) {
    print(dim(`${plural(answers, "answer")} by ${model}${fingerprint === null ? "" : `, ${fingerprint}`}.`));
  }
  if (served.length > 1) print(dim("More than one model answered: the strategy is a mixture of theirs."));
}

function exactTable({ nashConv, ci95, greedyNashConv, greedyRange95 }: ExactMeasure): string {
  const values = [
    ["NashConv", number(nashConv)],
    ["greedy", number(greedyNashConv)],
  ];
  if (!ci95 || !greedyRange95) return table(["", "of the probabilities"], values, { right: [1] });
  const range = (ends: readonly [number, number]): string => `[${ends.map((x) => x.toFixed(3)).join(", ")}]`;
  const rows = [ci95, greedyRange95].map((ends, i) => values[i]?.toSpliced(1, 0, range(ends)) ?? []);
  return table(["", "95 % interval", "of the shares"], rows, { right: [2] });
}

function notesOn({ ci95, elsewhere }: ExactMeasure): string[] {
  const greedy = ci95 ? "its most frequent answers" : "its likeliest actions";
  return [
    `NashConv: what best responses in both seats would win from it; 0 is an equilibrium. Greedy: of ${greedy}.`,
    ...(ci95
      ? ["The interval holds for all best responses at once. NashConv of the shares alone is too high on average."]
      : []),
    ...(elsewhere ? ["At the information sets that it was not asked about, an equilibrium plays for it."] : []),
  ];
}

const whyNot = ({ compiled, game }: Measured): string =>
  compiled
    ? "Some information sets have no answer yet, so there is no NashConv."
    : `${game.id} is too large for an exact NashConv.`;
