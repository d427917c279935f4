/** Flags that several commands have. */
import { path, text, toggle, whole } from "./flag.ts";

export const runFolder = { dir: path("--dir <folder>", "the folder that holds runs") };

export const json = { json: toggle("--json", "print one JSON document") };

export const jsonWithRows = { json: toggle("--json", "print one JSON document with all rows") };

/** The game of `play` and `match`, whose names no run can give. */
export const game = { game: text("--game <id>", "the game (see: spiral games)") };

/** The games of a trained policy that `eval` and `ladder` measure. */
export const learnedGames = {
  games: text("--games <ids>", "games, separated by commas; all that it was trained on if none is named"),
};

/** The pairs of games of `arena` and `ladder`. */
export const pairs = {
  pairs: whole("--pairs <n>", "pairs of games of each two players, at each game", { min: 1, max: 1_000_000 }, "100"),
};

/** The openings of `match` and `arena`. */
export const openings = {
  openings: whole("--openings <n>", "start each pair from one of n different openings; not in games of chance", {
    min: 1,
    max: 100_000,
  }),
};

export const seed = { seed: whole("--seed <n>", "where the deals and moves come from", { min: 0 }, "1") };

/** The policy of `eval` and `ladder` takes its most likely action. */
export const greedy = { greedy: toggle("--greedy", "the most likely action always, instead of sampling") };

export const WORKERS = {
  usage: "--workers <n>",
  help: "threads that play beside the main one; the result is the same for any number",
};

/** How many seeds an ablation may have, on the command line and in its file. */
export const SEED_COUNT = { min: 1, max: 1000 };
