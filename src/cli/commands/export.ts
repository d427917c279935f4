/** `spiral export curves`: the metrics of runs as a table for notebooks, and as event files for TensorBoard. */
import { didYouMean, UserError } from "../../util/errors.ts";
import { plural } from "../../util/figures.ts";
import { writeFileAtomic } from "../../util/files.ts";
import { defineCommand } from "../command.ts";
import { json, runFolder } from "../flags/common.ts";
import { path } from "../flags/flag.ts";
import { runsFolder } from "../flags/runs-folder.ts";
import { note, printJson, printText, warn } from "../terminal/output.ts";

export const command = defineCommand({
  usage: "export <curves> <runs...>",
  example: "spiral export curves latest --out curves.csv",
  flags: {
    out: path("--out <file>", "write the table to a file instead of printing it"),
    tensorboard: path("--tensorboard <folder>", "write event files for TensorBoard instead of a table"),
    ...runFolder,
    ...json,
  },

  async run([what, specs], options) {
    const { out, tensorboard } = options;
    if (what !== "curves") throw new UserError(2, `"${what}" is not curves.${didYouMean(what, ["curves"])}`);
    if (tensorboard !== undefined && (out !== undefined || options.json)) {
      throw new UserError(2, "--tensorboard writes event files instead of a table; leave out --out and --json.");
    }
    const { curveRuns } = await import("../../run/curves/runs.ts");
    const { curvesCsv, curvesOf, writeEventFiles } = await import("../../run/curves/export.ts");
    const runs = curveRuns(specs, await runsFolder(options), warn);
    if (tensorboard !== undefined) {
      writeEventFiles(runs, tensorboard);
      note(
        `Written to ${tensorboard}: ${plural(runs.length, "run")}. See them with: tensorboard --logdir ${tensorboard}`,
      );
    } else if (out !== undefined) {
      writeFileAtomic(out, options.json ? `${JSON.stringify(runs.map(curvesOf), null, 2)}\n` : curvesCsv(runs));
      note(`Written to ${out}: the curves of ${plural(runs.length, "run")}.`);
    } else if (options.json) printJson(runs.map(curvesOf));
    else printText(curvesCsv(runs));
    return 0;
  },
});
