/** What `spiral ladder` rates: a run's games and the fixed players that stand beside its checkpoints. */
import type { Game } from "../../games/game.ts";
import { getGame } from "../../games/registry.ts";
import { defaultOpponents, opponents } from "../../players/opponents.ts";
import type { Player } from "../../players/player.ts";
import { type ResolvedRun, resolveRun } from "../../run/directory.ts";
import { UserError } from "../../util/errors.ts";
import { quoted } from "../../util/shell.ts";
import { warn } from "../terminal/output.ts";
import { gamesIn } from "./tournament.ts";

export function wholeRun(spec: string | undefined, parent: string): ResolvedRun {
  const resolved = resolveRun(spec, parent, warn);
  if (resolved.checkpoint === undefined) return resolved;
  throw new UserError(2, `A ladder is of a whole run, not of a checkpoint: spiral ladder ${quoted(resolved.name)}`);
}

export function chosenGames(ids: string | undefined, learned: readonly string[] | undefined): Game[] {
  if (ids === undefined) return (learned ?? []).map(getGame);
  const games = gamesIn(ids);
  const known = learned?.map((id) => getGame(id).id);
  const others = games.filter(({ id }) => known && !known.includes(id));
  if (others.length === 0) return games;
  const has = `It has learned ${learned?.join(", ")}.`;
  const problems = others.map(({ id }) => `This run has not learned ${id}. ${has}`);
  throw new UserError(2, problems);
}

/** The default opponents of `spiral eval`. */
export function anchors(games: readonly Game[]): Player[] {
  return opponents
    .map(({ name, make }): Player => {
      const plays = (game: Game): boolean => defaultOpponents(game).includes(name);
      return { kind: "policy", name, plays, policy: make };
    })
    .filter(({ plays }) => games.some(plays));
}
