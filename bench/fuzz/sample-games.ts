/** Games in which every move is drawn at random, as episodes. */
import { getGame } from "../../src/games/registry.ts";
import type { Episode } from "../../src/record/episode.ts";
import { Rng } from "../../src/util/rng.ts";

/** `count` games of each id; the players of odd ones answer in words. */
export function randomEpisodes(ids: readonly string[], count: number, update: number): Episode[] {
  return ids.flatMap((id) => Array.from({ length: count }, (_, index) => randomEpisode(id, index, update)));
}

function randomEpisode(id: string, index: number, update: number): Episode {
  const game = getGame(id);
  const rng = new Rng("sample games").fork(id, index);
  const actions: number[] = [];
  let state = game.initial();
  for (let turn = game.turn(state); ; turn = game.turn(state)) {
    if (turn.kind === "end") {
      const said =
        index % 2 === 0 ? {} : { said: [{ ply: actions.length - 1, answers: [{ text: "I say \\boxed{so}" }] }] };
      const players = ["random", "llm:small"] as const;
      return { game: game.id, version: game.version, update, index, players, actions, returns: turn.returns, ...said };
    }
    const action = turn.actions[rng.below(turn.actions.length)];
    actions.push(action);
    state = game.apply(state, action);
  }
}
