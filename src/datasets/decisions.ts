/** The decisions in a logged game: what the player knew, what it did, what came of it. */
import type { Game } from "../games/game.ts";
import { getGame } from "../games/registry.ts";
import { GameGraph, type Infoset, MAX_CACHED_NODES } from "../graph/game-graph.ts";
import type { Episode, Utterance } from "../record/episode.ts";
import type { Spoken } from "../record/talk.ts";
import { verifyEpisode } from "../record/verify.ts";
import { UserError } from "../util/errors.ts";

export interface Decision {
  readonly infoset: Infoset;
  /** The action as a slot of the information set; undefined if the player forfeited here. */
  readonly slot: number | undefined;
  /** The name of the player. */
  readonly player: string;
  /** What the players had said to each other; undefined in a game without talk. */
  readonly talk: readonly Spoken[] | undefined;
  /** What it wrote; undefined if it does not answer in words. */
  readonly said: Utterance | undefined;
  /** Its return at the end of the game. */
  readonly reward: number;
}

/** Reads episodes; the graphs of their games are kept between calls. */
export class DecisionReader {
  readonly #graphs = new Map<Game, GameGraph>();

  /** Those of the players, without the plies of an opening. Throws a UserError if the episode breaks the rules of its game. */
  decisionsOf(episode: Episode): Decision[] {
    const problem = verifyEpisode(episode);
    if (problem !== undefined) throw new UserError(1, problem);
    const graph = this.#graphOf(getGame(episode.game));
    const said = new Map(episode.said?.map(({ ply, answers }) => [ply, answers.at(-1)]));
    const decisions: Decision[] = [];
    let node = graph.root;
    const add = (ply: number, slot: number | undefined): void => {
      const { infoset } = node;
      if (!infoset || ply < (episode.opening ?? 0)) return;
      const { player } = infoset;
      const [name, reward] = [episode.players[player], episode.returns[player]];
      const talk = graph.game.withoutTalk && (episode.talk ?? []).filter((spoken) => spoken.ply < ply);
      decisions.push({ infoset, slot, player: name, talk, said: said.get(ply), reward });
    };
    for (const [ply, action] of episode.actions.entries()) {
      const slot = node.turn.kind === "end" ? -1 : node.turn.actions.indexOf(action);
      add(ply, slot);
      node = graph.child(node, slot);
    }
    if (episode.forfeit) add(episode.actions.length, undefined);
    return decisions;
  }

  #graphOf(game: Game): GameGraph {
    let graph = this.#graphs.get(game);
    if (!graph || graph.size > MAX_CACHED_NODES) {
      graph = new GameGraph(game);
      this.#graphs.set(game, graph);
    }
    return graph;
  }
}
