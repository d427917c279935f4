/** All commands, in the order of the help. A module is loaded only when its command is named. */
import type { AllCommands, Command } from "./command.ts";

/** By `usage`, which must equal that of the module (a type checks it): a summary for the help, and the module. */
const COMMANDS = linesOf({
  "train [config]": ["train a policy by self-play", () => import("./commands/train.ts")],
  "eval [run]": ["measure a trained policy, or a language model", () => import("./commands/eval.ts")],
  "policy [run]": ["show what a policy does at each information set", () => import("./commands/policy.ts")],
  "probe <player>": ["ask a language model in several ways, and compare", () => import("./commands/probe.ts")],
  play: ["play against a policy, or any other player", () => import("./commands/play.ts")],
  "match <first> <second>": ["play two players against each other", () => import("./commands/match.ts")],
  "arena <players...>": ["hold a tournament, and rate the players", () => import("./commands/arena.ts")],
  "ladder [run]": ["rate a run's checkpoints: its learning curve in Elo", () => import("./commands/ladder.ts")],
  "replay [log|run]": ["step through logged games, or verify them", () => import("./commands/replay.ts")],
  "report [runs...]": ["write runs or a tournament as a page for the browser", () => import("./commands/report.ts")],
  "view [runs...]": ["show runs or a tournament in the browser, and follow them", () => import("./commands/view.ts")],
  "ablate [preset]": ["train over a grid of settings and seeds, and compare", () => import("./commands/ablate.ts")],
  worker: ["do jobs of other commands from a queue", () => import("./commands/worker.ts")],
  queue: ["show the jobs and workers of a queue", () => import("./commands/queue.ts")],
  "export <what> <sources...>": [
    "write curves for notebooks, or games for training language models",
    () => import("./commands/export.ts"),
  ],
  "compare <runs...>": ["set runs side by side, with intervals over seeds", () => import("./commands/compare.ts")],
  serve: ["serve games as environments to trainers outside", () => import("./commands/serve.ts")],
  "solve <game>": ["solve a game exactly", () => import("./commands/solve.ts")],
  "games [id]": ["list the games, or describe one", () => import("./commands/games.ts")],
  "prompt <game>": ["show what a policy that reads text is told", () => import("./commands/prompt.ts")],
  players: ["list who can play, and which games", () => import("./commands/players.ts")],
  doctor: ["show what this machine has and which backends run on it", () => import("./commands/doctor.ts")],
  "runs [ls|show] [run]": ["list runs, or show one", () => import("./commands/runs.ts")],
  "config [show|schema] [config]": ["show every setting and where it comes from", () => import("./commands/config.ts")],
  "completion <bash|zsh|fish>": ["print completions for a shell", () => import("./commands/completion.ts")],
});

/** A command as the list of commands shows it. */
export interface ListedCommand {
  /** Name and arguments. */
  readonly usage: string;
  readonly summary: string;
  /** The command itself, if it is loaded. */
  readonly command?: Command | undefined;
}

/** Every command; the one that is named in `argv`, after `help` too, is loaded. */
export function commandsFor(argv: readonly string[]): Promise<ListedCommand[]> {
  const lines = Object.entries(COMMANDS).map(([usage, line]) => ({ name: usage.split(" ", 1)[0], usage, line }));
  const named = argv.find((word) => lines.some(({ name }) => name === word));
  return Promise.all(
    lines.map(async ({ name, usage, line: [summary, load] }) => {
      return name === named ? { usage, summary, command: (await load()).command } : { usage, summary };
    }),
  );
}

/** Every command, loaded. */
export const allCommands: AllCommands = () =>
  Promise.all(Object.values(COMMANDS).map(async ([summary, load]) => ({ summary, ...(await load()) })));

type Line<Usage extends string> = readonly [summary: string, load: () => Promise<{ readonly command: Command<Usage> }>];

function linesOf<Usage extends string>(
  lines: { readonly [U in Usage]: Line<U> },
): Readonly<Record<string, Line<string>>> {
  return lines;
}
