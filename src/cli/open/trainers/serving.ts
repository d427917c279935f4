/** What `spiral serve` offers, from its flags: games, opponents, and the token that clients must send. */
import type { Game } from "../../../games/game.ts";
import { getGame, splitGames } from "../../../games/registry.ts";
import { opponents } from "../../../players/opponents.ts";
import type { Player } from "../../../players/player.ts";
import { checkpointName, wholeCheckpoints } from "../../../run/checkpoint-folder.ts";
import { resolveRun } from "../../../run/directory.ts";
import { type Offer, SELF, shared } from "../../../serve/offer.ts";
import { isLoopback } from "../../../serve/server.ts";
import { UserError } from "../../../util/errors.ts";
import { readText } from "../../../util/files.ts";
import { checkAll } from "../../check-all.ts";
import { warn } from "../../terminal/output.ts";
import { solveAloud } from "../exact.ts";
import { checkPlayers, closePlayers, type OpenPlayerOptions } from "../players.ts";

const POOL = "pool:";
/** Who plays against clients if nobody is named, in the order of preference as a game's default. */
const DEFAULTS = ["nash", "mcts", ...opponents.map(({ name }) => name).filter((name) => name !== "nash")];
/** Reads the variable that holds the token itself. */
const VARIABLE = "SPIRAL_SERVE_TOKEN";

export interface OpenOffer {
  readonly offer: Offer;
  readonly close: () => Promise<void>;
}

/**
 * Throws what is wrong with the flags; returns a function that opens the players and solves the games. All that takes long is
 * done there, so that no client waits for another's game.
 */
export function checkOffer(
  ids: string,
  specs: string | undefined,
  options: OpenPlayerOptions,
): () => Promise<OpenOffer> {
  const named = specs === undefined ? DEFAULTS : specs.split(/,(?!\s*\w+=)/).map((spec) => spec.trim());
  const [games, members] = checkAll(
    () => checkAll<Game[]>(...splitGames(ids).map((id) => () => getGame(id))),
    () => checkAll<string[][]>(...named.map((spec) => () => membersOf(spec, options.runs))),
  );
  const open = checkPlayers(members.flat(), options);
  return async () => {
    const players = await open();
    const queue = players.map(shared);
    const all = named.map((spec, i) => {
      const own = queue.splice(0, members[i]?.length);
      return { name: spec.startsWith(POOL) ? spec : (own[0] as Player).name, players: own };
    });
    try {
      const opponents = all.filter(({ players }) => games.some((game) => players.every(({ plays }) => plays(game))));
      const idle = specs === undefined ? [] : all.filter((one) => !opponents.includes(one));
      if (idle.length > 0)
        throw new UserError(
          2,
          idle.map(({ name }) => `${name} plays none of ${ids}.`),
        );
      for (const game of games) for (const one of opponents) for (const player of one.players) prepare(player, game);
      return { offer: { games, opponents }, close: () => closePlayers(players) };
    } catch (error) {
      await closePlayers(players);
      throw error;
    }
  };
}

/** The specs of an opponent's players: its own, or one for each checkpoint of `pool:RUN`. */
function membersOf(spec: string, runs: string): string[] {
  if (spec === SELF) throw new UserError(2, "self is always offered; leave it out of --vs.");
  if (spec === "human") throw new UserError(2, "Nobody sits at this terminal: human cannot play here.");
  if (!spec.startsWith(POOL)) return [spec];
  const { dir, name, checkpoint } = resolveRun(spec.slice(POOL.length), runs, warn);
  if (checkpoint !== undefined) throw new UserError(2, `${spec} names a checkpoint; a pool is of a whole run.`);
  const updates = wholeCheckpoints(dir, warn);
  if (updates.length === 0) throw new UserError(3, `${name} has no checkpoint.`);
  return updates.map((update) => `${dir}@${checkpointName(update)}`);
}

function prepare(player: Player, game: Game): void {
  if (player.kind !== "policy" || !player.plays(game)) return;
  if (player.name === "nash" || player.name === "sloppy") solveAloud(game);
  player.policy(game);
}

/** The token of `--token-file` or the environment. Throws a UserError (exit 2) if there is none where one is needed. */
export function serveToken(
  host: string,
  file: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): string | undefined {
  const token = (file === undefined ? env[VARIABLE] : readText(file, 2))?.trim();
  if (file !== undefined && !token) throw new UserError(2, `${file} holds no token.`);
  if (token && !/^[\x21-\x7e]{8,}$/.test(token)) {
    throw new UserError(
      2,
      `${file ?? VARIABLE} does not hold a token: it takes 8 or more letters, digits and signs, without spaces.`,
    );
  }
  if (token || isLoopback(host)) return token || undefined;
  throw new UserError(
    2,
    `--host ${host} can be reached from other machines: name a token that clients must send, by --token-file or ${VARIABLE}.`,
  );
}
