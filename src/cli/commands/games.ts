/** `spiral games` lists the games; `spiral games kuhn` describes one, with a position as its player reads it. */
import type { Game } from "../../games/game.ts";
import type { innerGamesOf, parametersOf } from "../../games/registry.ts";
import type { Size } from "../../games/sizes.ts";
import { defineCommand } from "../command.ts";
import { json } from "../flags/common.ts";
import { withProgress } from "../terminal/counter.ts";
import { print, printJson, styleFor, table } from "../terminal/output.ts";

export const command = defineCommand({
  usage: "games [id]",
  example: "spiral games negotiation:maxQuantity=5",
  flags: json,

  async run([spec], options) {
    const { gameIds, getGame, innerGamesOf, parametersOf } = await import("../../games/registry.ts");
    if (spec === undefined) {
      const games = await Promise.all(gameIds.map((id) => facts(getGame(id))));
      if (options.json) printJson(games);
      else {
        const header = ["id", "players", "information", "information sets", "longest game", "game"];
        const rows = games.map((game) => [
          game.id,
          game.roles.join(", "),
          game.perfectInformation ? "perfect" : "imperfect",
          count(game.informationSets),
          `${game.maxPlies} plies`,
          game.title,
        ]);
        print(table(header, rows, { right: [3, 4], drop: [1, 2, 4, 3], folded: 5 }));
        print(
          styleFor(process.stdout).dim(
            '\n"many": too many to visit, so that NashConv is not exact. More: spiral games <id>',
          ),
        );
      }
      return 0;
    }
    const game = getGame(spec);
    const described = {
      ...(await facts(game)),
      withoutTalk: game.withoutTalk?.id ?? null,
      parameters: parametersOf(spec),
      of: innerGamesOf(spec) ?? null,
      example: example(game),
    };
    if (options.json) printJson(described);
    else print(describe(described));
    return 0;
  },
});

async function facts(game: Game) {
  const size = await sizeOf(game);
  return {
    id: game.id,
    title: game.title,
    version: game.version,
    roles: game.roles,
    perfectInformation: game.perfectInformation,
    maxPlies: game.maxPlies,
    actions: game.actionCount,
    features: game.featureCount,
    utility: game.utility,
    /** Null where the tree is too large to visit. */
    states: size?.states ?? null,
    informationSets: size?.informationSets ?? null,
  };
}

/** Undefined if the tree is too large to visit. Walking it takes up to a second, so that the known sizes are listed. */
async function sizeOf(talking: Game): Promise<Size | undefined> {
  // Talk is no part of a state.
  const game = talking.withoutTalk ?? talking;
  const { sizes } = await import("../../games/sizes.ts");
  if (!game.walkable || sizes.has(game.id)) return sizes.get(game.id);
  const { GameGraph } = await import("../../graph/game-graph.ts");
  const graph = new GameGraph(game);
  const states = withProgress(`Visiting the states of ${game.id}`, (tell) =>
    graph.expand(Number.POSITIVE_INFINITY, (found) => tell(`${found} so far`)),
  );
  return { states: states.length, informationSets: graph.infosets.length };
}

/** The first decision, the likeliest chance before it. */
function example(game: Game): { player: number; observation: string; actions: string[] } {
  let state = game.initial();
  let turn = game.turn(state);
  while (turn.kind === "chance") {
    const likeliest = turn.probabilities.indexOf(Math.max(...turn.probabilities));
    state = game.apply(state, turn.actions[likeliest] as number);
    turn = game.turn(state);
  }
  if (turn.kind === "end") throw new Error(`${game.id} has no decision`);
  const { player, actions } = turn;
  return { player, observation: game.observe(state, player), actions: actions.map((a) => game.actionName(state, a)) };
}

interface Described extends Awaited<ReturnType<typeof facts>> {
  /** The id of the same game without talk; null if its players cannot talk. */
  readonly withoutTalk: string | null;
  readonly parameters: ReturnType<typeof parametersOf>;
  /** Null if the game is not made of another. */
  readonly of: ReturnType<typeof innerGamesOf> | null;
  readonly example: ReturnType<typeof example>;
}

function describe(game: Described): string {
  const { bold, dim } = styleFor(process.stdout);
  const rows = [
    ["players", `0 ${game.roles[0]}, 1 ${game.roles[1]}`],
    ["information", game.perfectInformation ? "perfect" : "imperfect"],
    ["returns", `${game.utility.min} to ${game.utility.max}, zero-sum`],
    ["longest game", `${game.maxPlies} plies, chance counted`],
    ["states", count(game.states)],
    ["information sets", count(game.informationSets)],
    ["actions, features", `${game.actions}, ${game.features}`],
    ["rules version", String(game.version)],
    ...(game.withoutTalk
      ? [["talk", `what a player says beside its action reaches the other; exact evaluation is of ${game.withoutTalk}`]]
      : []),
    ...(game.of ? [[":of=", `one of ${game.of.games.join(", ")}; ${game.of.default} unless given`]] : []),
    ...Object.entries(game.parameters).map(([name, p]) => [
      `:${name}=`,
      `${p.words?.join(" or ") ?? `whole number ${p.min} to ${p.max}`}; ${p.words?.[p.default] ?? p.default} unless given`,
    ]),
  ].map(([name = "", value = ""]) => [`  ${dim(name)}`, value]);
  const { player, observation, actions } = game.example;
  return [
    `${bold(game.title)} (${game.id})`,
    table([], rows, { folded: 1 }),
    "",
    bold(`What player ${player} reads at its first decision`),
    ...observation.split("\n").map((line) => `  ${line}`.trimEnd()),
    "",
    bold("What it can answer there"),
    `  ${actions.slice(0, 12).join("  ")}${actions.length > 12 ? `  … ${actions.length} in all` : ""}`,
  ].join("\n");
}

const count = (n: number | null): string => (n === null ? "many" : n.toLocaleString("en-US"));
