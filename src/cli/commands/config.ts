/** `spiral config show`: every setting with its origin; `spiral config schema`: JSON Schema for editors. */
import { didYouMean, UserError } from "../../util/errors.ts";
import { quoted } from "../../util/shell.ts";
import { defineCommand } from "../command.ts";
import { json } from "../flags/common.ts";
import { configFlagsAsInTrain } from "../flags/config.ts";
import { printJson } from "../terminal/output.ts";

export const command = defineCommand({
  usage: "config [show|schema] [config]",
  example: "spiral config show my.yaml --size m",
  flags: { ...configFlagsAsInTrain, ...json },

  async run([what, file], options) {
    if (what === "schema") {
      const { configJsonSchema } = await import("../../config/json-schema.ts");
      printJson(configJsonSchema());
      return 0;
    }
    if (what !== undefined && what !== "show") {
      const hint = /\.ya?ml$/.test(what)
        ? ` For a file: spiral config show ${quoted(what)}`
        : didYouMean(what, ["show", "schema"]);
      throw new UserError(2, `"${what}" is neither show nor schema.${hint}`);
    }
    const { showConfig } = await import("../terminal/config-table.ts");
    showConfig(file, options);
    return 0;
  },
});
