/** `spiral replay`: what is typed. What it does is in `actions/replay.ts`. */
import type { Viewer } from "../../record/transcript.ts";
import { UserError } from "../../util/errors.ts";
import { declare } from "../command.ts";
import { json, runFolder } from "../flags/common.ts";
import { checked, text, toggle, whole } from "../flags/flag.ts";

export const declaration = declare({
  usage: "replay [log|run]",
  summary: "step through logged games, or verify them",
  example: "spiral replay --game ttt --player 0",
  flags: {
    episode: whole("--episode <n>", "line of the log, counted from 1; the last if none is named", { min: 1 }),
    game: text("--game <id>", "only episodes of this game"),
    player: checked("--player <0|1|all>", "show what this player saw, or everything", viewerNamed, "all"),
    verify: toggle("--verify", "check every line against the rules of the games"),
    ...runFolder,
    ...json,
  },
});

function viewerNamed(name: string, text: string): Viewer {
  if (text === "0") return 0;
  if (text === "1") return 1;
  if (text === "all") return "all";
  throw new UserError(2, `${name} is "${text}"; it takes one of 0, 1, all.`);
}
