/** Replays an episode by the rules of its game, state by state. */
import { forfeitReturns, formerForfeitReturns } from "../games/forfeit.ts";
import type { Game, Turn } from "../games/game.ts";
import { UserError } from "../util/errors.ts";
import type { Episode } from "./episode.ts";

/** The most legal actions that an error names. */
const MOST_NAMED = 500;

/** One state of a replayed game. The last has no action. */
export interface Step {
  readonly ply: number;
  readonly state: unknown;
  readonly turn: Turn;
  readonly action: number | undefined;
  /** The name of the action: a player's in brackets, or the outcome of chance. */
  readonly name: string | undefined;
}

/**
 * All states of an episode, the end included. Throws a UserError at the first action that is not legal. A forfeit is an end at
 * the state in which the forfeiting player was to move. It has the former price if the episode has it.
 */
export function* replaySteps(
  game: Game,
  episode: Pick<Episode, "actions" | "forfeit" | "returns">,
): Generator<Step, void, undefined> {
  const { forfeit } = episode;
  let state = game.initial();
  for (let ply = 0; ; ply++) {
    const turn = game.turn(state);
    const action = episode.actions[ply];
    if (turn.kind === "end") {
      if (action !== undefined) {
        throw new UserError(1, `the game ends after ${ply} actions, the episode has ${episode.actions.length}`);
      }
      if (forfeit) throw new UserError(1, `the game ends after ${ply} actions: there was nothing left to forfeit`);
      yield { ply, state, turn, action, name: undefined };
      return;
    }
    if (action === undefined && forfeit) {
      if (turn.kind !== "player" || turn.player !== forfeit.seat) {
        throw new UserError(1, `player ${forfeit.seat} forfeits at ply ${ply}, and it is not its turn`);
      }
      const former = formerForfeitReturns(forfeit.seat);
      const isFormer = former.every((price, seat) => price === episode.returns[seat]);
      const returns = isFormer ? former : forfeitReturns(game, forfeit.seat);
      yield { ply, state, turn: { kind: "end", returns }, action, name: undefined };
      return;
    }
    if (action === undefined) throw new UserError(1, `the episode stops after ${ply} actions, before the game ends`);
    if (!turn.actions.includes(action)) {
      const legal = turn.actions.slice(0, MOST_NAMED).map((a) => `${a} ${game.actionName(state, a)}`);
      const more = turn.actions.length > MOST_NAMED ? ", …" : "";
      throw new UserError(1, `action ${action} at ply ${ply} is not legal; legal there: ${legal.join(", ")}${more}`);
    }
    yield { ply, state, turn, action, name: game.actionName(state, action) };
    state = game.apply(state, action);
  }
}
