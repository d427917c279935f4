/** The flags of `train` and `config` that make a config. Each but `--size` and `--set` stands for one setting. */
import type { ConfigSources } from "../../config/load.ts";
import { runFolder, WORKERS } from "./common.ts";
import { type Flags, nameIn, type OptionsOf, text, textOrTrue, texts } from "./flag.ts";

/** The updates of polish if `--polish` has no number. */
const POLISH = "900";

export const whatToLearn = {
  games: text("--games <ids>", "games to learn, separated by commas (see: spiral games)"),
  seed: text("--seed <n>", "where all randomness comes from"),
  policy: text(
    "--policy <kind>",
    "what learns: mlp, a network that reads features, or text, one that reads and writes",
  ),
  think: text("--think <n>", "words of thought before an action at most, for --policy text"),
  polish: textOrTrue("--polish [n]", `the last n updates (${POLISH}) teach a text policy to write freely`),
  size: text("--size <size>", "xs, s or m: how long and with how many games"),
  updates: text("--updates <n>", "gradient updates in the whole run; 0: until it is stopped"),
  demonstrations: text(
    "--demonstrations <expert>",
    "learn from games of nash, minimax or another fixed opponent, or of a log, and not by self-play",
  ),
};

export const anySetting = { set: texts("--set <key=value>", "any setting (see: spiral config show); may be repeated") };

export const howToRun = {
  backend: text("--backend <name>", "auto, kernels, cuda, webgpu, wasm, node or js (see: spiral doctor)"),
  keepEpisodes: text("--keep-episodes <n|all>", "games per game id and update that are logged"),
  workers: text(WORKERS.usage, WORKERS.help),
  ...runFolder,
};

const configFlags = { ...whatToLearn, ...anySetting, ...howToRun };
export type ConfigOptions = OptionsOf<typeof configFlags>;

/** The same flags for a command whose help refers to that of `train`. */
export const configFlagsAsInTrain: typeof configFlags = referringToTrain(configFlags);

function referringToTrain<F extends Flags>(flags: F): F {
  const entries = Object.entries(flags).map(([name, flag]) => [name, { ...flag, help: "as in train" }]);
  return Object.fromEntries(entries) as F;
}

/** The setting that each flag stands for. */
const SETTINGS = {
  games: "games",
  policy: "nn.policy",
  think: "nn.text.think",
  polish: "rl.polish",
  seed: "seed",
  updates: "updates",
  demonstrations: "rl.demonstrations.from",
  backend: "nn.backend",
  keepEpisodes: "run.keepEpisodes",
  workers: "run.workers",
  dir: "run.dir",
} as const satisfies Partial<Record<keyof ConfigOptions, string>>;

/** The sources for `loadConfig`, from a command's file argument and options. */
export function configSources(file: string | undefined, options: ConfigOptions): ConfigSources {
  const names = Object.keys(SETTINGS) as (keyof typeof SETTINGS)[];
  const flags = names.flatMap((name) => {
    const given = options[name];
    const text = given === true ? POLISH : given;
    return text === undefined ? [] : [{ name: nameIn(configFlags[name].usage), key: SETTINGS[name], text }];
  });
  return { file, size: options.size, sets: options.set, flags };
}
