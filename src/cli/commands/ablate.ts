/** `spiral ablate`: what is typed. What it does is in `actions/ablate.ts`. */
import { declare, type Options } from "../command.ts";
import { json } from "../flags/common.ts";
import { text, texts, whole } from "../flags/flag.ts";

export const MAX_SEEDS = 1000;

export const declaration = declare({
  usage: "ablate [preset]",
  summary: "train over a grid of settings and seeds, and compare",
  example: "spiral ablate --games kuhn,ttt --vary rl.advantage=none,rae --seeds 5 --updates 300",
  flags: {
    games: text("--games <ids>", "games to learn, separated by commas"),
    vary: texts("--vary <key=values>", "a setting and its values, separated by commas; may be repeated"),
    seeds: whole("--seeds <n>", "how many seeds, from 1", { min: 1, max: MAX_SEEDS }),
    updates: text("--updates <n>", "gradient updates of each run"),
    set: texts("--set <key=value>", "any other setting; may be repeated"),
    name: text("--name <name>", "name of the ablation's folder"),
    jobs: whole("--jobs <n>", "runs at a time; as many as there are cores if not given", { min: 1, max: 256 }),
    dir: text("--dir <folder>", "the folder that holds ablations (default: ablations)"),
    ...json,
  },
});

export type AblateOptions = Options<typeof declaration>;
