/**
 * Repeated timings and their summary. A figure is the median of several repetitions with their range, and the CPU time of one
 * repetition. On a shared machine, CPU time is more telling than wall time.
 */
import { median } from "../../src/util/median.ts";

/** The time of one repetition in seconds; `cpu` is over all threads of the process. */
export interface Took {
  readonly wall: number;
  readonly cpu: number;
}

/** One line of a table. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly repetitions: number;
  /** Median CPU seconds of one repetition, whatever the unit. */
  readonly cpuSeconds?: number;
  /** The target for the median: a lower bound for rates, an upper bound for times and sizes. */
  readonly target?: { readonly least: number } | { readonly most: number };
  /** Counts that belong to the line, each in its own column. */
  readonly also?: Readonly<Record<string, number>>;
}

/** The figures of one part of the benchmark; `notes` say what was left out, and why. */
export interface Measured {
  readonly figures: readonly Figure[];
  readonly notes: readonly string[];
}

type Extra = Pick<Figure, "target" | "also"> & { readonly cpu?: readonly number[] };

/** The figure of one value per repetition; there must be at least one. */
export function figure(
  name: string,
  unit: string,
  values: readonly number[],
  { cpu = [], ...extra }: Extra = {},
): Figure {
  if (values.length === 0) throw new Error(`${name}: nothing was measured`);
  return {
    name,
    unit,
    median: median(values),
    min: Math.min(...values),
    max: Math.max(...values),
    repetitions: values.length,
    ...(cpu.length > 0 ? { cpuSeconds: median(cpu) } : {}),
    ...extra,
  };
}

/** The figure of how long something takes, in milliseconds. */
export const milliseconds = (name: string, took: readonly Took[], extra: Omit<Extra, "cpu"> = {}): Figure =>
  figure(
    name,
    "ms",
    took.map(({ wall }) => wall * 1000),
    { ...extra, cpu: took.map(({ cpu }) => cpu) },
  );

/** Whether the median meets its target; undefined if there is no target. */
export function reached({ median: value, target }: Figure): boolean | undefined {
  if (!target) return undefined;
  return "least" in target ? value >= target.least : value <= target.most;
}

export function timed(run: () => unknown): Took {
  const cpu = process.cpuUsage();
  const started = performance.now();
  run();
  return since(started, cpu);
}

export function since(started: number, cpu: NodeJS.CpuUsage): Took {
  const wall = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { wall, cpu: (user + system) / 1e6 };
}

export interface Effort {
  /** The least and the most repetitions; between the two, as many as fit into `seconds`. */
  readonly least: number;
  readonly most: number;
  readonly seconds: number;
  /** Uncounted calls before that, in addition to the first call, which is never counted. */
  readonly warmUp: number;
}

/** If a call is shorter than this, a repetition is several calls and its time is their mean. */
const SHORTEST = 0.002;

/** The time of each repetition. */
export function repeat({ least, most, seconds, warmUp }: Effort, run: () => unknown): Took[] {
  let fastest = timed(run).wall;
  for (let i = 0; i < warmUp; i++) fastest = Math.min(fastest, timed(run).wall);
  const calls = Math.ceil(SHORTEST / Math.max(fastest, 1e-7));
  const all: Took[] = [];
  for (let spent = 0; all.length < least || (all.length < most && spent < seconds); ) {
    const { wall, cpu } = timed(() => {
      for (let i = 0; i < calls; i++) run();
    });
    spent += wall;
    all.push({ wall: wall / calls, cpu: cpu / calls });
  }
  return all;
}

/** The number with three digits, thousands as k and M: `1.43 M`, `65.2 k`, `8.31`, `0.0027`. */
export function short(value: number): string {
  const [divisor, suffix] = value >= 1e6 ? [1e6, " M"] : value >= 1e4 ? [1e3, " k"] : [1, ""];
  const scaled = value / divisor;
  return `${scaled >= 100 ? scaled.toFixed(0) : Number.isInteger(scaled) ? scaled : scaled.toPrecision(3)}${suffix}`;
}
