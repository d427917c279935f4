/** Every command, in the order of the help. A module is loaded when its command is asked for, and not before. */
import type { ArgumentsOf, Declaration, Invocation, Run } from "./command.ts";
import { type Flags, type Given, optionsOf } from "./flags/flag.ts";

/** By name: what is typed, and what it does. */
const COMMANDS: Readonly<Record<string, Load<Command>>> = {
  train: command([() => import("./commands/train.ts"), () => import("./actions/train.ts")]),
  eval: command([() => import("./commands/eval.ts"), () => import("./actions/eval.ts")]),
  policy: command([() => import("./commands/policy.ts"), () => import("./actions/policy.ts")]),
  play: command([() => import("./commands/play.ts"), () => import("./actions/play.ts")]),
  match: command([() => import("./commands/match.ts"), () => import("./actions/match.ts")]),
  arena: command([() => import("./commands/arena.ts"), () => import("./actions/arena.ts")]),
  ladder: command([() => import("./commands/ladder.ts"), () => import("./actions/ladder.ts")]),
  replay: command([() => import("./commands/replay.ts"), () => import("./actions/replay.ts")]),
  ablate: command([() => import("./commands/ablate.ts"), () => import("./actions/ablate.ts")]),
  solve: command([() => import("./commands/solve.ts"), () => import("./actions/solve.ts")]),
  games: command([() => import("./commands/games.ts"), () => import("./actions/games.ts")]),
  players: command([() => import("./commands/players.ts"), () => import("./actions/players.ts")]),
  doctor: command([() => import("./commands/doctor.ts"), () => import("./actions/doctor.ts")]),
  runs: command([() => import("./commands/runs.ts"), () => import("./actions/runs.ts")]),
  config: command([() => import("./commands/config.ts"), () => import("./actions/config.ts")]),
};

/** A command whose declaration is loaded. */
export interface Command {
  readonly declaration: Declaration<string, Flags>;
  /** Loads what the command does, and runs it; returns the exit code. */
  readonly run: (args: readonly unknown[], given: Readonly<Record<string, Given>>, how: Invocation) => Promise<number>;
}

/** The command that `argv` begins with; all commands where it begins with anything else, such as `--help`. */
export function commandsFor([name = ""]: readonly string[]): Promise<Command[]> {
  const named = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  return Promise.all((named ? [named] : Object.values(COMMANDS)).map((load) => load()));
}

type Load<Module> = () => Promise<Module>;

/**
 * Puts together the module that has `declaration` and the module that has `run`; a command that loads little has both in
 * one. That `run` takes what the declaration says is checked here, by their types.
 */
export function command<U extends string, F extends Flags>(
  modules:
    | readonly [Load<Declared<U, F> & Runs<U, F>>]
    | readonly [declared: Load<Declared<U, F>>, action: Load<Runs<U, F>>],
): Load<Command> {
  const [declared] = modules;
  const action = modules.length === 1 ? modules[0] : modules[1];
  return async () => {
    const { declaration } = await declared();
    return {
      declaration,
      async run(args, given, how) {
        const { run } = await action();
        // Commander has held the arguments against `usage`.
        return run(args as ArgumentsOf<U>, optionsOf(declaration.flags, given), how);
      },
    };
  };
}

interface Declared<U extends string, F extends Flags> {
  readonly declaration: Declaration<U, F>;
}

interface Runs<U extends string, F extends Flags> {
  readonly run: Run<Declaration<U, F>>;
}
