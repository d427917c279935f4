/**
 * One game in which a player must be asked, from the root to its end or to a forfeit. Every such game is played here: those of
 * matches (asked-match.ts), and those of `spiral play`, in which a person may take moves back.
 */
import { forfeitReturns } from "../games/forfeit.ts";
import type { GameGraph, GameNode, Infoset } from "../graph/game-graph.ts";
import type { AskedPlayer, Choice, Decision } from "../players/player.ts";
import { type Policy, sampleSlot } from "../policies/policy.ts";
import type { Episode, Utterance } from "../record/episode.ts";
import { wordsKeeper } from "../record/kept-words.ts";

/** A position that was left, and by which action. Where information is hidden it holds what players must not see. */
export interface Move {
  readonly node: GameNode;
  readonly action: number;
  /** What the player answered, all of it. */
  readonly said: readonly Utterance[];
}

/** The game goes back to the position at ply `backTo`, and what was played from there on is forgotten. */
export interface TakeBack {
  readonly backTo: number;
}

/** Whoever is asked. */
interface Asked extends Pick<AskedPlayer, "name" | "ended"> {
  readonly choose: (decision: Decision) => Promise<Choice | TakeBack>;
}

/** A policy, whose moves are drawn from its distributions, or whoever is asked. */
export type Side = Pick<Policy, "distributions"> | Asked;

export interface AskedGame {
  /** Of the game; it grows as it is walked. */
  readonly graph: GameGraph;
  /** Who sits in seats 0 and 1. */
  readonly seats: readonly [Side, Side];
  /** The game's number for those who are asked. */
  readonly episode: number;
  /** Uniform in [0, 1): of the game's nth chance event, and of a policy's move at a ply. */
  readonly draw: { readonly chance: (nth: number) => number; readonly move: (ply: number) => number };
  /** Aborted when nobody wants the game any longer. */
  readonly signal: AbortSignal;
  /** Hears of every move, chance's included. */
  readonly onMove?: (move: Move) => void;
}

/** A game that is over, as its record holds it. */
export type Played = Pick<Episode, "actions" | "returns" | "forfeit" | "said">;

/** Plays it. Rejects with what a player rejects with, or with the signal's reason once it is aborted. */
export async function playAskedGame(game: AskedGame): Promise<Played> {
  const { graph, seats, episode, draw, signal, onMove } = game;
  const moves: Move[] = [];
  let node = graph.root;
  const move = (slot: number, said: readonly Utterance[] = []): void => {
    if (node.turn.kind === "end") throw new Error("the game is over");
    const made = { node, action: node.turn.actions[slot], said };
    moves.push(made);
    node = graph.child(node, slot);
    onMove?.(made);
  };
  for (;;) {
    const { turn } = node;
    if (turn.kind === "end") return finish(game, moves, turn.returns);
    if (turn.kind === "chance") {
      const nth = moves.filter((made) => made.node.turn.kind === "chance").length;
      move(sampleSlot(turn.probabilities, draw.chance(nth)));
      continue;
    }
    const side = seats[turn.player];
    const infoset = node.infoset as Infoset;
    if (!isAsked(side)) {
      const [distribution = []] = side.distributions([infoset]);
      move(sampleSlot(distribution, draw.move(moves.length)));
      continue;
    }
    const choice = await unlessAborted(side.choose({ infoset, episode, ply: moves.length, signal }), signal);
    if ("backTo" in choice) {
      node = moves[choice.backTo].node;
      moves.length = choice.backTo;
    } else if ("forfeit" in choice) {
      const forfeit = { seat: turn.player, reason: choice.forfeit };
      return finish(game, moves, forfeitReturns(turn.player), forfeit, choice.said);
    } else {
      move(legalSlot(choice.slot, turn.actions.length, side.name), choice.said);
    }
  }
}

const isAsked = (side: Side): side is Asked => "choose" in side;

/** Tells those who are asked how it ended; returns what the record holds. */
function finish(
  { seats, episode }: AskedGame,
  moves: readonly Move[],
  returns: readonly [number, number],
  forfeit?: Episode["forfeit"],
  lastWords: readonly Utterance[] = [],
): Played {
  for (const seat of [0, 1] as const) {
    const side = seats[seat];
    if (isAsked(side)) side.ended?.({ episode, seat, returns });
  }
  // Only now: what was taken back is not kept, and does not count towards the limit.
  const keep = wordsKeeper();
  const said = [...moves.map((move) => move.said), lastWords].flatMap((words, ply) => {
    const answers = keep(words);
    return answers.length > 0 ? { ply, answers } : [];
  });
  return {
    actions: moves.map(({ action }) => action),
    returns,
    ...(forfeit ? { forfeit } : {}),
    ...(said.length > 0 ? { said } : {}),
  };
}

/** The answer, or a rejection with the signal's reason where that comes first: some who are asked do not hear the signal. */
async function unlessAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    const answered = await Promise.race([answer, aborted]);
    signal.throwIfAborted();
    return answered;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function legalSlot(slot: number, count: number, name: string): number {
  if (Number.isInteger(slot) && slot >= 0 && slot < count) return slot;
  throw new Error(`${name} chose slot ${slot} of ${count}`);
}
