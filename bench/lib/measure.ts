/**
 * Repeated timings and what is said of them. A figure is the median of several repetitions with the range they span, and the
 * CPU time that one of them took; on a machine that others use, CPU time says more than the clock.
 */
import { median } from "../../src/util/stats.ts";

/** What one repetition took, in seconds; `cpu` is that of all threads of the process. */
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
  /** What the project wants of the median: for rates at least this much, for times and sizes at most. */
  readonly target?: { readonly least: number } | { readonly most: number };
  /** Counts that belong to the line, each a column of its own. */
  readonly also?: Readonly<Record<string, number>>;
}

/** What a part of the benchmark measured; `notes` say what was left out, and why. */
export interface Measured {
  readonly figures: readonly Figure[];
  readonly notes: readonly string[];
}

type Extra = Pick<Figure, "target" | "also"> & { readonly cpu?: readonly number[] };

/** The figure of one value per repetition, of which there must be one. */
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

/** Whether the median is where it should be; undefined where nothing is asked of it. */
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
  /** Repetitions at least and at most; between the two, as many as `seconds` hold. */
  readonly least: number;
  readonly most: number;
  readonly seconds: number;
  /** Before that, calls that are not counted, beside one that always is not. */
  readonly warmUp: number;
}

/** A repetition of what is over sooner is several calls, and what is said to have taken is the mean of them. */
const SHORTEST = 0.002;

/** What each repetition took. */
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

/** Three digits, thousands as k and M: `1.43 M`, `65.2 k`, `8.31`, `0.0027`. */
export function short(value: number): string {
  const [divisor, suffix] = value >= 1e6 ? [1e6, " M"] : value >= 1e4 ? [1e3, " k"] : [1, ""];
  const scaled = value / divisor;
  return `${scaled >= 100 ? scaled.toFixed(0) : Number.isInteger(scaled) ? scaled : scaled.toPrecision(3)}${suffix}`;
}
