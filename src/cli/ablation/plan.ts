/** What an ablation consists of, from a preset or file and flags; every problem of all of them is reported at once. */
import { existsSync } from "node:fs";
import { basename } from "node:path";
import { z } from "zod";
import { type Flag, setLeaves, splitSetting } from "../../config/arguments.ts";
import { attempt } from "../../config/check.ts";
import { loadConfig } from "../../config/load.ts";
import type { Config } from "../../config/schema.ts";
import { type Leaf, yamlLeaves, yamlValue } from "../../config/yaml.ts";
import { type Axis, type Cell, cellsOf, settingText } from "../../run/ablation.ts";
import { firstOf, UserError } from "../../util/errors.ts";
import { expandHome, readText } from "../../util/files.ts";
import { packageFile } from "../../util/package.ts";
import { SEED_COUNT } from "../flags/common.ts";

export const PRESETS = [
  "rae",
  "self-play",
  "multi-game",
  "magnet",
  "demonstrations",
  "thinking-collapse",
  "credit",
] as const;
const SEEDS = 3;
const QUEUE = "run.queue";

export interface Plan {
  readonly name: string;
  readonly about: string | undefined;
  readonly axes: readonly Axis[];
  readonly cells: readonly PlannedCell[];
  readonly seeds: number;
  /** `run.queue`: whose workers train the runs. It is no setting of theirs. */
  readonly queue: string | undefined;
  /** Whether the variance of the gradient is measured. */
  readonly variance: boolean;
  /** Whether estimated advantages are compared with exact ones. */
  readonly credit: boolean;
}

/** What the flags of `spiral ablate` say. */
interface PlanOptions {
  readonly games: string | undefined;
  readonly vary: readonly string[];
  /** Throws where the flag is no such number. */
  readonly seeds: () => number | undefined;
  readonly updates: string | undefined;
  readonly set: readonly string[];
  readonly name: string | undefined;
}

export interface PlannedCell extends Cell {
  readonly config: Config;
  /** `key=value`, each, that `spiral train` makes this config of. */
  readonly sets: readonly string[];
}

/** Where a setting or an axis was asked for, in words for complaints. */
type Placed<T> = T & { readonly where: string };

/** What a file says. */
interface PlanFile {
  about?: string;
  seeds?: number;
  variance?: boolean;
  credit?: boolean;
  readonly fixed: Flag[];
  readonly axes: Placed<Axis>[];
}

/** A preset by name, a file, or the flags alone; flags win. */
export function planOf(preset: string | undefined, options: PlanOptions): Plan {
  const problems: string[] = [];
  const file = preset === undefined ? undefined : attempt(problems, () => readPlan(preset, problems));
  const flagged = options.vary.flatMap((text) => attempt(problems, () => axisOf(text)) ?? []);
  const kept = (file?.axes ?? []).filter(({ key }) => !flagged.some((axis) => axis.key === key));
  const axes = [...kept, ...flagged];
  if (axes.length === 0 && problems.length === 0) {
    problems.push(`Nothing varies. Name a preset (${PRESETS.join(", ")}) or --vary rl.advantage=none,rae.`);
  }
  const typed = typedSettings(options, problems);
  problems.push(...axisProblems(axes, typed));
  const seeds = attempt(problems, options.seeds) ?? file?.seeds ?? SEEDS;
  const name = options.name ?? (file ? basename(preset as string).replace(/\.ya?ml$/, "") : ownName(axes));
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name)) {
    const what =
      options.name === undefined ? `The ablation would be called "${name}", after its file` : `--name is "${name}"`;
    const hint = options.name === undefined ? " Name it yourself with --name." : "";
    problems.push(`${what}; it takes letters, digits, ".", "_" and "-".${hint}`);
  }

  const given = [...(file?.fixed ?? []), ...typed];
  const fixed = given.filter(({ key }) => key !== QUEUE);
  const queue = attempt(problems, () => loadConfig({ flags: given.filter(({ key }) => key === QUEUE) }).queue);
  const cells = plannedCells(axes, fixed, problems);
  if (problems.length > 0) throw new UserError(2, firstOf([...new Set(problems)]));
  const variance = file?.variance ?? axes.some(({ key }) => key === "rl.advantage");
  return { name, about: file?.about, axes, cells, seeds, queue, variance, credit: file?.credit ?? false };
}

