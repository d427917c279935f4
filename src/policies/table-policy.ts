/** A policy from a table. The table's keys are a player followed by the key of an information set: `0J:`. */
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
