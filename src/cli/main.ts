/** The program `spiral`: runs a command line and reports errors. Only this folder sets an exit code. */
import { CommanderError } from "commander";
import { UserError } from "../util/errors.ts";
import { systemError } from "../util/files.ts";
import { argumentProblems } from "./argument-problems.ts";
import { makeProgram } from "./program.ts";
import { commandsFor } from "./registry.ts";
import { note, outputFailure, printError, watchOutput } from "./terminal/output.ts";

/** Runs the command line and sets the exit code of the process. */
export async function main(argv: readonly string[]): Promise<void> {
  watchOutput();
  const code = await runCommand(argv);
  process.exitCode = outputFailure() === undefined ? code : 1;
}

/** Runs the command line; returns the exit code. */
export async function runCommand(argv: readonly string[]): Promise<number> {
  // Before anything is printed, and for child processes too.
  if (argv.includes("--no-color")) process.env.NO_COLOR = "1";
  let code = 0;
  try {
    const program = makeProgram(await commandsFor(argv), (result) => {
      code = result;
    });
    const problems = argumentProblems(program, argv);
    if (problems.length > 0) throw new UserError(2, problems);
    if (argv.length === 0) program.outputHelp();
    else await program.parseAsync(argv, { from: "user" });
    return code;
  } catch (error) {
    if (error === outputFailure()) return 1;
    const known = error instanceof UserError ? error : systemError(error);
    if (known) {
      printError(known);
      return known.exitCode;
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
