/**
 * The program `spiral`: its commands, and how it ends. A command's module is loaded when the command runs, so that help
 * comes at once; only this folder sets an exit code.
 */
import { Command, CommanderError } from "commander";
import { UserError } from "../util/errors.ts";
import { spiralVersion } from "../util/package.ts";
import { addArenaCommands } from "./arena-commands.ts";
import { argumentProblems } from "./arguments.ts";
import { addLlmOptions } from "./llm-options.ts";
import type {
  AblateOptions,
  EvalOptions,
  ListOptions,
  PlayOptions,
  PolicyOptions,
  ReplayOptions,
  SolveOptions,
  TrainOptions,
} from "./options.ts";
import { note, outputFailure, printError, watchOutput } from "./terminal/output.ts";

/** Runs the command line and leaves the exit code with the process. */
export async function main(argv: readonly string[]): Promise<void> {
  watchOutput();
  const code = await runCommand(argv);
  process.exitCode = outputFailure() === undefined ? code : 1;
}

/** Runs the command line; returns the exit code. */
export async function runCommand(argv: readonly string[]): Promise<number> {
  let code = 0;
  const program = makeProgram((result) => {
    code = result;
  });
  try {
    const problems = argumentProblems(program, argv);
    if (problems.length > 0) throw new UserError(2, problems);
    if (argv.length === 0) program.outputHelp();
    else await program.parseAsync(argv, { from: "user" });
    return code;
  } catch (error) {
    if (error === outputFailure()) return 1;
    if (error instanceof UserError) {
      printError(error);
      return error.exitCode;
    }
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0;
      printError({ problems: [error.message.replace(/^error: /, "")] });
      return 2;
    }
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    const verbose = argv.includes("--verbose");
    printError({ problems: [`internal error: ${message}`] });
    note(verbose ? (stack ?? "") : "This is a bug in Spiral. With --verbose it shows where.");
    return 1;
  }
}

