/** Validates a leaf: its key is known, its value is allowed, and the games it names are registered. */
import { z } from "zod";
import type { Game } from "../games/game.ts";
import { getGame } from "../games/registry.ts";
import { parseOpponents } from "../players/opponent-mix.ts";
import { opponents, trainingOpponents } from "../players/opponents.ts";
import { isModule, kindNames } from "../policies/registry.ts";
import { didYouMean, UserError } from "../util/errors.ts";
import { expandHome } from "../util/files.ts";
import { allowed } from "./allowed.ts";
import { schemaAt } from "./schema.ts";
import type { Leaf } from "./yaml.ts";

/** Settings that are, or may be, paths. */
const PATHS = ["run.dir", "nn.policy", "rl.demonstrations.from"];

/** What `rl.demonstrations.from` takes beside the path of a log. */
const EXPERTS = ["none", ...opponents.map(({ name }) => name)];
const isPath = (text: string): boolean => /[/\\.]/.test(text);

/** The key, in canonical spelling, and the value if both are valid; else undefined, with one or more problems added. */
export function checkLeaf(
  { path, value, where }: Leaf,
  problems: string[],
): { readonly key: string; readonly value: unknown } | undefined {
  let key = path.join(".");
  const { schema, known, depth } = schemaAt(path);
  if (!schema) {
    const parent = path.slice(0, depth).join(".");
    if (known.length === 0) {
      const parentSchema = schemaAt(path.slice(0, depth)).schema;
      problems.push(`${where}: ${parent} takes ${parentSchema ? allowed(parentSchema) : "a single value"}, not a map.`);
    } else {
      const unknown = [parent, path[depth]].filter(Boolean).join(".");
      problems.push(
        `${where}: unknown key "${unknown}".${didYouMean(path[depth], known)} Keys there: ${known.join(", ")}.`,
      );
    }
    return undefined;
  }
  if (path[0] === "perGame" && path[1] !== undefined && path[1] !== "default") {
    const id = attempt(problems, () => getGame(path[1]).id, `${where}: perGame: `);
    if (id === undefined) return undefined;
    key = [path[0], id, ...path.slice(2)].join(".");
  }
  if (schema instanceof z.ZodObject) {
    if (value !== null) problems.push(`${where}: ${key} is ${show(value)}; it takes ${allowed(schema)}.`);
    return undefined;
  }
  if (!schema.safeParse(value).success) {
    const options = schema instanceof z.ZodEnum && typeof value === "string" ? (schema.options as string[]) : [];
    const hint = didYouMean(String(value), options);
    problems.push(`${where}: ${key} is ${show(value)}; it takes ${allowed(schema)}.${hint}`);
    return undefined;
  }
  if (key === "rl.opponents") {
    const problem = opponentsProblem(value as string);
    if (problem !== undefined) problems.push(`${where}: ${key} is ${show(value)}: ${problem}.`);
    return problem === undefined ? { key, value } : undefined;
  }
  if (key === "nn.policy" && !kindNames.includes(value as string) && !isModule(value as string)) {
    const hint = didYouMean(value as string, kindNames);
    const takes = `${kindNames.join(", ")}, or the path of a module that exports a kind of policy`;
    problems.push(`${where}: ${key} is ${show(value)}; it takes ${takes}.${hint}`);
    return undefined;
  }
  if (key === "rl.demonstrations.from" && !EXPERTS.includes(value as string) && !isPath(value as string)) {
    const hint = didYouMean(value as string, EXPERTS);
    const takes = `${EXPERTS.join(", ")}, or the path of an episode log, such as ./games.jsonl`;
    problems.push(`${where}: ${key} is ${show(value)}; it takes ${takes}.${hint}`);
    return undefined;
  }
  if (PATHS.includes(key)) return { key, value: expandHome(value as string) };
  if (key !== "games") return { key, value };
  const games = checkGames(value as string[], where, problems);
  return games && { key, value: games };
}

/** What is wrong with the text of `rl.opponents`. Whether the opponents play the games is checked in load.ts. */
function opponentsProblem(text: string): string | undefined {
  try {
    parseOpponents(text, trainingOpponents);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Game ids in canonical spelling. Unknown ids and duplicates are problems. */
function checkGames(specs: readonly string[], where: string, problems: string[]): string[] | undefined {
  const ids: string[] = [];
  let good = true;
  for (const spec of specs) {
    const id = attempt(problems, () => trainable(getGame(spec)).id, `${where}: `);
    if (id !== undefined && ids.includes(id)) problems.push(`${where}: games names "${id}" twice.`);
    good &&= id !== undefined && !ids.includes(id);
    if (id !== undefined) ids.push(id);
  }
  return good ? ids : undefined;
}

/** The most actions of a game that is learned: its numbers for each decision of a batch must fit the memory. */
const MOST_ACTIONS = 1000;

/** The game, if policies can learn it. */
function trainable(game: Game): Game {
  if (game.withoutTalk) {
    const { id } = game.withoutTalk;
    throw new UserError(2, `what learns by self-play says nothing: learn ${id}, and it plays ${game.id} too.`);
  }
  if (game.actionCount > MOST_ACTIONS) {
    const count = `${game.actionCount.toLocaleString("en-US")} actions, and a policy learns games of up to ${MOST_ACTIONS.toLocaleString("en-US")}`;
    throw new UserError(2, `${game.id} has ${count}. spiral games ${game.id.split(":")[0]} shows its parameters.`);
  }
  return game;
}

/** The result of `action`; undefined if it threw a UserError, whose problems are then added to `problems`. */
export function attempt<T>(problems: string[], action: () => T, prefix = ""): T | undefined {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    problems.push(...error.problems.map((problem) => prefix + problem));
    return undefined;
  }
}

const show = (value: unknown): string => {
  const text = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
};
