/** `spiral arena`: what is typed. What it does is in `actions/arena.ts`. */
import { declare } from "../command.ts";
import { json, pairs, runFolder, seed } from "../flags/common.ts";
import { text, toggle } from "../flags/flag.ts";
import { llmFlags } from "../flags/llm.ts";

export const declaration = declare({
  usage: "arena <players...>",
  summary: "hold a tournament, and rate the players",
  example: "spiral arena nash random sloppy --games kuhn",
  flags: {
    games: text("--games <ids>", "games, separated by commas"),
    ...pairs,
    ...seed,
    gauntlet: toggle("--gauntlet", "the first player against all others only"),
    anchor: text("--anchor <player>", "whose rating is 0; the mean is if not given"),
    out: text("--out <folder>", "the tournament's own folder (default: one in tournaments/)"),
    ...runFolder,
    ...json,
    ...llmFlags,
  },
});
