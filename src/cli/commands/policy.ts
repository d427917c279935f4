/** `spiral policy`: what is typed. What it does is in `actions/policy.ts`. */
import { declare } from "../command.ts";
import { jsonWithRows, runFolder } from "../flags/common.ts";
import { text, toggle, whole } from "../flags/flag.ts";

export const declaration = declare({
  usage: "policy [run]",
  summary: "show what a policy does at each information set",
  example: "spiral policy --game kuhn",
  flags: {
    game: text("--game <id>", "the game; the first that it was trained on if none is named"),
    greedy: toggle("--greedy", "the most likely action always"),
    rows: whole("--rows <n>", "how many rows to show", { min: 1 }),
    ...runFolder,
    ...jsonWithRows,
  },
});
