/**
 * Plays one game, move by move, from the root to its end or to a forfeit; players that must be asked may take part. Matches
 * (asked-match.ts) and `spiral play`, in which a person may take moves back, both play their games here.
 */
import { setImmediate } from "node:timers/promises";
import { forfeitReturns } from "../games/forfeit.ts";
import { isShowdown } from "../games/showdown.ts";
import type { GameGraph, GameNode, Infoset } from "../graph/game-graph.ts";
import type { AskedPlayer, Choice, Decision } from "../players/player.ts";
import { type Policy, sampleSlot } from "../policies/policy.ts";
import type { Episode, Utterance } from "../record/episode.ts";
import { answerLimiter } from "../record/line-limit.ts";
import { heard, type Spoken } from "../record/talk.ts";
import type { Opening } from "./openings.ts";

/** A position and the action that was taken there. In games with hidden information, players must not see the position. */
export interface Move {
  readonly node: GameNode;
  readonly action: number;
  /** All answers of the player at this move. */
  readonly said: readonly Utterance[];
  /** What the player says to the other with it, as the other hears it; "" if nothing. */
  readonly heard: string;
}

/** Takes moves back: the game continues from the position at ply `backTo`, and the later moves are discarded. */
export interface TakeBack {
  readonly backTo: number;
}

/** A player that is asked, which may also take moves back. */
interface Asked extends Pick<AskedPlayer, "name" | "moved" | "ended"> {
  readonly choose: (decision: Decision) => Promise<Choice | TakeBack>;
}

/** Who plays a seat: a policy, whose moves are drawn from its distributions, or a player that is asked. */
export type Side = Pick<Policy, "distributions"> | Asked;

export interface AskedGame {
  /** The graph of the game to play, without talk; it grows during play. */
  readonly graph: GameGraph;
  /** Whether the players hear what is said beside the actions that are played. */
  readonly talk?: boolean;
  /** The sides in seats 0 and 1. */
  readonly seats: readonly [Side, Side];
  /** The actions with which the game begins; the players choose from there on. None by default. */
  readonly opening?: Opening;
  /** The number by which asked players know this game. */
  readonly episode: number;
  /** Uniform draws in [0, 1): for the game's nth chance event, and for a policy's move at a ply. */
  readonly draw: { readonly chance: (nth: number) => number; readonly move: (ply: number) => number };
  /** Aborted if the game is no longer needed. */
  readonly signal: AbortSignal;
  /** Called after every move, including those of chance. */
  readonly onMove?: (move: Move) => void;
}

/** The result of a game, in the form of an episode. */
export type Played = Pick<Episode, "actions" | "returns" | "forfeit" | "talk" | "said">;

/** Plays the game. Rejects if a player rejects, or with the signal's reason if it is aborted. */
export async function playAskedGame(game: AskedGame): Promise<Played> {
  const { graph, talk = false, seats, opening = [], episode, draw, signal, onMove } = game;
  const moves: Move[] = [];
  let node = graph.root;
  const move = (slot: number, said: readonly Utterance[] = [], words = ""): void => {
    if (node.turn.kind === "end") throw new Error("the game is over");
    const made = { node, action: node.turn.actions[slot], said, heard: talk ? heard(words) : "" };
    moves.push(made);
    tellMove(game, made);
    node = graph.child(node, slot);
    onMove?.(made);
  };
  for (const action of opening) {
    if (node.turn.kind === "end") break;
    move(legalSlot(node.turn.actions.indexOf(action), node.turn.actions.length, "the opening"));
  }
  for (;;) {
    const { turn } = node;
    if (turn.kind === "end") return finish(game, moves, node, turn.returns);
    if (turn.kind === "chance") {
      const nth = moves.filter((made) => made.node.turn.kind === "chance").length;
      move(sampleSlot(turn.probabilities, draw.chance(nth)));
      continue;
    }
    const side = seats[turn.player];
    const infoset = node.infoset as Infoset;
    if (!isAsked(side)) {
      // Lets the process handle signals if nobody is waited for.
      if (!seats.some(isAsked)) await setImmediate();
      signal.throwIfAborted();
      const [distribution] = side.distributions([infoset]);
      move(sampleSlot(distribution, draw.move(moves.length)));
      continue;
    }
    const decision = { infoset, episode, ply: moves.length, talk: talk ? talkIn(moves) : undefined, signal };
    const choice = await unlessAborted(side.choose(decision), signal);
    if ("backTo" in choice) {
      node = moves[choice.backTo].node;
      moves.length = choice.backTo;
    } else if ("forfeit" in choice) {
      const forfeit = { seat: turn.player, reason: choice.forfeit };
      return finish(game, moves, node, forfeitReturns(graph.game, turn.player), forfeit, choice.said);
    } else {
      move(legalSlot(choice.slot, turn.actions.length, side.name), choice.said, choice.words);
    }
  }
}

const isAsked = (side: Side): side is Asked => "choose" in side;

/** All that was said with the moves. */
const talkIn = (moves: readonly Move[]): Spoken[] =>
  moves.flatMap(({ node: { turn }, heard: text }, ply) =>
    turn.kind === "player" && text !== "" ? { ply, seat: turn.player, text } : [],
  );

/**
 * Tells asked players of a move. If the game hides information, the next information set says what they may know of it, but for
 * what was shown in a round that is over.
 */
function tellMove({ graph: { game }, seats, episode }: AskedGame, { node: { state, turn }, action }: Move): void {
  const isShown = isShowdown(game, turn);
  if (!game.perfectInformation && !isShown) return;
  const shown = isShown ? { shown: { game, state } } : {};
  const player = turn.kind === "player" ? turn.player : undefined;
  for (const seat of [0, 1] as const) {
    const side = seats[seat];
    if (isAsked(side)) side.moved?.({ episode, seat, player, name: game.actionName(state, action), ...shown });
  }
}

/** Tells asked players how the game ended. → the result */
function finish(
  { graph: { game }, seats, episode, talk: talks = false }: AskedGame,
  moves: readonly Move[],
  { state }: GameNode,
  returns: readonly [number, number],
  forfeit?: Episode["forfeit"],
  lastWords: readonly Utterance[] = [],
): Played {
  const talk = talkIn(moves);
  const last = forfeit ? {} : { last: { game, state } };
  for (const seat of [0, 1] as const) {
    const side = seats[seat];
    if (isAsked(side)) side.ended?.({ episode, seat, returns, ...last, ...(talks ? { talk } : {}) });
  }
  // At the end only, so that moves that were taken back do not count towards the limit.
  const keep = answerLimiter();
  const said = [...moves.map((move) => move.said), lastWords].flatMap((words, ply) => {
    const answers = keep(words);
    return answers.length > 0 ? { ply, answers } : [];
  });
  return {
    actions: moves.map(({ action }) => action),
    returns,
    ...(forfeit ? { forfeit } : {}),
    ...(talk.length > 0 ? { talk } : {}),
    ...(said.length > 0 ? { said } : {}),
  };
}

/** The answer, or a rejection with the signal's reason if it aborts first. Some asked players ignore the signal. */
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
