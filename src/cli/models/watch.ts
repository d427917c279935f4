/** `--watch`: what players that are asked see and say, on stderr while they play. */

import { drawPosition } from "../../games/drawing.ts";
import type { Infoset } from "../../graph/game-graph.ts";
import type { Player } from "../../players/player.ts";
import { signed } from "../../util/figures.ts";
import { note, styleFor } from "../terminal/output.ts";

/** Lines of an answer that are shown: its end, where the decision is. */
const LINES = 12;

/** The same player, watched. Policies say nothing; they are returned as they are. */
export function watched(player: Player): Player {
  if (player.kind !== "asked") return player;
  const { bold, dim, cyan, yellow } = styleFor(process.stderr);
  return {
    ...player,
    async choose(decision) {
      const choice = await player.choose(decision);
      const { infoset, episode, ply } = decision;
      const { game, state } = infoset;
      const role = game.roles[infoset.player] ?? "";
      const said = (choice.said ?? []).flatMap(({ text, illegal }) => [
        ...lastLines(text).map((line) => `  ${cyan(">")} ${line}`),
        ...(illegal === undefined ? [] : [`  ${yellow(illegal)}`]),
      ]);
      const played =
        "slot" in choice ? game.actionName(state, infoset.actions[choice.slot] ?? 0) : yellow("forfeits the game");
      note(
        [
          bold(`game ${episode}, ply ${ply}: ${player.name}${role === "" ? "" : ` (${role})`}`),
          ...positionOf(infoset).map((line) => dim(`  ${line}`)),
          ...said,
          `  ${bold(played)}`,
        ].join("\n"),
      );
      return choice;
    },
    ended(end) {
      note(bold(`game ${end.episode} is over: ${player.name} ${signed(end.returns[end.seat], 2)}`));
      player.ended?.(end);
    },
  };
}

/** The position alone if the game has a view, else all that the seat reads. */
function positionOf({ game, state, player }: Infoset): readonly string[] {
  const lines = game.view ? drawPosition(game.view(state, player), player) : game.observe(state, player).split("\n");
  return lines.filter((line) => line.trim() !== "");
}

function lastLines(text: string): string[] {
  const lines = text.trim().split("\n");
  return lines.length > LINES ? [`… ${lines.length - LINES} lines before`, ...lines.slice(-LINES)] : lines;
}
