/** Makes the commander program from the list of commands. */
import { Command as Commander, CommanderError, Option } from "commander";
import { spiralCommit, withCommit } from "../util/checkout.ts";
import { spiralVersion } from "../util/package.ts";
import type { Command } from "./command.ts";
import type { Flag, Given } from "./flags/flag.ts";
import { allCommands, type ListedCommand } from "./registry.ts";

/** Only a loaded command can run or show its help. `done` receives the exit code of the command. */
export function makeProgram(commands: readonly ListedCommand[], done: (code: number) => void): Commander {
  const version = withCommit(spiralVersion(), spiralCommit());
  const program = new Commander("spiral")
    .description("Trains a policy by self-play on two-player games and measures it exactly.")
    .version(version, "-v, --version", "print the version")
    .addOption(new Option("-V").hideHelp())
    .helpOption("-h, --help", "show help")
    .helpCommand("help [command]", "show help of a command")
    .option("--no-color", "print without colours, as with NO_COLOR=1")
    .option("--verbose", "say more: stack traces of internal errors, why a backend was passed over")
    // Commander knows the options of the loaded command only, so usages are shown without [options].
    .configureHelp({ subcommandTerm: (command) => `${command.name()} ${command.usage()}` })
    .configureOutput({ writeErr: () => {} })
    .exitOverride()
    .addHelpText("after", "\nFirst steps:\n  spiral train --games kuhn,ttt\n  spiral eval\n  spiral replay");
  program.on("option:V", () => {
    process.stdout.write(`${version}\n`);
    throw new CommanderError(0, "commander.version", version);
  });
  for (const { usage, summary, command } of commands) {
    const listed = program.command(usage).summary(summary);
    if (command) fill(listed, summary, command, done);
  }
  return program;
}

function fill(
  listed: Commander,
  summary: string,
  { example, flags, run }: Command,
  done: (code: number) => void,
): void {
  listed
    .description(`${summary[0]?.toUpperCase()}${summary.slice(1)}.`)
    .helpOption("-h, --help", "show this help")
    .addHelpText("after", `\nExample:\n  ${example}`);
  for (const [name, flag] of Object.entries(flags)) addFlag(listed, name, flag);
  listed.action(async () => {
    const { verbose = false, ...given } = listed.optsWithGlobals<Record<string, Given>>();
    done(await run(listed.processedArgs, given, { verbose: verbose === true, given: givenFlags(listed) }, allCommands));
  });
}

function addFlag(
  command: Commander,
  name: string,
  { usage, help, default: fallback, repeats, group }: Flag<unknown>,
): void {
  const option = command.createOption(usage, help).default(fallback);
  if (option.attributeName() !== name)
    throw new Error(`${usage} is declared as ${name}, not ${option.attributeName()}`);
  if (repeats) option.argParser((value: string, earlier: readonly string[] = []) => [...earlier, value]);
  if (group !== undefined) option.helpGroup(group);
  command.addOption(option);
}

/** The names of the flags on the command line. Commander lists those with a default before those without. */
function givenFlags(command: Commander): string[] {
  const typed = Object.keys(command.opts()).filter((name) => command.getOptionValueSource(name) === "cli");
  return typed.flatMap((name) => command.options.find((option) => option.attributeName() === name)?.long ?? []);
}
