/** `spiral players`: the players that can be named in `spiral match`, `arena`, `play` and `eval --vs`, and their games. */
import type { Game } from "../../games/game.ts";
import type { SpecParameter } from "../../players/spec.ts";
import { defineCommand } from "../command.ts";
import { json } from "../flags/common.ts";
import { print, printJson, styleFor, table } from "../terminal/output.ts";

export const command = defineCommand({
  usage: "players",
  example: "spiral players",
  flags: json,

  async run(_args, options) {
    const { gameIds, getGame } = await import("../../games/registry.ts");
    const { MCTS_PARAMETERS } = await import("../../players/spec.ts");
    const kinds = (await kindsOfPlayers()).map(({ spec, what, plays, parameters = [] }) => ({
      spec,
      what,
      /** At their default parameters. */
      games: plays ? gameIds.filter((id) => plays(getGame(id))) : null,
      parameters,
    }));
    if (options.json) {
      printJson(kinds);
      return 0;
    }
    const rows = kinds.map(({ spec, what, games }) => [spec, what, gamesText(games, gameIds)]);
    print(table(["player", "what it is", "plays"], rows, { folded: 1 }));
    const settings = MCTS_PARAMETERS.map(({ name, what, default: usual, min, max, whole }) => [
      `mcts:${name}=`,
      what,
      `${whole ? "a whole number" : "a number"}, ${min} to ${max.toLocaleString("en-US")}; ${usual} unless given`,
    ]);
    print(`\n${table(["parameter", "what it is", "takes"], settings, { folded: 1 })}`);
    print(styleFor(process.stdout).dim("\nMore: docs/players.md, docs/llm-measure.md"));
    return 0;
  },
});

interface Kind {
  /** Its spelling; words in capitals are placeholders, parts in brackets are optional. */
  readonly spec: string;
  readonly what: string;
  /** Undefined if it depends on the run. */
  readonly plays?: (game: Game) => boolean;
  readonly parameters?: readonly SpecParameter[];
}

/** All kinds of players. */
async function kindsOfPlayers(): Promise<readonly Kind[]> {
  const { mctsPlayer } = await import("../../players/mcts.ts");
  const { opponents } = await import("../../players/opponents.ts");
  const { MCTS_PARAMETERS } = await import("../../players/spec.ts");
  return [
    ...opponents.map(({ name, what, plays }) => ({ spec: name, what, plays })),
    {
      spec: "mcts[:sims=200,…]",
      what: "tree search by the rules alone",
      plays: mctsPlayer().plays,
      parameters: MCTS_PARAMETERS,
    },
    {
      spec: "RUN[@CHECKPOINT][:greedy]",
      what: "a trained policy, such as latest@best or latest@000100:greedy",
    },
    {
      spec: "best-response:of=RUN[@CHECKPOINT]",
      what: "the exact exploiter of a trained policy",
      plays: (game) => game.walkable,
    },
    {
      spec: "llm:MODEL[,advise=RUN]",
      what: "a language model at an OpenAI-compatible endpoint, with an adviser",
      plays: () => true,
    },
    { spec: "human", what: "a person at the terminal", plays: () => true },
  ];
}

function gamesText(games: readonly string[] | null, all: readonly string[]): string {
  if (games === null) return "the games it has learned";
  if (games.length === all.length) return "every game";
  const others = all.filter((id) => !games.includes(id));
  return others.length < games.length ? `all but ${others.join(", ")}` : games.join(", ");
}
