/** Game after game of a person against one player, at the terminal. */
import { dirname } from "node:path";
import type { Played } from "../../arena/asked-game.ts";
import type { Seat } from "../../games/game.ts";
import { formatEpisode } from "../../record/episode.ts";
import { appendLine, makeFolders } from "../../util/files.ts";
import { quoted } from "../../util/shell.ts";
import { HOW_TO_TALK, MOST_ANSWERS } from "./ask-move.ts";
import { count, endText, resultText, type Score, scoreText } from "./game-over.ts";
import { print, SPIRAL, styleFor } from "./output.ts";
import { playGame, type Table } from "./play-game.ts";
import { rulesOf } from "./position.ts";

/** The person's seat. */
export type SeatChoice = "first" | "second" | "alternate";

/** Game after game until the person leaves. */
export async function playGames(table: Table, seat: SeatChoice, score: Score, log: string): Promise<void> {
  const { game, opponent } = table;
  const { bold, dim } = styleFor(process.stdout);
  for (let index = 0; ; index++) {
    const person: Seat = seat === "alternate" ? ((index % 2) as Seat) : seat === "first" ? 0 : 1;
    print(`\n${bold(`Game ${index + 1}`)}: you are Player ${person} (${game.roles[person]}).`);
    // The rules are the same for both seats. A game without `rules` shows them with every position.
    if (index === 0 && game.rules) print(dim(rulesOf(game, game.initial(), person)));
    if (index === 0 && game.withoutTalk) print(dim(HOW_TO_TALK));
    let played: Played | undefined;
    try {
      played = await playGame(table, index, person);
    } catch (error) {
      print("\nThe game is left unfinished and does not count.");
      throw error;
    }
    if (!played) {
      print(`The game is left unfinished and does not count. ${scoreText(game, score, opponent.name)}`.trimEnd());
      return;
    }
    print(`\n${endText(game, played, person)}`);
    print(bold(resultText(played.returns[person])));
    count(score, played.returns[person]);
    const players = person === 0 ? (["human", opponent.name] as const) : ([opponent.name, "human"] as const);
    makeFolders(dirname(log));
    appendLine(log, formatEpisode({ game: game.id, version: game.version, index, players, ...played }));
    if (index === 0) print(dim(`Logged in ${log}; see it again: ${SPIRAL} replay ${quoted(log)}`));
    print(scoreText(game, score, opponent.name));
    if (!(await wantsAnother(table))) return;
  }
}

async function wantsAnother({ dialogue, signal }: Table): Promise<boolean> {
  for (let answers = 0; answers < MOST_ANSWERS; answers++) {
    const answer = (await dialogue.ask("Enter for another game, q to leave: ", signal))?.trim().toLowerCase();
    if (answer === undefined || ["q", "quit", "exit", "n", "no"].includes(answer)) return false;
    if (["", "y", "yes"].includes(answer)) return true;
  }
  return false;
}
