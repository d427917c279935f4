/** `spiral match`: what is typed. What it does is in `actions/match.ts`. */
import { declare } from "../command.ts";
import { game, json, runFolder, seed } from "../flags/common.ts";
import { text, whole } from "../flags/flag.ts";
import { llmFlags } from "../flags/llm.ts";

export const declaration = declare({
  usage: "match <first> <second>",
  summary: "play two players against each other",
  example: "spiral match minimax random --game ttt",
  flags: {
    ...game,
    pairs: whole(
      "--pairs <n>",
      "pairs of games, seats swapped on the same deal (default: 500; with --sprt at most 10000)",
      { min: 1, max: 10_000_000 },
    ),
    ...seed,
    sprt: text("--sprt <test>", "stop as soon as it is clear which: elo0=0,elo1=20,alpha=0.05,beta=0.05"),
    log: text("--log <file>", "write every game, as lines that replay reads"),
    notation: text("--notation <file>", "write every game, as text that people read and replay too"),
    ...runFolder,
    ...json,
    ...llmFlags,
  },
});
