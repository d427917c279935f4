/**
 * Loads a config from layers of settings: defaults ← learning rule ← kind of policy ← size ← file ← --set ← flags. The layer of every value is recorded, and the
 * problems of all layers are reported together.
 */
import { gameIds, getGame } from "../games/registry.ts";
import { parseOpponents } from "../players/opponent-mix.ts";
import { opponents, trainingOpponents } from "../players/opponents.ts";
import { firstOf, UserError } from "../util/errors.ts";
import { expandHome, readText } from "../util/files.ts";
import { packageFile } from "../util/package.ts";
import { type Flag, flagLeaves, setLeaves } from "./arguments.ts";
import { attempt, checkLeaf } from "./check.ts";
import { chosenRule } from "./rule.ts";
import { type Config, configSchema, type GameSettings, SIZES } from "./schema.ts";
import { type Leaf, yamlLeaves } from "./yaml.ts";

export interface ConfigSources {
  readonly file?: string | undefined;
  /** Whether the file is the config of a run, which has all settings of the version that wrote it. */
  readonly recorded?: boolean | undefined;
  readonly size?: string | undefined;
  /** Texts of the form `key.path=value`. */
  readonly sets?: readonly string[] | undefined;
  readonly flags?: readonly Flag[] | undefined;
}

export interface LoadedConfig {
  readonly config: Config;
  /** `run.queue`, if a layer gives it. */
  readonly queue: string | undefined;
  /** Where each value comes from, by key path, in the order of the config: `default (configs/default.yaml:12)`, `--set`. */
  readonly origins: ReadonlyMap<string, string>;
}

/** What runs of earlier versions did, whose configs do not say so. */
const UNRECORDED: readonly Leaf[] = [
  { path: ["rl", "decay"], value: "linear", where: "config.yaml", origin: "of an earlier version" },
];

/** Throws one UserError (exit 2) with all problems. */
export function loadConfig({ file, recorded, size, sets = [], flags = [] }: ConfigSources = {}): LoadedConfig {
  const problems: string[] = [];
  const defaults = packagedLeaves("default", "default", problems);
  let leaves: Leaf[] = recorded ? [...UNRECORDED] : [];
  if (size !== undefined) {
    if ((SIZES as readonly string[]).includes(size)) leaves.push(...packagedLeaves(size, `size ${size}`, problems));
    else problems.push(`--size is "${size}"; it takes one of ${SIZES.join(", ")}.`);
  }
  if (file !== undefined) {
    const text = attempt(problems, () => readText(expandHome(file), 2));
    if (text === undefined && file.split(",").every((id) => gameIds.includes(id))) {
      problems.push(`Games are named by a flag: --games ${file}`);
    } else if (text !== undefined) {
      // Concatenated, as a call takes fewer arguments than a file may have leaves.
      leaves = leaves.concat(yamlLeaves(text, { file, origin: (line) => `${file}:${line}` }, problems));
    }
  }
  leaves.push(
    ...sets.flatMap((set) => setLeaves(set, problems)),
    ...flags.flatMap((flag) => flagLeaves(flag, problems)),
  );

  const policy = leaves.findLast(({ path }) => path.join(".") === "nn.policy")?.value;
  const ofKind = policy === "text" ? packagedLeaves("text", "policy text", problems) : [];
  const rule = chosenRule(leaves, initialGames(defaults), problems);
  const ofRule = rule === "mirror" ? packagedLeaves("mirror", "rule mirror", problems) : [];
  const packaged = [...defaults, ...ofRule, ...ofKind];
  leaves = [...(recorded ? packaged.filter(({ path }) => !isOfOneGame(path)) : packaged), ...leaves];

  const values = new Map<string, unknown>();
  const origins = new Map<string, string>();
  for (const leaf of leaves) {
    const checked = checkLeaf(leaf, problems);
    if (!checked) continue;
    values.set(checked.key, checked.value);
    origins.set(checked.key, leaf.origin);
  }
  if (problems.length > 0) throw new UserError(2, firstOf(problems));
  // All key paths have been checked, so no key is `__proto__`.
  const parsed = configSchema.parse(nest(values));
  const { queue, ...run } = parsed.run;
  const config = withPolish({ ...parsed, rl: { ...parsed.rl, rule }, run }, origins);
  if (parsed.rl.rule === "auto") origins.set("rl.rule", `${origins.get("rl.rule")}: auto`);
  const { opponents: mix, demonstrations } = config.rl;
  const named = [
    { key: "rl.opponents", text: mix, names: parseOpponents(mix, trainingOpponents).map(({ name }) => name) },
    { key: "rl.demonstrations.from", text: demonstrations.from, names: [demonstrations.from] },
  ];
  const unable = named.flatMap(({ key, text, names }) =>
    notPlayed(names, config.games).map((problem) => `${origins.get(key)}: ${key} is "${text}": ${problem}.`),
  );
  const polish = polishProblem(config);
  if (polish !== undefined) unable.push(`${origins.get("rl.polish")}: rl.polish is ${config.rl.polish}: ${polish}.`);
  if (unable.length > 0) throw new UserError(2, unable);
  const order = [...flattenKeys(config), ...(queue === undefined ? [] : ["run.queue"])];
  return { config, queue, origins: new Map(order.map((key) => [key, origins.get(key) ?? "?"])) };
}

