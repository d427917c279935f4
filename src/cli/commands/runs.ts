/** `spiral runs`: what is typed. What it does is in `actions/runs.ts`. */
import { declare } from "../command.ts";
import { json, runFolder } from "../flags/common.ts";

export const declaration = declare({
  usage: "runs [ls|show] [run]",
  summary: "list runs, or show one",
  example: "spiral runs show latest",
  flags: { ...runFolder, ...json },
});
