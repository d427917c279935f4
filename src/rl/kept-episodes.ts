/** The episodes of a batch that are logged. */
import type { Game } from "../games/game.ts";
import type { Writing } from "../policies/policy-kind.ts";
import type { Episode } from "../record/episode.ts";
import type { Trajectories } from "../selfplay/plan.ts";
import { episodeOf } from "../selfplay/play.ts";

/** The first `keep` episodes of each of the trajectories, or all, those of a policy that writes in terms of the game itself. */
export function keptEpisodes(
  batch: readonly Trajectories[],
  update: number,
  keep: number | "all",
  writing: Writing | undefined,
): Episode[] {
  return batch.flatMap((trajectories) => {
    const { episodes: count, graph } = trajectories.plan;
    const length = keep === "all" ? count : Math.min(keep, count);
    const episodes = Array.from({ length }, (_, index) => episodeOf(trajectories, index, update));
    return writing ? episodes.map((episode) => inActions(episode, writing, graph.game)) : episodes;
  });
}

/** An episode of the game that a policy plays as one of the game itself; its words become what was said. */
function inActions(episode: Episode, writing: Writing, played: Game): Episode {
  const { actions, responses, forfeit } = writing.told(played, episode.actions);
  const said = responses.map(({ ply, ...answer }) => ({ ply, answers: [answer] }));
  return { ...episode, actions, ...(forfeit ? { forfeit } : {}), said };
}
