/** `spiral probe`: whether a model's strategy moves when it is asked in ways that must not matter. */
import { defineCommand } from "../command.ts";
import { game, json, runFolder } from "../flags/common.ts";
import { text } from "../flags/flag.ts";
import { llmFlags } from "../flags/llm.ts";
import { measureFlags } from "../flags/measure.ts";
import { queueFlags } from "../flags/queue.ts";
import { runsFolder } from "../flags/runs-folder.ts";
import { printJson } from "../terminal/output.ts";

export const command = defineCommand({
  usage: "probe <player>",
  example: "spiral probe llm:gpt --game kuhn --vary order,role-tag",
  flags: {
    ...game,
    vary: text("--vary <list>", "order, role-tag, message, reasoning, system=FILE, names=FILE; separated by commas"),
    ...measureFlags,
    ...runFolder,
    ...json,
    ...queueFlags,
    ...llmFlags,
  },

  async run([spec], options) {
    const { measureWordings } = await import("../measure/model.ts");
    const { compareMeasured, showProbe } = await import("../measure/probe.ts");
    const { parseVariations } = await import("../measure/variations.ts");
    const runs = await runsFolder(options);
    const check = () => parseVariations(options.vary);
    return measureWordings(spec, runs, { ...options, logprobs: false }, check, ([usual, ...varied], variations) => {
      if (!usual) return;
      const results = compareMeasured(
        usual,
        varied.map((measured, i) => ({ name: variations[i]?.name ?? "", measured })),
      );
      const { samples, sets, dir } = usual;
      if (options.json) {
        const common = { game: usual.game.id, player: usual.player, folder: dir, samples, sets: sets.length };
        printJson({
          ...common,
          variations: results.map(({ compared, rows, ...result }) => ({ ...result, ...withoutSets(compared), rows })),
        });
      } else showProbe(usual, results);
    });
  },
});

/** The rows have what is known of each set. */
const withoutSets = <C extends { readonly sets: unknown }>({ sets: _, ...compared }: C): Omit<C, "sets"> => compared;
