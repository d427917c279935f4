/** A person at this terminal as a player among others: what `human` stands for in a match. */
import { humanPlayer } from "../../players/human.ts";
import type { AskedPlayer } from "../../players/player.ts";
import { UserError } from "../../util/errors.ts";
import { askMove } from "./ask-move.ts";
import { Dialogue } from "./dialogue.ts";
import { resultText } from "./game-over.ts";
import { say, styleFor } from "./output.ts";
import { rulesOf } from "./position.ts";

/** Stdin is taken at the first question. Leaving ends the match, with exit code 1; giving a game up forfeits it. */
export function personAtTerminal(out: NodeJS.WriteStream = process.stdout): AskedPlayer {
  const { bold, dim } = styleFor(out);
  /** Games whose rules it has read. */
  const told = new Set<string>();
  let dialogue: Dialogue | undefined;
  let last = -1;
  return humanPlayer({
    async ask({ infoset, episode, signal }) {
      const { game, state, player } = infoset;
      dialogue ??= new Dialogue(out);
      if (episode !== last)
        dialogue.say(`\n${bold(`Game ${episode + 1}`)}: you are Player ${player} (${game.roles[player]}).`);
      // Without rules apart, they are in the text that is shown with every position.
      if (game.rules && !told.has(game.id)) dialogue.say(dim(rulesOf(game, state, player, out)));
      last = episode;
      told.add(game.id);
      const situation = {
        infoset,
        always: false,
        hints: "A match is played without hints.",
        noUndo: "In a match every move stands.",
      };
      const reply = await askMove(dialogue, situation, signal);
      if (typeof reply === "object") return reply;
      if (reply === "resign") return { forfeit: "resigned" };
      throw new UserError(1, "The match ends here: its person has left.");
    },
    ended({ episode, seat, returns }) {
      say(out, `\n${bold(`Game ${episode + 1}`)} is over. ${bold(resultText(returns[seat]))}`);
    },
    dispose: () => dialogue?.close(),
  });
}
