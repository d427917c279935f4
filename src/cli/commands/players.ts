/** `spiral players`: what is typed. What it does is in `actions/players.ts`. */
import { declare } from "../command.ts";
import { json } from "../flags/common.ts";

export const declaration = declare({
  usage: "players",
  summary: "list who can play, and which games",
  example: "spiral players",
  flags: json,
});
