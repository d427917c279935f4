/** Playing the pairs of games of a match, until they are all played or the sequential test has ended. */
import type { Match, PlayedGame } from "../../arena/pairing.ts";
import { type Sprt, type SprtState, sprtState } from "../../arena/sprt.ts";
import { type PairReturns, pairScore, Tally } from "../../arena/summary.ts";
import { UserError } from "../../util/errors.ts";
import { plural } from "../../util/figures.ts";
import { countedOff } from "../terminal/counter.ts";
import { note } from "../terminal/output.ts";

interface PairsOptions {
  readonly pairs: number;
  readonly sprt: Sprt | undefined;
  /** The returns of the games that were played before, by their number. */
  readonly played: ReadonlyMap<number, readonly [number, number]>;
  /** Stores games as they end. */
  readonly keep: (games: readonly PlayedGame[]) => void;
  /** The games that are left, as they end. */
  readonly rest: AsyncIterable<readonly PlayedGame[]>;
  /** Ends the match early. */
  readonly signal: AbortSignal;
  /** How to go on with a match that has ended early. */
  readonly goOn: string;
}

/**
 * Plays until the pairs are there or the test has come to its end. Pairs count in their order, whichever ends first.
 * `isOnePair`: a player was asked in several pairs, and all of them had the same moves. A match that goes on never says so, as
 * the moves of its earlier games are not looked at.
 */
export async function playPairs(
  match: Match,
  { pairs, sprt, played, rest, keep, signal, goOn }: PairsOptions,
): Promise<{ tally: Tally; state: SprtState | undefined; isOnePair: boolean }> {
  const tally = new Tally();
  const scores = new Map<number, number>();
  const waiting = new Map(played);
  const counter = countedOff("pairs", pairs);
  let state: SprtState | undefined;
  let counted = 0;
  // Where chance deals, two pairs may be alike by luck.
  const isDealt = match.game.turn(match.game.initial()).kind === "chance";
  const looksForCopies = played.size === 0 && !isDealt && match.players.some(({ kind }) => kind === "asked");
  // The course of the first game in each seat order; null before it, undefined once another game took another course.
  const courses: [string | null | undefined, string | null | undefined] = [null, null];
  const isDecided = (): boolean => state !== undefined && state.verdict !== "undecided";
  try {
    countPairs();
    for await (const games of isDecided() ? [] : rest) {
      for (const { index, returns, episode } of games) {
        waiting.set(index, returns);
        const order = (index % 2) as 0 | 1;
        if (!looksForCopies || courses[order] === undefined) continue;
        const { actions, forfeit } = episode();
        const course = JSON.stringify([actions, forfeit?.seat]);
        courses[order] = courses[order] === null || courses[order] === course ? course : undefined;
      }
      countPairs();
      // What was played beyond the test's end counts for nothing.
      keep(isDecided() ? games.filter(({ index }) => index < 2 * counted) : games);
      counter.at(counted, state ? progressOf(state) : "");
      if (isDecided()) break;
    }
  } catch (error) {
    if (error instanceof UserError && counted > 0) note(`It ended after ${plural(counted, "pair")}. ${goOn}`);
    throw error;
  } finally {
    counter.close();
  }
  if (signal.aborted && counted < pairs && !isDecided()) {
    note(`Stopped after ${counted} of ${plural(pairs, "pair")}. ${goOn}`);
  }
  return { tally, state, isOnePair: looksForCopies && counted > 1 && !courses.includes(undefined) };

  function countPairs(): void {
    for (let pair = nextPair(); pair && !isDecided(); pair = nextPair()) {
      tally.add(pair);
      counted++;
      if (!sprt) continue;
      const score = pairScore(match.game, pair);
      scores.set(score, (scores.get(score) ?? 0) + 1);
      state = sprtState(scores, sprt);
    }
  }

  function nextPair(): PairReturns | undefined {
    const [one, two] = [waiting.get(2 * counted), waiting.get(2 * counted + 1)];
    if (!one || !two) return undefined;
    waiting.delete(2 * counted);
    waiting.delete(2 * counted + 1);
    return [...one, ...two];
  }
}

function progressOf({ llr, bounds }: SprtState): string {
  return `LLR ${llr.toFixed(2)} of ${bounds.map((bound) => bound.toFixed(2)).join(" … ")}`;
}
