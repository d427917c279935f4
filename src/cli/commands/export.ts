/**
 * `spiral export curves`: the metrics of runs as a table for notebooks, and as event files for TensorBoard. `spiral export games`:
 * logged games as a data set for training language models.
 */
import { didYouMean, UserError } from "../../util/errors.ts";
import { plural } from "../../util/figures.ts";
import { writeFileAtomic } from "../../util/files.ts";
import { quoted } from "../../util/shell.ts";
import { checkAll } from "../check-all.ts";
import { defineCommand } from "../command.ts";
import { json, runFolder } from "../flags/common.ts";
import { checked, type OptionsOf, path, text, toggle, whole } from "../flags/flag.ts";
import { numberBetween } from "../flags/numbers.ts";
import { runsFolder } from "../flags/runs-folder.ts";
import { note, printJson, printText, warn } from "../terminal/output.ts";

const KINDS = ["curves", "games"];
const MOST = Number.MAX_SAFE_INTEGER;

const ofCurves = {
  tensorboard: path("--tensorboard <folder>", "curves: write event files for TensorBoard instead of a table"),
};
const ofGames = {
  format: text("--format <format>", "games: messages, completions or preferences (default: messages)"),
  parquet: toggle("--parquet", "games: write a Parquet file instead of JSON lines"),
  game: text("--game <id>", "games: only of this game"),
  player: text("--player <name>", "games: only decisions of this player; a run stands for its checkpoints"),
  outcome: text("--outcome <outcomes>", "games: only decisions in games that the player won, drew or lost: won,drawn"),
  maxRegret: checked("--max-regret <r>", "games: only decisions that give away at most r, by exact values", amount),
  gap: checked(
    "--gap <g>",
    "games: preferences whose values differ by more than g of the largest return (default: 0.01)",
    amount,
  ),
  reward: text("--reward <reward>", "games: of completions, return or regret (default: return)"),
  limit: whole("--limit <n>", "games: the most rows", { min: 1 }),
};
const flags = {
  out: path("--out <path>", "curves: write the table to a file; games: the folder that is made"),
  ...ofCurves,
  ...ofGames,
  ...runFolder,
  ...json,
};
type Options = OptionsOf<typeof flags>;

export const command = defineCommand({
  usage: "export <what> <sources...>",
  example: "spiral export curves latest --out curves.csv",
  flags,

  async run([what, sources], options) {
    if (what === "curves") return exportCurves(sources, options);
    if (what === "games") return exportGames(sources, options);
    throw new UserError(2, `"${what}" is not one of ${KINDS.join(", ")}.${didYouMean(what, KINDS)}`);
  },
});

async function exportCurves(specs: readonly string[], options: Options): Promise<number> {
  const { out, tensorboard } = options;
  const { curveRuns } = await import("../../run/curves/runs.ts");
  const { curvesCsv, curvesOf, writeEventFiles } = await import("../../run/curves/export.ts");
  const parent = await runsFolder(options);
  const [runs] = checkAll(
    () => curveRuns(specs, parent, warn),
    () => checkUnused(options, ofGames, "curves"),
    () => checkTable(options),
  );
  if (tensorboard !== undefined) {
    writeEventFiles(runs, tensorboard);
    note(
      `Written to ${tensorboard}: ${plural(runs.length, "run")}. See them with: tensorboard --logdir ${tensorboard}`,
    );
  } else if (out !== undefined) {
    writeFileAtomic(out, options.json ? `${JSON.stringify(runs.map(curvesOf), null, 2)}\n` : curvesCsv(runs));
    note(`Written to ${out}: the curves of ${plural(runs.length, "run")}.`);
  } else if (options.json) printJson(runs.map(curvesOf));
  else printText(curvesCsv(runs));
  return 0;
}

function checkTable({ out, tensorboard, json }: Options): void {
  if (tensorboard === undefined || (out === undefined && !json)) return;
  throw new UserError(2, "--tensorboard writes event files instead of a table; leave out --out and --json.");
}

