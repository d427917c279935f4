/**
 * Results as tables: on the terminal, and in docs/performance.md, where the text between `<!-- bench NAME -->` and
 * `<!-- end -->` is replaced from a file of results.
 */
import { table } from "../../src/cli/terminal/output.ts";
import { sections } from "../sections.ts";
import type { Circumstances, Machine } from "./machine.ts";
import { type Figure, type Measured, reached, short } from "./measure.ts";

/** bench/results/<machine>.json. Each part says when and under what load it was measured. */
export interface Results {
  readonly machine: Machine;
  readonly sections: Readonly<Record<string, SectionResult>>;
}

export interface SectionResult extends Measured, Circumstances {
  readonly quick: boolean;
  readonly seconds: number;
}

const HEADER = ["", "median", "range", "unit", "n", "CPU", "wanted"];

const counts = (figures: readonly Figure[]): string[] => [
  ...new Set(figures.flatMap(({ also = {} }) => Object.keys(also))),
];

function cells(figure: Figure, also: readonly string[]): string[] {
  const { name, unit, median, min, max, repetitions, cpuSeconds, target } = figure;
  const wanted = target && ("least" in target ? `≥ ${short(target.least)}` : `≤ ${short(target.most)}`);
  return [
    name,
    ...also.map((column) => figure.also?.[column]?.toLocaleString("en") ?? ""),
    short(median),
    repetitions === 1 ? "" : `${short(min)} – ${short(max)}`,
    unit,
    String(repetitions),
    cpuSeconds === undefined ? "" : unit === "ms" ? `${short(cpuSeconds * 1000)} ms` : `${short(cpuSeconds)} s`,
    wanted ? `${wanted}${reached(figure) ? "" : " **no**"}` : "",
  ];
}

/** For the terminal. */
export function terminalTable({ figures, notes }: Measured): string {
  const also = counts(figures);
  const header = ["", ...also, ...HEADER.slice(1)];
  const rows = figures.map((figure) => cells(figure, also).map((cell) => cell.replaceAll("**", "")));
  const numbers = header.map((_, i) => i).filter((i) => i > 0 && header[i] !== "unit" && header[i] !== "wanted");
  return [table(header, rows, { right: numbers }), ...notes].join("\n");
}

/** For documents. */
export function markdownTable({ figures }: Measured): string {
  const also = counts(figures);
  const header = ["", ...also, ...HEADER.slice(1)];
  // Empty columns are left out.
  const rows = figures.map((figure) => cells(figure, also));
  const kept = header.map((_, i) => i).filter((i) => i === 0 || rows.some((row) => row[i] !== ""));
  const line = (row: readonly string[]) => `| ${kept.map((i) => row[i]).join(" | ")} |`;
  return [line(header), `|${kept.map((i) => (i === 0 ? "---" : "--:")).join("|")}|`, ...rows.map(line)].join("\n");
}

/** Comparisons by name: the peer's figure (without the version), our part, our figure. */
const PAIRS: readonly (readonly [string, string, string])[] = [
  ["OpenSpiel: tic_tac_toe, rollouts in C++, no observations", "engines", "ttt, features"],
  ["OpenSpiel: kuhn_poker, rollouts in C++, no observations", "engines", "kuhn, features"],
  ["OpenSpiel: leduc_poker, rollouts in C++, no observations", "engines", "leduc, features"],
  ["OpenSpiel: connect_four, rollouts in C++, no observations", "engines", "connect-four, features"],
  ["OpenSpiel: liars_dice, rollouts in C++, no observations", "engines", "liars-dice, features"],
  ["OpenSpiel: pig, rollouts in C++, no observations", "engines", "pig, features"],
  ["OpenSpiel: tic_tac_toe, a loop in Python, observation tensors", "engines", "ttt, features"],
  ["OpenSpiel: kuhn_poker, a loop in Python, observation tensors", "engines", "kuhn, features"],
  ...["kuhn_poker kuhn", "leduc_poker leduc", "tic_tac_toe ttt"].flatMap((names) => {
    const [theirs, ours] = names.split(" ");
    return ["NashConv from nothing", "NashConv"].map(
      (what) => [`OpenSpiel: ${theirs}, NashConv of uniform play`, "exact", `${ours}, ${what}`] as const,
    );
  }),
  ["TextArena: TicTacToe, text", "engines", "ttt, text"],
  ["TextArena: KuhnPoker of 3 hands, text", "engines", "kuhn-match:hands=3, text"],
  ["TextArena: SimpleNegotiation, text", "engines", "negotiation-private, text"],
];

/** How many times as fast as the peer, by the medians of CPU time or of rates per CPU second; undefined if one is missing. */
export function ratios(results: Results): string | undefined {
  const rows = PAIRS.flatMap(([theirName, section, ourName]) => {
    const theirs = results.sections.peers?.figures.find(({ name }) => name.replace(/ [\d.]+:/, ":") === theirName);
    const ours = results.sections[section]?.figures.find(({ name }) => name === ourName);
    if (!theirs || !ours) return [];
    const isTime = theirs.unit === "ms";
    const [their, our] = [theirs, ours].map(({ median, cpuSeconds = 0 }) => (isTime ? 1000 * cpuSeconds : median)) as [
      number,
      number,
    ];
    const ratio = isTime ? their / our : our / their;
    const unit = isTime ? "CPU ms" : theirs.unit;
    return [`| ${theirs.name} | ${short(their)} | ${ourName} | ${short(our)} | ${unit} | ${short(ratio)} × |`];
  });
  if (rows.length === 0) return undefined;
  return ["| peer | | Spiral | | unit | as fast |", "|---|--:|---|--:|---|--:|", ...rows].join("\n");
}

/** A part of the page: the table and its origin; undefined if the part was not measured. */
function part(name: string, results: Results): string | undefined {
  if (name === "ratios") return ratios(results);
  const result = results.sections[name];
  if (!result) return undefined;
  const { date, commit, node, loadBefore, loadAfter, quick, notes } = result;
  const { cores, cpu, memoryGiB, platform } = results.machine;
  const circumstances = `${cores} × ${cpu}, ${memoryGiB} GiB, ${platform}, Node ${node}, ${date} UTC, commit ${commit}${quick ? ", quick" : ""}; load average ${loadBefore} before, ${loadAfter} after. \`npm run bench -- --only ${name}\`.`;
  return [markdownTable(result), ...(notes.length > 0 ? [notes.join(" ")] : []), circumstances].join("\n\n");
}

/** The page with every measured part replaced. Throws if a mark names no part. */
export function withResults(page: string, results: Results): string {
  return page.replace(
    /(<!-- bench ([a-z]+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (known: string, start: string, name: string, end: string) => {
      if (name !== "ratios" && !Object.hasOwn(sections, name)) throw new Error(`there is no part "${name}"`);
      const text = part(name, results);
      return text === undefined ? known : `${start}\n${text}\n\n${end}`;
    },
  );
}
