/**
 * Advice on an action that a language model proposes, as in ReAd (Zhang et al. 2024, arXiv 2405.14314): it is told the estimated
 * advantage of the action and may choose once more. The advantage is that of the adviser's strategy π in both seats,
 *
 *   A(I, a) = Q(I, a) − V(I)
 *
 * exact for π (exact/action-values.ts), and as good an estimate of the game's own as π is.
 */
import { actionValues } from "../../exact/action-values.ts";
import { type CompiledGame, compiledGame } from "../../exact/compiled-game.ts";
import { strategyOf } from "../../exact/strategy.ts";
import type { Game } from "../../games/game.ts";
import type { Infoset } from "../../graph/game-graph.ts";
import { signed } from "../../util/figures.ts";
import type { PolicyPlayer } from "../player.ts";

/** What the adviser says of the action in `slot`; undefined if its strategy never comes there. */
export type Advise = (infoset: Infoset, slot: number) => string | undefined;

/** The adviser must play the game, and the game must be walkable. */
export function adviserOf({ policy }: PolicyPlayer): Advise {
  const known = new Map<Game, ReadonlyMap<string, Float64Array>>();
  return (infoset, slot) => {
    const { game, player, key, actions, state } = infoset;
    const advantages = known.get(game) ?? advantagesIn(compiledGame(game), policy(game));
    known.set(game, advantages);
    const advantage = advantages.get(`${player}${key}`)?.[slot];
    if (advantage === undefined || Number.isNaN(advantage)) return undefined;
    return [
      `An adviser estimates the advantage of ${game.actionName(state, actions[slot] as number)} here at ${signed(advantage)}:`,
      "the mean result of taking it, less the mean result of the adviser's own play. Above 0 is better.",
      "You may keep your action or take another.",
    ].join(" ");
  };
}

function advantagesIn(compiled: CompiledGame, policy: Parameters<typeof strategyOf>[1]): Map<string, Float64Array> {
  const { infosets, firstEntry } = compiled;
  const { advantage } = actionValues(compiled, strategyOf(compiled, policy));
  return new Map(
    infosets.map(({ player, key }, i) => [`${player}${key}`, advantage.slice(firstEntry[i], firstEntry[i + 1])]),
  );
}
