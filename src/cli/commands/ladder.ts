/** `spiral ladder`: what is typed. What it does is in `actions/ladder.ts`. */
import { declare } from "../command.ts";
import { greedy, json, learnedGames, pairs, runFolder, seed } from "../flags/common.ts";
import { whole } from "../flags/flag.ts";

export const declaration = declare({
  usage: "ladder [run]",
  summary: "rate a run's checkpoints: its learning curve in Elo",
  example: "spiral ladder --checkpoints 6",
  flags: {
    ...learnedGames,
    checkpoints: whole("--checkpoints <n>", "how many of them at most, evenly spread", { min: 1, max: 1000 }, "10"),
    ...pairs,
    ...seed,
    ...greedy,
    ...runFolder,
    ...json,
  },
});