function makeProgram(done: (code: number) => void): Command {
  const program = new Command("spiral")
    .description("Trains a policy by self-play on two-player games and measures it exactly.")
    .version(spiralVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "show help")
    .helpCommand("help [command]", "show help of a command")
    .option("--verbose", "say more: stack traces of internal errors, why a backend was passed over")
    .configureOutput({ writeErr: () => {} })
    .exitOverride()
    .addHelpText("after", "\nFirst steps:\n  spiral train --games kuhn,ttt\n  spiral eval\n  spiral replay");

  command("train [config]", "train a policy by self-play", "spiral train --games kuhn,ttt --seed 7")
    .option("--games <ids>", "games to learn, separated by commas (see: spiral games)")
    .option("--seed <n>", "where all randomness comes from")
    .option("--size <size>", "xs, s or m: how long and with how many games")
    .option("--updates <n>", "gradient updates in the whole run")
    .option("--name <name>", "name of the run's folder")
    .option("--set <key=value>", "any setting (see: spiral config show); may be repeated", collect)
    .option("--resume [run]", "go on with a run, the latest if none is named")
    .option("--backend <name>", "auto, cuda, webgpu, wasm, node or js (see: spiral doctor)")
    .option("--keep-episodes <n|all>", "games per game id and update that are logged")
    .option("--workers <n>", "threads that play beside the main one; the result is the same for any number")
    .option("--dir <folder>", "the folder that holds runs")
    .option("--profile", "say at the end what an update spends its time on")
    .option("--dry-run", "check the settings, print them and stop")
    .option("--json", "print JSON, one object per line")
    .action(async (config: string | undefined, options: TrainOptions) => {
      const { run } = await import("./actions/train.ts");
      done(await run(config, { ...options, ...program.opts() }));
    });

  command("eval [run]", "measure a trained policy", "spiral eval --vs random,minimax --episodes 2000")
    .option("--vs <opponents>", "opponents, separated by commas")
    .option("--games <ids>", "games, separated by commas; all that it was trained on if none is named")
    .option("--episodes <n>", "games against each opponent", "1000")
    .option("--seed <n>", "where the deals and moves come from", "1")
    .option("--greedy", "the most likely action always, instead of sampling")
    .option("--fail-under <return>", "exit with 4 if a mean return is lower")
    .option("--workers <n>", "threads that play beside the main one; the result is the same for any number")
    .option("--dir <folder>", "the folder that holds runs")
    .option("--json", "print one JSON document")
    .action(async (name: string | undefined, options: EvalOptions) => {
      const { run } = await import("./actions/eval.ts");
      done(await run(name, options));
    });

  command("policy [run]", "show what a policy does at each information set", "spiral policy --game kuhn")
    .option("--game <id>", "the game; the first that it was trained on if none is named")
    .option("--greedy", "the most likely action always")
    .option("--rows <n>", "how many rows to show")
    .option("--dir <folder>", "the folder that holds runs")
    .option("--json", "print one JSON document with all rows")
    .action(async (name: string | undefined, options: PolicyOptions) => {
      const { run } = await import("./actions/policy.ts");
      done(await run(name, options));
    });

  addLlmOptions(
    command("play", "play against a policy, or any other player", "spiral play --game kuhn --vs latest")
      .option("--game <id>", "the game (see: spiral games)")
      .option("--vs <player>", "who plays against you", "latest")
      .option("--seat <seat>", "first, second or alternate", "alternate")
      .option("--seed <n>", "where deals and the other player's draws come from; another one each time if not given")
      .option("--hints", "show at every decision what a policy would do")
      .option("--hint-from <player>", "whose hints; those of the player you play against if not given")
      .option("--log <file>", "where finished games are logged; play.jsonl in the folder of runs if not given")
      .option("--dir <folder>", "the folder that holds runs"),
  ).action(async (options: PlayOptions) => {
    const { run } = await import("./actions/play.ts");
    done(await run(options));
  });

  addArenaCommands(command, done);

  command("replay [log|run]", "step through logged games, or verify them", "spiral replay --game ttt --player 0")
    .option("--episode <n>", "line of the log, counted from 1; the last if none is named")
    .option("--game <id>", "only episodes of this game")
    .option("--player <0|1|all>", "show what this player saw, or everything", "all")
    .option("--verify", "check every line against the rules of the games")
    .option("--dir <folder>", "the folder that holds runs")
    .option("--json", "print one JSON document")
    .action(async (source: string | undefined, options: ReplayOptions) => {
      const { run } = await import("./actions/replay.ts");
      done(await run(source, options));
    });

  command(
    "ablate [preset]",
    "train over a grid of settings and seeds, and compare",
    "spiral ablate --games kuhn,ttt --vary rl.advantage=none,rae --seeds 5 --updates 300",
  )
    .option("--games <ids>", "games to learn, separated by commas")
    .option("--vary <key=values>", "a setting and its values, separated by commas; may be repeated", collect)
    .option("--seeds <n>", "how many seeds, from 1")
    .option("--updates <n>", "gradient updates of each run")
    .option("--set <key=value>", "any other setting; may be repeated", collect)
    .option("--name <name>", "name of the ablation's folder")
    .option("--jobs <n>", "runs at a time; as many as there are cores if not given")
    .option("--dir <folder>", "the folder that holds ablations (default: ablations)")
    .option("--json", "print one JSON document")
    .action(async (preset: string | undefined, options: AblateOptions) => {
      const { run } = await import("./actions/ablate.ts");
      done(await run(preset, options));
    });

  command("solve <game>", "solve a game exactly", "spiral solve leduc --tolerance 1e-3")
    .option("--tolerance <nashconv>", "how near to an equilibrium", "1e-4")
    .option("--iterations <n>", "of CFR+, at most", "20000")
    .option("--rows <n>", "how many rows of the strategy to show")
    .option("--json", "print one JSON document with all rows")
    .action(async (id: string, options: SolveOptions) => {
      const { run } = await import("./commands/solve.ts");
      done(run(id, options));
    });

  command("games [id]", "list the games, or describe one", "spiral games negotiation:maxQuantity=5")
    .option("--json", "print one JSON document")
    .action(async (id: string | undefined, options: ListOptions) => {
      const { run } = await import("./actions/games.ts");
      done(run(id, options));
    });

  command("players", "list who can play, and which games", "spiral players")
    .option("--json", "print one JSON document")
    .action(async (options: ListOptions) => {
      const { run } = await import("./actions/players.ts");
      done(run(options));
    });

  command("doctor", "show what this machine has and which backends run on it", "spiral doctor")
    .option("--dir <folder>", "the folder that holds runs")
    .option("--json", "print one JSON document")
    .action(async (options: ListOptions) => {
      const { run } = await import("./commands/doctor.ts");
      done(await run(options));
    });

  command("runs [ls|show] [run]", "list runs, or show one", "spiral runs show latest")
    .option("--dir <folder>", "the folder that holds runs")
    .option("--json", "print one JSON document")
    .action(async (what: string | undefined, name: string | undefined, options: ListOptions) => {
      const { run } = await import("./actions/runs.ts");
      done(await run(what, name, options));
    });

  command(
    "config [show|schema] [config]",
    "show every setting and where it comes from",
    "spiral config show my.yaml --size m",
  )
    .option("--games <ids>", "as in train")
    .option("--seed <n>", "as in train")
    .option("--size <size>", "as in train")
    .option("--updates <n>", "as in train")
    .option("--set <key=value>", "as in train", collect)
    .option("--backend <name>", "as in train")
    .option("--keep-episodes <n|all>", "as in train")
    .option("--workers <n>", "as in train")
    .option("--dir <folder>", "as in train")
    .option("--json", "print one JSON document")
    .action(async (what: string | undefined, file: string | undefined, options: TrainOptions) => {
      const { run } = await import("./commands/config.ts");
      done(run(what, file, options));
    });

  return program;

  function command(nameAndArguments: string, summary: string, example: string): Command {
    return program
      .command(nameAndArguments)
      .description(`${summary[0]?.toUpperCase()}${summary.slice(1)}.`)
      .summary(summary)
      .helpOption("-h, --help", "show this help")
      .addHelpText("after", `\nExample:\n  ${example}`);
  }
}

const collect = (value: string, earlier: readonly string[] = []): string[] => [...earlier, value];
