/** Checks an episode against the rules of its game. */
import { getGame } from "../games/registry.ts";
import { UserError } from "../util/errors.ts";
import type { Episode } from "./episode.ts";
import { replaySteps } from "./steps.ts";
import { heard, type Spoken } from "./talk.ts";

/** The first problem of an episode: how it breaks the rules. Undefined if it follows them. */
export function verifyEpisode(episode: Episode): string | undefined {
  try {
    const game = getGame(episode.game);
    if (game.version !== episode.version) {
      return `${game.id} is at version ${game.version} of its rules, the episode was played with ${episode.version}`;
    }
    const talk = new Map<number, Spoken>(episode.talk?.map((spoken) => [spoken.ply, spoken]));
    if (episode.talk && !game.withoutTalk) return `something is said in ${game.id}, a game without talk`;
    if (talk.size < (episode.talk?.length ?? 0)) return "something is said twice at one ply";
    for (const { ply, turn, action } of replaySteps(game, episode)) {
      const spoken = talk.get(ply);
      if (spoken && action !== undefined) {
        if (turn.kind !== "player" || turn.player !== spoken.seat)
          return `player ${spoken.seat} says something at ply ${ply}, and it is not its turn`;
        if (spoken.text === "" || heard(spoken.text) !== spoken.text)
          return `what is said at ply ${ply} is not as the other player hears it`;
        talk.delete(ply);
      }
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
    const [unheard] = talk.keys();
    if (unheard !== undefined) return `something is said at ply ${unheard}, after the last action`;
    if ((episode.opening ?? 0) > episode.actions.length) return "its opening is longer than the game";
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}