async function exportGames(sources: readonly string[], options: Options): Promise<number> {
  const { getGame } = await import("../../games/registry.ts");
  const { ownSpec } = await import("../../games/parts/textarena.ts");
  const { FORMATS } = await import("../../datasets/rows.ts");
  const { OUTCOMES } = await import("../../datasets/collect.ts");
  const { checkNewFolder, exportGames, logsOf } = await import("../open/trainers/dataset.ts");
  const runs = await runsFolder(options);
  const [out, logs, format, reward, game, outcomes, maxRegret, gap, limit] = checkAll(
    () => {
      const out = folderOf(options);
      checkNewFolder(out);
      return out;
    },
    () => logsOf(sources, runs),
    () => oneOf("--format", options.format ?? "messages", FORMATS),
    () => oneOf("--reward", options.reward ?? "return", ["return", "regret"] as const),
    () => (options.game === undefined ? undefined : getGame(options.game) && ownSpec(options.game)),
    () => options.outcome?.split(",").map((one) => oneOf("--outcome", one.trim(), OUTCOMES)),
    options.maxRegret,
    options.gap,
    options.limit,
    () => checkUnused(options, ofCurves, "games"),
    () => checkReward(options),
  );
  const { player, parquet } = options;
  const wanted = { format, reward, gap: gap ?? 0.01, game, player, outcomes, maxRegret, limit: limit ?? MOST };
  const command = typed(sources, options);
  const counts = await exportGames({ logs, out, wanted, isParquet: parquet, command });
  const { rows, decisions, episodes } = counts;
  if (options.json) printJson({ out, format, rows, decisions, episodes });
  else {
    note(
      `Written to ${out}: ${plural(rows, "row")} from ${plural(decisions, "decision")} in ${plural(episodes, "game")}. README.md there says how.`,
    );
  }
  return 0;
}

function amount(name: string, given: string): number {
  return numberBetween(name, given, 0, 1e9);
}

function folderOf({ out }: Options): string {
  if (out !== undefined) return out;
  throw new UserError(2, "Name the folder that is made: --out data");
}

function checkReward({ reward, format = "messages" }: Options): void {
  if (reward === undefined || format === "completions") return;
  throw new UserError(2, `--reward is of --format completions, and not of ${format}.`);
}

function oneOf<T extends string>(name: string, given: string, all: readonly T[]): T {
  const found = all.find((one) => one === given);
  if (found) return found;
  throw new UserError(2, `${name} is "${given}"; it takes ${all.join(", ")}.${didYouMean(given, all)}`);
}

type Given = Readonly<Record<string, unknown>>;
const isGiven = (value: unknown): boolean => {
  const found = typeof value === "function" ? (value() as unknown) : value;
  return found !== undefined && found !== false;
};

function checkUnused(options: Given, others: Readonly<Record<string, { readonly usage: string }>>, what: string): void {
  const used = Object.entries(others).filter(([name]) => isGiven(options[name]));
  if (used.length === 0) return;
  throw new UserError(
    2,
    `spiral export ${what} takes no ${used.map(([, { usage }]) => usage.split(" ")[0]).join(", ")}.`,
  );
}

/** The command as it may be typed again, without the folder of runs. */
function typed(sources: readonly string[], options: Given): string {
  const words = Object.entries(ofGames).flatMap(([name, { usage }]) => {
    const flag = usage.split(" ")[0] as string;
    const value = options[name];
    const given = typeof value === "function" ? (value() as unknown) : value;
    if (given === undefined || given === false) return [];
    return given === true ? [flag] : [flag, quoted(String(given))];
  });
  return [
    "spiral export games",
    ...sources.map((source) => quoted(source)),
    ...words,
    "--out",
    quoted(String(options.out)),
  ].join(" ");
}
