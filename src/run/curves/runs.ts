/** The curves of several runs: of runs that are named one by one, and of all runs of an ablation. */
import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { attempt } from "../../config/check.ts";
import { learnedSettings } from "../../config/load.ts";
import type { Config } from "../../config/schema.ts";
import { UserError } from "../../util/errors.ts";
import { settingText } from "../ablation.ts";
import { readAblation } from "../ablation-file.ts";
import { listRuns, type RunSummary, resolveRun } from "../directory.ts";
import { type Manifest, readManifest } from "../manifest.ts";
import { readMetrics } from "../metrics.ts";
import { readRunConfig } from "../read.ts";
import { type Metric, metricsOf } from "./metrics-csv.ts";

/** A run with all numbers of its metrics. */
export interface CurveRun {
  /** Unique among the runs that are read together. */
  readonly name: string;
  readonly dir: string;
  readonly games: readonly string[];
  readonly seed: number;
  /** When it was started, in seconds since 1970. */
  readonly started: number;
  /**
   * What tells its cell from others, as text: the settings that an ablation varies; else those in which the runs differ, the seed and
   * `run.…` left out. The keys are the same for all runs that are read together.
   */
  readonly settings: Readonly<Record<string, string>>;
  readonly metrics: readonly Metric[];
}

type Warn = (problem: string) => void;
type Settings = Readonly<Record<string, unknown>>;

/**
 * `specs` name runs of the folder `parent`, as `resolveRun` takes them, ablations of the folder `ablations`, or folders of runs. A run
 * that is named twice is read once. `warn` is called for what is left out because it is damaged. Throws a UserError if no run can be
 * read, or if a name is of no run; with `isComplete: false` that one is left out too.
 */
export function curveRuns(
  specs: readonly string[],
  parent: string,
  warn: Warn,
  { isComplete = true }: { readonly isComplete?: boolean } = {},
): CurveRun[] {
  const problems: string[] = [];
  const sources = specs.flatMap((spec) => attempt(problems, () => sourceOf(spec, parent, warn)) ?? []);
  if (isComplete && problems.length > 0) throw new UserError(3, problems);
  const found = new Map(sources.flatMap(({ runs }) => runs).map((run) => [resolve(run.dir), run]));
  const read = [...found.values()].flatMap(
    ({ name, dir }) =>
      attempt(problems, () => {
        const { lines, problems: damaged } = readMetrics(dir);
        const run = { name, dir, manifest: readManifest(dir), config: readRunConfig(dir), lines };
        problems.push(...damaged);
        return run;
      }) ?? [],
  );
  if (read.length === 0 && problems.length > 0) throw new UserError(3, problems);
  for (const problem of problems) warn(leftOut(problem));
  const cells = new Map(sources.flatMap(({ cells }) => [...cells]));
  const keys = [...new Set([...cells.values()].flatMap((settings) => Object.keys(settings)))];
  const isAblation = sources.every((source) => source.cells.size > 0);
  const settings = isAblation
    ? read.map(({ dir, config }) => pick(cells.get(resolve(dir)) ?? {}, keys, config))
    : differences(read.map(({ config, manifest }) => leavesOf(config, manifest)));
  return read.map(({ name, dir, manifest: { games, seed, started }, lines }, i) => ({
    name: read.filter((run) => run.name === name).length > 1 ? dir : name,
    dir,
    games,
    seed,
    started: Date.parse(started) / 1000,
    settings: settings[i] as Readonly<Record<string, string>>,
    metrics: lines.flatMap((line) => metricsOf(line, games)),
  }));
}

const leftOut = (problem: string): string => `${problem.replace(/\.$/, "")}; left out.`;

interface Source {
  readonly runs: readonly Pick<RunSummary, "name" | "dir">[];
  /** The settings of an ablation's cells, by the path of the run; empty if it is no ablation. */
  readonly cells: ReadonlyMap<string, Settings>;
}

function sourceOf(spec: string, parent: string, warn: Warn): Source {
  const isRun = [join(parent, spec), spec].some((dir) => existsSync(join(dir, "manifest.json")));
  for (const folder of isRun ? [] : [spec, join("ablations", spec)]) {
    if (!existsSync(folder) || !statSync(folder).isDirectory()) continue;
    const runs = listRuns(folder);
    for (const { problem } of runs) if (problem !== undefined) warn(leftOut(problem));
    const readable = runs.filter(({ manifest }) => manifest !== undefined);
    const cells = cellsIn(folder, warn);
    if (readable.length > 0) return { runs: inOrder(readable, [...cells.keys()]), cells };
  }
  const run = resolveRun(spec, parent, warn);
  if (run.checkpoint !== undefined) throw new UserError(2, `${spec}: curves are of a whole run; name it without @.`);
  return { runs: [run], cells: new Map() };
}

/** In the order of an ablation's grid; those that it does not name come last, by name. */
function inOrder(runs: readonly RunSummary[], paths: readonly string[]): RunSummary[] {
  const place = ({ dir }: RunSummary): number => {
    const at = paths.indexOf(resolve(dir));
    return at < 0 ? paths.length : at;
  };
  const byName = [...runs].sort((a, b) => (a.name < b.name ? -1 : 1));
  return byName.sort((a, b) => place(a) - place(b));
}

/** Of an ablation that is finished. */
function cellsIn(folder: string, warn: Warn): Map<string, Settings> {
  const problems: string[] = [];
  const ablation = attempt(problems, () => readAblation(folder));
  for (const problem of problems) warn(leftOut(problem));
  return new Map(
    ablation?.cells.flatMap(({ settings, runs }) => runs.map(({ run }) => [resolve(folder, run), settings] as const)),
  );
}

/** The settings of a cell; of a run that the ablation does not name, those of its config. */
function pick(settings: Settings, keys: readonly string[], config: Config): Record<string, string> {
  const inConfig = (key: string): unknown =>
    key.split(".").reduce<unknown>((node, step) => (node as Settings | undefined)?.[step], config);
  return Object.fromEntries(keys.map((key) => [key, textOf(settings[key] ?? inConfig(key))]));
}

/** Lists are written as on the command line: `kuhn,ttt`. */
function textOf(value: unknown): string {
  if (value === undefined) return "";
  return Array.isArray(value) ? value.map(settingText).join(",") : settingText(value);
}

/** Every setting that may change what is learned, by its key path. */
function leavesOf(config: Config, { init }: Manifest): Map<string, string> {
  const leaves = new Map<string, string>();
  const walk = (value: unknown, path: string): void => {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      for (const [key, inner] of Object.entries(value)) walk(inner, path === "" ? key : `${path}.${key}`);
    } else leaves.set(path, textOf(value));
  };
  const { seed: _seed, run: _run, ...learning } = config;
  walk({ ...learning, perGame: learnedSettings(config) }, "");
  // The weights that it began with are no setting.
  if (init) leaves.set("init", `${init.run}@${init.checkpoint}`);
  return leaves;
}

/** Of each run, the settings in which any two differ. Of runs of several games, those of one game are compared where it is learned. */
function differences(runs: readonly ReadonlyMap<string, string>[]): Record<string, string>[] {
  const keys = [...new Set(runs.flatMap((leaves) => [...leaves.keys()]))];
  const varied = keys.filter((key) => {
    const having = key.startsWith("perGame.") ? runs.filter((leaves) => leaves.has(key)) : runs;
    return new Set(having.map((leaves) => leaves.get(key) ?? "")).size > 1;
  });
  return runs.map((leaves) => Object.fromEntries(varied.map((key) => [key, leaves.get(key) ?? ""])));
}
