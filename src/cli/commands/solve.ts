/** `spiral solve`: the value of a game, and an equilibrium, row by row. */
import type { Game } from "../../games/game.ts";
import { UserError } from "../../util/errors.ts";
import { JOINED } from "../../util/printable.ts";
import { checkAll } from "../check-all.ts";
import { defineCommand } from "../command.ts";
import { jsonWithRows } from "../flags/common.ts";
import { checked, whole } from "../flags/flag.ts";
import { positiveNumber } from "../flags/numbers.ts";
import { print, printJson, styleFor, table } from "../terminal/output.ts";

/** Rows shown by default. */
const ROWS = 12;

export const command = defineCommand({
  usage: "solve <game>",
  example: "spiral solve leduc --tolerance 1e-3",
  flags: {
    tolerance: checked("--tolerance <nashconv>", "how near to an equilibrium", positiveNumber, "1e-4"),
    iterations: whole("--iterations <n>", "of CFR+, at most", { min: 1, max: 10_000_000 }, "20000"),
    rows: whole("--rows <n>", "how many rows of the strategy to show", { min: 0 }),
    ...jsonWithRows,
  },

  async run([id], options) {
    const { gameWithoutTalk } = await import("../../games/registry.ts");
    const { solve } = await import("../../exact/solve.ts");
    const { compiledAloud } = await import("../open/exact.ts");
    const { withProgress } = await import("../terminal/counter.ts");
    const [game, tolerance, maxIterations, rowLimit = ROWS] = checkAll(
      () => walkable(gameWithoutTalk(id)),
      options.tolerance,
      options.iterations,
      options.rows,
    );
    const started = performance.now();
    const tree = compiledAloud(game);
    const compiled = performance.now();
    const { method, value, nashConv, iterations, strategy } = withProgress(`Solving ${game.id}`, (tell) =>
      solve(game, {
        tolerance,
        maxIterations,
        onIteration: (iteration, distance) =>
          tell(`iteration ${iteration}${distance === undefined ? "" : `, NashConv ${distance.toExponential(1)}`}`),
      }),
    );
    const seconds = { compile: (compiled - started) / 1000, solve: (performance.now() - compiled) / 1000 };

    const rows = tree.infosets.map(({ key, player, actions, state }, i) => ({
      infoset: key,
      player,
      actions: actions.map((action, slot) => ({
        name: game.actionName(state, action),
        probability: strategy[(tree.firstEntry[i] as number) + slot] as number,
      })),
    }));
    if (options.json) {
      const found = { value, nashConv, iterations: iterations ?? null };
      printJson({ game: game.id, method, ...found, tolerance, states: tree.kind.length, seconds, rows });
    } else {
      const { bold, dim } = styleFor(process.stdout);
      const how = iterations === undefined ? method : `${method}, ${iterations} iterations`;
      print(`${bold(game.id)}  value to player 0 (${game.roles[0]}): ${bold(value.toFixed(6))}`);
      print(`NashConv of the strategy: ${nashConv === 0 ? "0" : nashConv.toExponential(1)}`);
      const times = `${(1000 * seconds.compile).toFixed(0)} ms to visit ${tree.kind.length.toLocaleString("en")} states, ${(1000 * seconds.solve).toFixed(0)} ms to solve`;
      print(dim(`${how}; ${times}`));
      const shown = rows.slice(0, rowLimit).map(({ infoset, player, actions }) => {
        const played = actions.filter(({ probability }) => probability >= 0.0005).slice(0, 4);
        const rest = actions.filter(({ probability }) => probability >= 0.0005).length - played.length;
        const cells = played.map(({ name, probability }) => `${name}${JOINED}${probability.toFixed(3)}`);
        return [infoset, game.roles[player] ?? "", `${cells.join("  ")}${rest > 0 ? `  and ${rest} more` : ""}`];
      });
      if (shown.length > 0)
        print(`\n${table(["information set", "player", "plays"], shown, { drop: [1], folded: 2 })}`);
      const more = rows.length - shown.length;
      if (more > 0) print(dim(`\n${more} more information sets: --rows ${rows.length}, or --json for all of them.`));
    }
    if (nashConv <= tolerance) return 0;
    throw new UserError(
      1,
      `${game.id}: NashConv is ${nashConv.toExponential(1)} after ${iterations} iterations, above the tolerance ${tolerance}. Raise --iterations.`,
    );
  },
});

function walkable(game: Game): Game {
  if (game.walkable) return game;
  throw new UserError(2, `${game.id} has too many states to be solved exactly.`);
}
