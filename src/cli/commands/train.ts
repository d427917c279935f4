/** `spiral train`: what is typed. What it does is in `actions/train.ts`. */
import { declare, type Options } from "../command.ts";
import { anySetting, howToRun, whatToLearn } from "../flags/config.ts";
import { text, textOrTrue, toggle } from "../flags/flag.ts";

export const declaration = declare({
  usage: "train [config]",
  summary: "train a policy by self-play",
  example: "spiral train --games kuhn,ttt --seed 7",
  flags: {
    ...whatToLearn,
    name: text("--name <name>", "name of the run's folder"),
    ...anySetting,
    resume: textOrTrue("--resume [run]", "go on with a run, the latest if none is named"),
    ...howToRun,
    profile: toggle("--profile", "say at the end what an update spends its time on"),
    dryRun: toggle("--dry-run", "check the settings, print them and stop"),
    json: toggle("--json", "print JSON, one object per line"),
  },
});

export type TrainOptions = Options<typeof declaration>;
