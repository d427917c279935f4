/** `spiral completion`: a script with which a shell completes commands, flags and ids of games. */
import { UserError } from "../../util/errors.ts";
import { defineCommand } from "../command.ts";
import { print } from "../terminal/output.ts";

export const command = defineCommand({
  usage: "completion <bash|zsh|fish>",
  example: "spiral completion bash >> ~/.bashrc",
  flags: {},

  async run([name], _options, _invocation, all) {
    const { gameIds } = await import("../../games/registry.ts");
    const { completionScript, SHELLS } = await import("../terminal/completion.ts");
    const shell = SHELLS.find((one) => one === name);
    if (shell === undefined) throw new UserError(2, `"${name}" is none of ${SHELLS.join(", ")}.`);
    print(completionScript(shell, await all(), gameIds).trimEnd());
    return 0;
  },
});
