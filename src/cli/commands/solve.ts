/** `spiral solve`: what is typed. What it does is in `actions/solve.ts`. */
import { declare } from "../command.ts";
import { jsonWithRows } from "../flags/common.ts";
import { checked, whole } from "../flags/flag.ts";
import { positiveNumber } from "../flags/numbers.ts";

export const declaration = declare({
  usage: "solve <game>",
  summary: "solve a game exactly",
  example: "spiral solve leduc --tolerance 1e-3",
  flags: {
    tolerance: checked("--tolerance <nashconv>", "how near to an equilibrium", positiveNumber, "1e-4"),
    iterations: whole("--iterations <n>", "of CFR+, at most", { min: 1, max: 10_000_000 }, "20000"),
    rows: whole("--rows <n>", "how many rows of the strategy to show", { min: 0 }),
    ...jsonWithRows,
  },
});
