/** One game between a person and another player, move by move, with moves taken back where the rules allow it. */

import { forfeitReturns } from "../../games/forfeit.ts";
import type { Game, Seat } from "../../games/game.ts";
import { GameGraph, type Infoset } from "../../graph/game-graph.ts";
import type { Choice, Player } from "../../players/player.ts";
import { type Policy, sampleSlot } from "../../policies/policy.ts";
import type { Episode, Utterance } from "../../record/episode.ts";
import { wordsKeeper } from "../../record/kept-words.ts";
import { uniformAt } from "../../util/rng.ts";
import { askMove } from "./ask-move.ts";
import type { Dialogue } from "./dialogue.ts";
import { note, print, styleFor } from "./output.ts";
import { interruptible } from "./signals.ts";

export interface Table {
  readonly game: Game;
  readonly opponent: Player;
  readonly dialogue: Dialogue;
  /** Aborted when the person is to leave at once. */
  readonly signal: AbortSignal;
  readonly hints: Policy | string;
  readonly always: boolean;
  /** Chance and the opponent's draws are functions of these, the game's number and the ply. */
  readonly chanceKey: number;
  readonly actionKey: number;
}

/** A game that is over, as the log holds it. */
export type Played = Pick<Episode, "actions" | "returns" | "forfeit" | "said">;

/** A state that was left by an action, and by whose; with what was said by a player that answers in words. */
interface Ply {
  readonly state: unknown;
  readonly action: number;
  readonly by: "chance" | Seat;
  readonly said?: readonly Utterance[] | undefined;
}

/** Plays it to its end; undefined where the person leaves. */
export async function playGame(table: Table, index: number, person: Seat): Promise<Played | undefined> {
  const { game, dialogue, signal, hints, always, chanceKey } = table;
  const graph = new GameGraph(game);
  const { bold, dim } = styleFor(process.stdout);
  let plies: readonly Ply[] = [];
  let state = game.initial();
  const act = (action: number, by: Ply["by"], said?: readonly Utterance[]): void => {
    plies = [...plies, { state, action, by, said }];
    state = game.apply(state, action);
  };
  const over = (returns: readonly [number, number], forfeit?: Episode["forfeit"], lastWords?: readonly Utterance[]) => {
    // Only now, as what was taken back is not kept.
    const keep = wordsKeeper();
    const said = [...plies.map((ply) => ply.said), lastWords].flatMap((words = [], ply) => {
      const answers = keep(words);
      return answers.length > 0 ? { ply, answers } : [];
    });
    return {
      actions: plies.map(({ action }) => action),
      returns,
      ...(forfeit ? { forfeit } : {}),
      ...(said.length > 0 ? { said } : {}),
    };
  };
  for (;;) {
    const turn = game.turn(state);
    if (turn.kind === "end") return over(turn.returns);
    if (turn.kind === "chance") {
      const u = uniformAt(chanceKey, index, plies.filter(({ by }) => by === "chance").length);
      const outcome = turn.actions[sampleSlot(turn.probabilities, u)] as number;
      if (game.perfectInformation) print(dim(`Chance: ${game.actionName(state, outcome)}`));
      act(outcome, "chance");
      continue;
    }
    const infoset = graph.node(state).infoset as Infoset;
    if (turn.player !== person) {
      const choice = await choiceOf(table, infoset, index, plies.length);
      if ("forfeit" in choice) {
        return over(forfeitReturns(turn.player), { seat: turn.player, reason: choice.forfeit }, choice.said);
      }
      const action = turn.actions[choice.slot] as number;
      // Where information is hidden a move may be too: what the person may know of it is in what it reads next.
      if (game.perfectInformation) print(`\n${bold(`${table.opponent.name} plays ${game.actionName(state, action)}`)}`);
      act(action, turn.player, choice.said);
      continue;
    }
    const situation = { infoset, hints, always, noUndo: noUndo(game, plies, person) };
    const reply = await askMove(dialogue, situation, signal);
    if (reply === "quit") return undefined;
    if (reply === "resign") return over(forfeitReturns(person), { seat: person, reason: "resigned" });
    if (reply === "undo") {
      const own = plies.findLastIndex(({ by }) => by === person);
      state = (plies[own] as Ply).state;
      plies = plies.slice(0, own);
    } else {
      act(turn.actions[reply.slot] as number, person);
    }
  }
}

/** Why the person cannot take its last move back; undefined where it can. */
function noUndo(game: Game, plies: readonly Ply[], person: Seat): string | undefined {
  if (!game.perfectInformation)
    return "Where information is hidden, a move stands: you would know more than before it.";
  const own = plies.findLastIndex(({ by }) => by === person);
  if (own < 0) return "You have not moved yet.";
  if (plies.slice(own).some(({ by }) => by === "chance"))
    return "Chance has spoken since your last move: it stands, as you know now what it led to.";
  return undefined;
}

/** The opponent's choice; rejects with the signal's reason where the person leaves meanwhile. */
async function choiceOf(table: Table, infoset: Infoset, episode: number, ply: number): Promise<Choice> {
  const { game, opponent, signal, actionKey } = table;
  if (opponent.kind === "policy") {
    const [distribution = []] = interruptible(() => opponent.policy(game).distributions([infoset]));
    return { slot: sampleSlot(distribution, uniformAt(actionKey, episode, ply)) };
  }
  note(styleFor(process.stderr).dim(`${opponent.name} is thinking …`));
  const gone = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  return Promise.race([opponent.choose({ infoset, episode, ply, signal }), gone]);
}