const ownName = (axes: readonly Axis[]): string =>
  axes
    .map(({ key }) => key.replaceAll(/[^A-Za-z0-9.]+/g, "_"))
    .join("-")
    .slice(0, 100) || "ablation";

/** What the flags set in every cell. */
function typedSettings({ set, updates, games }: PlanOptions, problems: string[]): Flag[] {
  const sets = set.flatMap((text): Flag[] => {
    const split = splitSetting(text);
    // The settings of a map one by one.
    return setLeaves(text, problems).map(({ path, value, where }) => {
      const key = path.join(".");
      return { name: where, key, text: key === split?.key ? split.text : settingText(value) };
    });
  });
  return [
    ...sets,
    ...(updates === undefined ? [] : [{ name: "--updates", key: "updates", text: updates }]),
    ...(games === undefined ? [] : [{ name: "--games", key: "games", text: games }]),
  ];
}

/** Settings that are varied twice, or varied and given, or that the grid itself decides. */
function axisProblems(axes: readonly Placed<Axis>[], typed: readonly Flag[]): string[] {
  const own: Readonly<Record<string, string>> = {
    seed: "--seeds says how many seeds there are",
    "run.dir": "--dir says where the runs go",
  };
  const keys = axes.map(({ key }) => key);
  return [
    ...[...axes.map(({ where, key }) => ({ name: where, key })), ...typed].flatMap(({ name, key }) =>
      Object.hasOwn(own, key) ? [`${name}: ${own[key]}.`] : [],
    ),
    ...axes.flatMap(({ where, key }, i) => (keys.indexOf(key) < i ? [`${where}: ${key} varies already.`] : [])),
    ...typed.flatMap(({ name, key }) => (keys.includes(key) ? [`${name}: ${key} varies in this ablation.`] : [])),
    ...axes.flatMap(({ where, key, values }) => {
      const texts = values.map(settingText);
      const twice = texts.find((text, i) => texts.indexOf(text) < i);
      return twice === undefined ? [] : [`${where}: ${key} names ${twice} twice.`];
    }),
  ];
}

/** Each cell is trained with every seed. */
const MAX_CELLS = 1000;

/** Every cell with its config; what is wrong with settings goes to `problems`. */
function plannedCells(axes: readonly Placed<Axis>[], fixed: readonly Flag[], problems: string[]): PlannedCell[] {
  const count = axes.reduce((product, { values }) => product * values.length, 1);
  if (count > MAX_CELLS) {
    problems.push(
      `The grid has ${count.toLocaleString("en-US")} cells; an ablation takes at most ${MAX_CELLS.toLocaleString("en-US")}.`,
    );
    return [];
  }
  const where = new Map(axes.map((axis) => [axis.key, axis.where]));
  return cellsOf(axes).flatMap((cell) => {
    const varied = Object.entries(cell.settings).map(
      ([key, value]): Flag => ({ name: where.get(key) as string, key, text: settingText(value) }),
    );
    const flags = [...fixed, ...varied];
    const { config, queue } = attempt(problems, () => loadConfig({ flags })) ?? {};
    if (queue !== undefined) problems.push(`${QUEUE} is the same for all runs, and cannot vary.`);
    if (config?.updates === 0)
      problems.push(`${cell.label || "updates"}: a run of an ablation needs a length; updates is 0.`);
    return config ? [{ ...cell, config, sets: flags.map(({ key, text }) => `${key}=${text}`) }] : [];
  });
}

