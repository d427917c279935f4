/** The player `human` of a match: a person at this terminal. */
import type { Seat } from "../../games/game.ts";
import { humanPlayer } from "../../players/human.ts";
import type { AskedPlayer } from "../../players/player.ts";
import type { Spoken } from "../../record/talk.ts";
import { UserError } from "../../util/errors.ts";
import { askMove, HOW_TO_TALK } from "./ask-move.ts";
import { Dialogue } from "./dialogue.ts";
import { resultText } from "./game-over.ts";
import { say, styleFor } from "./output.ts";
import { positionText, rulesOf, shownText, spokenText } from "./position.ts";

/** Reads stdin from the first question on. `quit` ends the match with exit code 1; `resign` forfeits a game. */
export function personAtTerminal(out: NodeJS.WriteStream = process.stdout): AskedPlayer {
  const { bold, dim } = styleFor(out);
  /** Games whose rules were shown. */
  const told = new Set<string>();
  let dialogue: Dialogue | undefined;
  let last = -1;
  /** The moves since the last question, by game. Several games may run while one is asked. */
  const news = new Map<number, string[]>();
  const tellNews = (episode: number): void => {
    for (const line of news.get(episode) ?? []) say(out, line);
    news.delete(episode);
  };
  /** How many of the things that were said are shown, by game. */
  const shown = new Map<number, number>();
  const tellTalk = (episode: number, seat: Seat, talk: readonly Spoken[] = []): void => {
    for (const spoken of talk.slice(shown.get(episode) ?? 0)) {
      if (spoken.seat !== seat) say(out, spokenText("Your opponent", spoken.text, out));
    }
    shown.set(episode, talk.length);
  };
  return humanPlayer({
    async ask({ infoset, episode, talk, signal }) {
      const { game, state, player } = infoset;
      dialogue ??= new Dialogue(out);
      if (episode !== last)
        dialogue.say(`\n${bold(`Game ${episode + 1}`)}: you are Player ${player} (${game.roles[player]}).`);
      // A game without `rules` has them in the text of every position.
      if (game.rules && !told.has(game.id)) dialogue.say(dim(rulesOf(game, state, player, out)));
      if (talk && !told.has(game.id)) dialogue.say(dim(HOW_TO_TALK));
      last = episode;
      told.add(game.id);
      tellNews(episode);
      tellTalk(episode, player, talk);
      const situation = {
        infoset,
        always: false,
        hints: "A match is played without hints.",
        noUndo: "In a match every move stands.",
        talks: talk !== undefined,
      };
      const reply = await askMove(dialogue, situation, signal);
      if (typeof reply === "object") return reply;
      if (reply === "resign") return { forfeit: "resigned" };
      throw new UserError(1, "The match ends here: its person has left.");
    },
    moved({ episode, seat, player, name, shown: round }) {
      if (player === seat) return;
      const chance = round ? shownText(round, name, seat, out) : dim(`Chance: ${name}`);
      const line = player === undefined ? chance : `\n${bold(`Your opponent plays ${name}`)}`;
      news.set(episode, [...(news.get(episode) ?? []), line]);
    },
    ended({ episode, seat, returns, last, talk }) {
      tellNews(episode);
      tellTalk(episode, seat, talk);
      if (last) say(out, `\n${positionText(last, seat, out)}`);
      shown.delete(episode);
      say(out, `\n${bold(`Game ${episode + 1}`)} is over. ${bold(resultText(returns[seat]))}`);
    },
    dispose: () => dialogue?.close(),
  });
}
