/** Checks an episode against the rules of its game. */
import { getGame } from "../games/registry.ts";
import { UserError } from "../util/errors.ts";
import type { Episode } from "./episode.ts";
import { replaySteps } from "./steps.ts";

/** The first problem of an episode: how it breaks the rules. Undefined if it follows them. */
export function verifyEpisode(episode: Episode): string | undefined {
  try {
    const game = getGame(episode.game);
    if (game.version !== episode.version) {
      return `${game.id} is at version ${game.version} of its rules, the episode was played with ${episode.version}`;
    }
    for (const { turn } of replaySteps(game, episode)) {
      if (turn.kind !== "end") continue;
      const [first, second] = turn.returns;
      if (first !== episode.returns[0] || second !== episode.returns[1]) {
        return `the game returns ${first}, ${second}; the episode says ${episode.returns.join(", ")}`;
      }
    }
    // A player that forfeits has answered at the ply after the last action.
    const answered = episode.actions.length + (episode.forfeit ? 1 : 0);
    const late = episode.said?.find(({ ply }) => ply >= answered);
    if (late) return `something was said at ply ${late.ply}, after the end`;
    if ((episode.opening ?? 0) > episode.actions.length) return "its opening is longer than the game";
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}