/** `rl.advantage=none,rae` or `games=[kuhn],[kuhn,ttt]`: the values as a YAML list. */
function axisOf(text: string): Placed<Axis> {
  const split = splitSetting(text);
  const values = (yamlValue(`[${split?.text ?? ""}]`, `--vary ${text}`)?.value ?? []) as unknown[];
  if (!split || values.length === 0) {
    throw new UserError(2, `--vary ${text}: it takes a setting and its values, as in rl.advantage=none,rae.`);
  }
  return { key: split.key.trim(), values, where: "--vary" };
}

const KEYS = {
  about: { schema: z.string(), takes: "a text" },
  seeds: { schema: z.int().min(1).max(SEED_COUNT.max), takes: `a whole number from 1 to ${SEED_COUNT.max}` },
  variance: { schema: z.boolean(), takes: "true or false" },
  credit: { schema: z.boolean(), takes: "true or false" },
} as const;
const KEYS_BESIDE = ["games", "vary", "set"];

function readPlan(named: string, problems: string[]): PlanFile {
  const preset = expandHome(named);
  const isPreset = (PRESETS as readonly string[]).includes(preset);
  if (!isPreset && !existsSync(preset)) {
    throw new UserError(2, `There is no preset or file "${preset}". Presets: ${PRESETS.join(", ")}.`);
  }
  const file = isPreset ? `configs/ablations/${preset}.yaml` : preset;
  const text = readText(isPreset ? packageFile(file) : file, 2);
  const plan: PlanFile = { fixed: [], axes: [] };
  for (const leaf of yamlLeaves(text, { file, origin: () => file }, problems)) readLeaf(leaf, plan, problems);
  return plan;
}

function readLeaf({ path: [first = "", ...rest], value, where }: Leaf, plan: PlanFile, problems: string[]): void {
  const key = rest.join(".");
  if (first === "vary" && rest.length > 0) {
    if (Array.isArray(value) && value.length > 0) plan.axes.push({ key, values: value, where });
    else problems.push(`${where}: ${key} takes a list of the values that it has in turn.`);
  } else if (first === "set" && rest.length > 0) {
    plan.fixed.push({ name: where, key, text: settingText(value) });
  } else if (first === "games" && rest.length === 0) {
    plan.fixed.push({ name: where, key: "games", text: settingText(value) });
  } else if (Object.hasOwn(KEYS, first) && rest.length === 0) {
    const { schema, takes } = KEYS[first as keyof typeof KEYS];
    const parsed = schema.safeParse(value);
    if (parsed.success) Object.assign(plan, { [first]: parsed.data });
    else problems.push(`${where}: ${first} is ${JSON.stringify(value)}; it takes ${takes}.`);
  } else if (KEYS_BESIDE.includes(first) || Object.hasOwn(KEYS, first)) {
    const takes = first === "games" ? "a list of game ids" : "settings, each with its value";
    if (value !== null) problems.push(`${where}: ${first} takes ${KEYS[first as keyof typeof KEYS]?.takes ?? takes}.`);
  } else {
    problems.push(
      `${where}: unknown key "${first}". Keys there: ${[...Object.keys(KEYS), ...KEYS_BESIDE].join(", ")}.`,
    );
  }
}

/** Checkpoints of a run, evenly spread, at which the variance and credit are measured. */
const FROZEN = 4;

/** Checkpoints at the quarters of the run, unless a setting says otherwise. */
export function withCheckpoints(cell: PlannedCell): PlannedCell {
  if (cell.sets.some((set) => set.startsWith("run.checkpointEvery="))) return cell;
  const checkpointEvery = Math.max(1, Math.floor(cell.config.updates / FROZEN));
  return {
    ...cell,
    config: { ...cell.config, run: { ...cell.config.run, checkpointEvery } },
    sets: [...cell.sets, `run.checkpointEvery=${checkpointEvery}`],
  };
}
