/** A logged game as a page holds it: without names that may be of this machine, and with long texts cut. */
import type { Episode, Said } from "../record/episode.ts";
import { wellFormed } from "../util/printable.ts";
import type { PageEpisode } from "./contents.ts";

/** Characters of one answer of a player that answers in words. */
export const LONGEST_ANSWER = 2000;
/** Characters of the reason of a forfeit, or of why an answer was not legal. */
const LONGEST_REASON = 300;

/** Names that training itself gives; another may be a path, the name of a run or an address. */
const OWN_NAMES = /^(learner|random|minimax|nash|sloppy|fair|stubborn|naive|pool@\d+)(:[a-z]+)?$/;

export function pageEpisode(episode: Episode, line: number, names: boolean): PageEpisode {
  const nameOf = (name: string): string =>
    names || OWN_NAMES.test(name) ? cut(name, LONGEST_REASON) : "another player";
  const { players, forfeit, said } = episode;
  return {
    line,
    ...episode,
    players: [nameOf(players[0]), nameOf(players[1])],
    ...(forfeit ? { forfeit: { ...forfeit, reason: cut(forfeit.reason, LONGEST_REASON) } } : {}),
    ...(said ? { said: said.map(cutAnswers) } : {}),
  };
}

const cutAnswers = ({ ply, answers }: Said): Said => ({
  ply,
  answers: answers.map((answer) => ({
    ...answer,
    text: cut(answer.text, LONGEST_ANSWER),
    ...(answer.illegal === undefined ? {} : { illegal: cut(answer.illegal, LONGEST_REASON) }),
  })),
});

function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${wellFormed(text.slice(0, most))} … (${(text.length - most).toLocaleString("en")} more characters)`;
}