/** A game for which the version of a run had no settings had those of `perGame.default`. */
const isOfOneGame = ([key, game]: readonly string[]): boolean => key === "perGame" && game !== "default";

/** The games of the defaults. */
const initialGames = (defaults: readonly Leaf[]): readonly string[] =>
  defaults.find(({ path }) => path.join(".") === "games")?.value as readonly string[];

/** What is wrong with opponents of these names that do not play one of the games. */
function notPlayed(names: readonly string[], games: readonly string[]): string[] {
  return opponents
    .filter(({ name }) => names.includes(name))
    .flatMap(({ name, plays }) => games.filter((id) => !plays(getGame(id))).map((id) => `${name} does not play ${id}`));
}

/** The number of updates that the package gives is that of self-play: polish comes on top, and `origins` says so. */
function withPolish(config: Config, origins: Map<string, string>): Config {
  const origin = origins.get("updates") ?? "";
  if (config.rl.polish === 0 || !/^(default|rule|policy|size)\b/.test(origin)) return config;
  origins.set("updates", `${origin} and rl.polish`);
  return { ...config, updates: config.updates + config.rl.polish };
}

/** Why there can be no polish; undefined if there is none, or it can be. */
function polishProblem({ rl, nn, updates }: Config): string | undefined {
  if (rl.polish === 0) return undefined;
  if (nn.policy === "mlp") return "it is for policies that write, such as --policy text";
  if (updates === 0) return "it is the end of a run, and with updates: 0 there is none";
  return rl.polish < updates ? undefined : `it is a part of the ${updates} updates, and must leave some for self-play`;
}

/** The settings of one game. Each key is taken from its exact id, else its id without parameters, else `default`. */
export function gameSettings(config: Config, gameId: string): GameSettings {
  const bare = gameId.split(":")[0];
  const own = (id: string): Partial<GameSettings> =>
    Object.hasOwn(config.perGame, id) ? (config.perGame[id] as Partial<GameSettings>) : {};
  return { ...config.perGame.default, ...own(bare), ...own(gameId) };
}

/**
 * The settings of the games that a config learns, by id. The other entries of `perGame`, of which later versions have more, change
 * nothing.
 */
export const learnedSettings = (config: Config): Readonly<Record<string, GameSettings>> =>
  Object.fromEntries(config.games.map((id) => [id, gameSettings(config, id)]));

/** By name. The files of the package do not change, so each is parsed once. */
const packaged = new Map<string, readonly Leaf[]>();

function packagedLeaves(name: string, label: string, problems: string[]): readonly Leaf[] {
  const known = packaged.get(name);
  if (known) return known;
  const file = `configs/${name}.yaml`;
  const source = { file, origin: (line: number) => `${label} (${file}:${line})` };
  const leaves = yamlLeaves(readText(packageFile(file), 1), source, problems);
  if (problems.length === 0) packaged.set(name, leaves);
  return leaves;
}

function nest(values: ReadonlyMap<string, unknown>): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [key, value] of values) {
    const path = key.split(".");
    let node = root;
    for (const step of path.slice(0, -1)) {
      node[step] ??= {};
      node = node[step] as Record<string, unknown>;
    }
    node[path.at(-1) as string] = value;
  }
  return root;
}

function* flattenKeys(value: object, prefix = ""): Generator<string> {
  for (const [key, child] of Object.entries(value)) {
    const path = prefix + key;
    if (typeof child === "object" && child !== null && !Array.isArray(child)) yield* flattenKeys(child, `${path}.`);
    else yield path;
  }
}
