/** `spiral games`: what is typed. What it does is in `actions/games.ts`. */
import { declare } from "../command.ts";
import { json } from "../flags/common.ts";

export const declaration = declare({
  usage: "games [id]",
  summary: "list the games, or describe one",
  example: "spiral games negotiation:maxQuantity=5",
  flags: json,
});
