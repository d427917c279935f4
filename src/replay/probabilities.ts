/** The probabilities that a policy gives to the moves and words of an episode, as text. The caller provides them as a function. */
import type { Episode } from "../record/episode.ts";
import type { Moment } from "../record/transcript.ts";
import { JOINED, oneLine } from "../util/printable.ts";

export interface MoveProbability {
  /** As in `Moment.name`. */
  readonly name: string;
  readonly probability: number;
}

/** A word of an answer; without a probability if no other word could stand there. */
interface AnsweredWord {
  readonly word: string;
  readonly probability?: number;
}

export interface EpisodeProbabilities {
  /** Name of the policy. */
  readonly policy: string;
  /** The legal actions at the decision of a ply, in the game's order; undefined if nobody decides there. */
  readonly at: (ply: number) => readonly MoveProbability[] | undefined;
  /** The words of the last answer at a ply; undefined if there is none, or if the policy cannot write it. */
  readonly words?: (ply: number) => readonly AnsweredWord[] | undefined;
}

/** Undefined if the policy does not play the episode's game. Throws a UserError if the policy cannot be read. */
export type ProbabilitiesOf = (episode: Episode) => EpisodeProbabilities | undefined;

/** The lines below a moment: the probabilities of its moves, and those of the words of its answer. */
export const probabilityLines = (
  given: EpisodeProbabilities | undefined,
  moment: Moment,
  most?: number,
): readonly string[] => [probabilityLine(given, moment, most), wordLine(given, moment)].flatMap((line) => line ?? []);

/** `words: hmm 0.412  [ bet 0.653 ]`; undefined where nothing was said that the policy can write. */
function wordLine(given: EpisodeProbabilities | undefined, { ply, said }: Moment): string | undefined {
  const words = said && given?.words?.(ply);
  if (!words) return undefined;
  const texts = words.map(({ word, probability }) =>
    probability === undefined ? word : `${word}${JOINED}${probability.toFixed(3)}`,
  );
  return `words: ${texts.join("  ")}`;
}

/**
 * `tiny@000040: [check] 0.737  [bet] 0.263`; undefined where nobody decides. Of more than `most` moves, the likeliest and the one
 * that was played are shown. Spaces within a move are joined.
 */
export function probabilityLine(
  given: EpisodeProbabilities | undefined,
  moment: Moment,
  most = 10,
): string | undefined {
  const moves = moment.kind === "player" ? given?.at(moment.ply) : undefined;
  if (!given || !moves) return undefined;
  let shown = moves;
  if (moves.length > most) {
    const likeliest = [...moves].sort((a, b) => b.probability - a.probability);
    const played = likeliest.findIndex(({ name }) => name === moment.name);
    shown = likeliest.filter((_, i) => i < most - 1 || i === Math.max(played, most - 1));
  }
  const texts = shown.map(({ name, probability }) =>
    `${oneLine(name, 200)} ${probability.toFixed(3)}`.replaceAll(" ", JOINED),
  );
  return `${given.policy}: ${texts.join("  ")}${shown === moves ? "" : "  …"}`;
}
