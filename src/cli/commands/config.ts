/** `spiral config`: what is typed. What it does is in `actions/config.ts`. */
import { declare } from "../command.ts";
import { json } from "../flags/common.ts";
import { configFlagsAsInTrain } from "../flags/config.ts";

export const declaration = declare({
  usage: "config [show|schema] [config]",
  summary: "show every setting and where it comes from",
  example: "spiral config show my.yaml --size m",
  flags: { ...configFlagsAsInTrain, ...json },
});
