/** `spiral eval`: what is typed. What it does is in `actions/eval.ts`. */
import { UserError } from "../../util/errors.ts";
import { declare } from "../command.ts";
import { greedy, json, learnedGames, runFolder, seed, WORKERS } from "../flags/common.ts";
import { checked, finite, text } from "../flags/flag.ts";
import { wholeNumber, workerCount } from "../flags/numbers.ts";

export const declaration = declare({
  usage: "eval [run]",
  summary: "measure a trained policy",
  example: "spiral eval --vs random,minimax --episodes 2000",
  flags: {
    vs: text("--vs <opponents>", "opponents, separated by commas"),
    ...learnedGames,
    episodes: checked("--episodes <n>", "games against each opponent", evenNumber, "1000"),
    ...seed,
    ...greedy,
    failUnder: finite("--fail-under <return>", "exit with 4 if a mean return is lower"),
    workers: checked(WORKERS.usage, WORKERS.help, workerCount),
    ...runFolder,
    ...json,
  },
});

function evenNumber(name: string, text: string): number {
  const episodes = wholeNumber(name, text, 2, 10_000_000);
  if (episodes % 2 === 0) return episodes;
  throw new UserError(
    2,
    `${name} is ${episodes}; games come in pairs with the seats swapped, so it takes an even number.`,
  );
}
