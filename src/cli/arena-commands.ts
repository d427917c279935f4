/** The commands that set players against each other: `match`, `arena`, `ladder`. */
import type { Command } from "commander";
import { addLlmOptions } from "./llm-options.ts";
import type { ArenaFlags, LadderFlags, MatchFlags } from "./options.ts";

/** `command` begins one, `done` takes its exit code. */
export function addArenaCommands(
  command: (nameAndArguments: string, summary: string, example: string) => Command,
  done: (code: number) => void,
): void {
  addLlmOptions(
    command("match <first> <second>", "play two players against each other", "spiral match minimax random --game ttt")
      .option("--game <id>", "the game (see: spiral games)")
      .option("--pairs <n>", "pairs of games, seats swapped on the same deal (default: 500; with --sprt at most 10000)")
      .option("--seed <n>", "where the deals and moves come from", "1")
      .option("--sprt <test>", "stop as soon as it is clear which: elo0=0,elo1=20,alpha=0.05,beta=0.05")
      .option("--log <file>", "write every game, as lines that replay reads")
      .option("--notation <file>", "write every game, as text that people read and replay too")
      .option("--dir <folder>", "the folder that holds runs")
      .option("--json", "print one JSON document"),
  ).action(async (first: string, second: string, options: MatchFlags) => {
    const { run } = await import("./actions/match.ts");
    done(await run(first, second, options));
  });

  addLlmOptions(
    command(
      "arena <players...>",
      "hold a tournament, and rate the players",
      "spiral arena nash random sloppy --games kuhn",
    )
      .option("--games <ids>", "games, separated by commas")
      .option("--pairs <n>", "pairs of games of each two players, at each game", "100")
      .option("--seed <n>", "where the deals and moves come from", "1")
      .option("--gauntlet", "the first player against all others only")
      .option("--anchor <player>", "whose rating is 0; the mean is if not given")
      .option("--out <folder>", "the tournament's own folder (default: one in tournaments/)")
      .option("--dir <folder>", "the folder that holds runs")
      .option("--json", "print one JSON document"),
  ).action(async (players: string[], options: ArenaFlags) => {
    const { run } = await import("./actions/arena.ts");
    done(await run(players, options));
  });

  command("ladder [run]", "rate a run's checkpoints: its learning curve in Elo", "spiral ladder --checkpoints 6")
    .option("--games <ids>", "games, separated by commas; all that it was trained on if none is named")
    .option("--checkpoints <n>", "how many of them at most, evenly spread", "10")
    .option("--pairs <n>", "pairs of games of each two players, at each game", "100")
    .option("--seed <n>", "where the deals and moves come from", "1")
    .option("--greedy", "the most likely action always, instead of sampling")
    .option("--dir <folder>", "the folder that holds runs")
    .option("--json", "print one JSON document")
    .action(async (name: string | undefined, options: LadderFlags) => {
      const { run } = await import("./actions/ladder.ts");
      done(await run(name, options));
    });
}
