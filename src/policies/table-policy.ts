/** Policies that are tables: player and information-set key → distribution. */
import type { Game } from "../games/game.ts";
import type { Distribution, Policy } from "./policy.ts";

export function tablePolicy(name: string, game: Game, table: ReadonlyMap<string, Distribution>): Policy {
  return {
    name,
    distributions: (infosets) =>
      infosets.map(({ game: asked, player, key }) => {
        const distribution = asked.id === game.id ? table.get(`${player}${key}`) : undefined;
        if (!distribution) throw new Error(`${name} for ${game.id} was asked about ${asked.id} ${key}`);
        return distribution;
      }),
  };
}

/** `solve`, whose answer is kept for as long as the game is. */
export function oncePerGame(solve: (game: Game) => Policy): (game: Game) => Policy {
  const solved = new WeakMap<Game, Policy>();
  return (game) => {
    const policy = solved.get(game) ?? solve(game);
    solved.set(game, policy);
    return policy;
  };
}
