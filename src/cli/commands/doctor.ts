/** `spiral doctor`: what is typed. What it does is in `actions/doctor.ts`. */
import { declare } from "../command.ts";
import { json, runFolder } from "../flags/common.ts";

export const declaration = declare({
  usage: "doctor",
  summary: "show what this machine has and which backends run on it",
  example: "spiral doctor",
  flags: { ...runFolder, ...json },
});
