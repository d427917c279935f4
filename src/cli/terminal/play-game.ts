/** One game between a person at this terminal and another player. */
import { type Move, type Played, playAskedGame, type Side, type TakeBack } from "../../arena/asked-game.ts";
import type { Game, Seat } from "../../games/game.ts";
import { withoutTalk } from "../../games/parts/talk.ts";
import { isShowdown } from "../../games/showdown.ts";
import { GameGraph } from "../../graph/game-graph.ts";
import type { Choice, Player } from "../../players/player.ts";
import type { Policy } from "../../policies/policy.ts";
import { streamAt, uniformAt } from "../../util/rng.ts";
import { askMove } from "./ask-move.ts";
import type { Dialogue } from "./dialogue.ts";
import { note, print, styleFor } from "./output.ts";
import { shownText, spokenText } from "./position.ts";
import { interruptible } from "./signals.ts";

export interface Table {
  readonly game: Game;
  readonly opponent: Player;
  readonly dialogue: Dialogue;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly hints: Policy | string;
  readonly always: boolean;
  /** Chance is a function of (chanceKey, game, ply); so are the opponent's draws, of actionKey. */
  readonly chanceKey: number;
  readonly actionKey: number;
}

/** The person has left. */
class Left extends Error {}

/** Plays the game to its end; undefined if the person leaves. */
export async function playGame(table: Table, index: number, person: Seat): Promise<Played | undefined> {
  const { game, chanceKey, actionKey, signal } = table;
  /** By ply. */
  const moves: Move[] = [];
  const [own, other] = [personSide(table, person, moves), opponentSide(table, index)];
  try {
    return await playAskedGame({
      graph: new GameGraph(withoutTalk(game)),
      talk: game.withoutTalk !== undefined,
      seats: person === 0 ? [own, other] : [other, own],
      episode: index,
      draw: {
        chance: (nth) => uniformAt(chanceKey, index, nth),
        move: (ply) => uniformAt(actionKey, index, ply),
      },
      signal,
      onMove(move) {
        moves.push(move);
        showMove(table, move, person);
        showRound(game, move, person);
      },
    });
  } catch (error) {
    if (error instanceof Left) return undefined;
    throw error;
  }
}

/** `moves` holds the moves so far; `undo` truncates it. */
function personSide({ game, dialogue, signal, hints, always }: Table, person: Seat, moves: Move[]): Side {
  return {
    name: "human",
    async choose({ infoset }): Promise<Choice | TakeBack> {
      const talks = game.withoutTalk !== undefined;
      const situation = { infoset, hints, always, noUndo: noUndo(game, moves, person), talks };
      const reply = await askMove(dialogue, situation, signal);
      if (reply === "quit") throw new Left();
      if (reply === "resign") return { forfeit: "resigned" };
      if (reply !== "undo") return reply;
      moves.length = lastMoveOf(person, moves);
      return { backTo: moves.length };
    },
  };
}

function opponentSide({ game, opponent, actionKey }: Table, index: number): Side {
  if (opponent.kind === "policy") {
    // A player that draws random numbers of its own draws anew in each game.
    const policy = (): Policy => opponent.seeded?.(game, streamAt(actionKey, index)) ?? opponent.policy(game);
    return { distributions: (infosets) => interruptible(() => policy().distributions(infosets)) };
  }
  return {
    ...opponent,
    choose(decision) {
      note(styleFor(process.stderr).dim(`${opponent.name} is thinking …`));
      return opponent.choose(decision);
    },
  };
}

/**
 * Shows the move, unless information is hidden: then the next observation says what the person may know of it. What the other
 * player says is shown in any case.
 */
function showMove({ game, opponent }: Table, { node: { state, turn }, action, heard }: Move, person: Seat): void {
  const { bold, dim } = styleFor(process.stdout);
  const isOther = turn.kind === "player" && turn.player !== person;
  if (game.perfectInformation) {
    const name = game.actionName(state, action);
    if (turn.kind === "chance") print(dim(`Chance: ${name}`));
    else if (isOther) print(`\n${bold(`${opponent.name} plays ${name}`)}`);
  }
  if (isOther && heard !== "") print(spokenText(opponent.name, heard));
}

/** What was shown in a round that this move closes. */
function showRound(game: Game, { node: { state, turn }, action }: Move, person: Seat): void {
  if (isShowdown(game, turn)) print(shownText({ game, state }, game.actionName(state, action), person));
}

/** The reason why the person cannot take its last move back; undefined if it can. */
function noUndo(game: Game, moves: readonly Move[], person: Seat): string | undefined {
  if (!game.perfectInformation)
    return "Where information is hidden, a move stands: you would know more than before it.";
  const own = lastMoveOf(person, moves);
  if (own < 0) return "You have not moved yet.";
  if (moves.slice(own).some(({ node }) => node.turn.kind === "chance"))
    return "Chance has spoken since your last move: it stands, as you know now what it led to.";
  return undefined;
}

/** The ply of the person's last move; −1 if there is none. */
const lastMoveOf = (person: Seat, moves: readonly Move[]): number =>
  moves.findLastIndex(({ node: { turn } }) => turn.kind === "player" && turn.player === person);
