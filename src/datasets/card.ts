/** The card of a data set: README.md beside it, in the form that dataset hubs read, which says how the set was made. */
import { ERRS } from "../players/equilibrium-values.ts";
import { spiralVersion } from "../util/package.ts";
import type { Counts, Wanted } from "./collect.ts";
import { COLUMNS } from "./rows.ts";

export interface Made {
  /** The command as it may be typed again. */
  readonly command: string;
  /** The name of the file beside the card. */
  readonly file: string;
  readonly sources: readonly string[];
  readonly wanted: Wanted;
  readonly counts: Counts;
}

export function cardOf({ command, file, sources, wanted, counts }: Made): string {
  const { format } = wanted;
  const games = [...counts.games].map(([id, { version, rows }]) => `| ${id} | ${version} | ${rows} |`);
  return [
    "---",
    "configs:",
    "- config_name: default",
    `  data_files: ${file}`,
    "tags: [self-play, zero-sum-games]",
    "---",
    "",
    `# Games as ${format}`,
    "",
    `${counts.rows} rows, made by Spiral ${spiralVersion()}:`,
    "",
    `    ${command}`,
    "",
    `They come from ${counts.decisions} decisions in ${counts.episodes} games of ${sources.join(", ")}.`,
    ...(wanted.limit === counts.rows ? ["No more rows were taken, by `--limit`."] : []),
    "",
    "| game | version of its rules | rows |",
    "|---|--:|--:|",
    ...games,
    "",
    "| column | |",
    "|---|---|",
    ...Object.entries(COLUMNS[format]).map(([name, what]) => `| \`${name}\` | ${what} |`),
    "",
    ...HOW[format],
    ...VALUES,
    "",
  ].join("\n");
}

const PROMPT = [
  "A prompt is what the seat sees, in the words in which `spiral match` asks a language model. It holds all that the seat knows and",
  "can use. The answer is what the player wrote; of a player that does not write it is the action within `\\boxed{}`.",
];
const HOW = {
  messages: [...PROMPT, "Forfeits are left out."],
  completions: [
    ...PROMPT,
    "A return is in units of the game (chips in Kuhn poker), and so is a regret. A forfeit costs 1.5 times the largest return.",
  ],
  preferences: [
    "A pair comes from a decision in a log: the best action and the one that was played, if that is worse; or else the one that was",
    "played and the next best that is worse. Each pair stands here once. Actions are within `\\boxed{}`.",
  ],
};
const VALUES = [
  "",
  "Values are exact: the expected return of an action, if its player goes on by a best response and the opponent plays an",
  `equilibrium; in games that hide something, one that takes a random action in ${100 * ERRS} % of its moves, so that every`,
  "position has values. A regret is the value of the best action minus that of the action.",
];
