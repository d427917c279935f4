/** `spiral policy`: a saved policy, one row per information set, with an equilibrium beside it if one is known. */
import type { Game } from "../../games/game.ts";
import type { Infoset } from "../../graph/game-graph.ts";
import type { Distribution, Policy } from "../../policies/policy.ts";
import { UserError } from "../../util/errors.ts";
import { JOINED } from "../../util/printable.ts";
import { checkAll } from "../check-all.ts";
import { defineCommand } from "../command.ts";
import { jsonWithRows, runFolder } from "../flags/common.ts";
import { text, toggle, toggleOff, whole } from "../flags/flag.ts";
import { runsFolder } from "../flags/runs-folder.ts";
import { print, printJson, styleFor, table, warn } from "../terminal/output.ts";
import { number } from "../terminal/training-progress.ts";

/** Rows shown by default. */
const ROWS = 24;
/** Games played to find information sets, if the game is too large to visit all of them. */
const SAMPLE_GAMES = 16;

export const command = defineCommand({
  usage: "policy [run]",
  example: "spiral policy --game kuhn",
  flags: {
    game: text("--game <id>", "the game; the first that it was trained on if none is named"),
    greedy: toggle("--greedy", "the most likely action always"),
    exploit: toggle("--exploit", "how it is beaten: a best response in each seat, and the likeliest line that it wins"),
    equilibrium: toggleOff("--no-equilibrium", "leave out the equilibrium, which takes long in large games"),
    rows: whole("--rows <n>", "how many rows to show", { min: 1 }),
    ...runFolder,
    ...jsonWithRows,
  },

  async run([spec], options) {
    const { getGame } = await import("../../games/registry.ts");
    const { greedy } = await import("../../policies/policy.ts");
    const { policyKind } = await import("../../policies/registry.ts");
    const { resolveRun } = await import("../../run/directory.ts");
    const { readCheckpoint } = await import("../../run/run.ts");
    const parent = await runsFolder(options);
    const [resolved, rowLimit = ROWS, asked] = checkAll(
      () => resolveRun(spec, parent, warn),
      options.rows,
      () => (options.game === undefined ? undefined : getGame(options.game)),
    );
    const checkpoint = readCheckpoint(resolved, warn);
    const learned = checkpoint.config.games.map(getGame);
    const game = asked ?? (learned[0] as Game);
    if (!learned.includes(game)) {
      throw new UserError(
        2,
        `This policy has not learned ${game.id}. It has learned ${checkpoint.config.games.join(", ")}.`,
      );
    }
    const { loadPolicy } = await import("../open/checkpoint-contents.ts");
    const { startTrained } = await import("../open/trained-backend.ts");
    await startTrained(checkpoint.config.nn.backend, [checkpoint.config.nn]);
    const saved = loadPolicy(checkpoint, resolved.name, await policyKind(checkpoint.config.nn.policy));
    try {
      const policy = options.greedy ? greedy(saved.policy) : saved.policy;
      const name = `${saved.name}${options.greedy ? ", most likely actions" : ""}`;
      const policyNamed = { run: resolved.name, checkpoint: saved.checkpoint, game: game.id };
      if (options.exploit) {
        const { exploitsOf } = await import("../../exact/exploits.ts");
        const { compiledAloud } = await import("../open/exact.ts");
        const { printExploits } = await import("../terminal/exploit-report.ts");
        if (!game.walkable) throw new UserError(2, `${game.id} has too many states for an exact best response.`);
        compiledAloud(game);
        const found = exploitsOf(game, policy);
        if (options.json) printJson({ ...policyNamed, ...found });
        else printExploits(game.id, name, found);
        return 0;
      }
      const infosets = await infosetsOf(game, policy);
      const shown = options.json ? infosets : infosets.slice(0, rowLimit);
      const known = options.equilibrium ? await equilibriumOf(game, shown, policy, infosets) : undefined;
      const rows = describe(game, shown, policy, known);
      if (options.json) printJson({ ...policyNamed, rows });
      else show(game, rows, { name, title: known?.title ?? "", total: infosets.length });
      return 0;
    } finally {
      saved.dispose();
    }
  },
});

/** All information sets; for a large game those that occur in some games of the policy against itself. */
async function infosetsOf(game: Game, policy: Policy): Promise<readonly Infoset[]> {
  if (game.walkable) {
    const { compiledAloud } = await import("../open/exact.ts");
    return compiledAloud(game).infosets;
  }
  const { GameGraph } = await import("../../graph/game-graph.ts");
  const { play } = await import("../../selfplay/play.ts");
  const graph = new GameGraph(game);
  const [trajectories] = play([
    { graph, episodes: SAMPLE_GAMES, policies: [policy, policy], paired: false, chanceKey: 1, actionKey: 2 },
  ]);
  return trajectories?.infosets ?? [];
}

interface PolicyRow {
  readonly infoset: string;
  readonly player: number;
  readonly observation: string;
  readonly actions: readonly { readonly name: string; readonly probability: number; readonly equilibrium?: number }[];
}

interface Equilibrium {
  readonly title: string;
  readonly distributions: readonly Distribution[];
}

/** The distributions of an equilibrium at the information sets that are shown; undefined if the game is too large to solve. */
async function equilibriumOf(
  game: Game,
  shown: readonly Infoset[],
  policy: Policy,
  all: readonly Infoset[],
): Promise<Equilibrium | undefined> {
  if (!game.walkable) return undefined;
  const { nash } = await import("../../players/opponents.ts");
  const { distanceOfCfr, solveAloud } = await import("../open/exact.ts");
  solveAloud(game);
  const distributions = policy.distributions(all);
  // In games with a closed-form equilibrium, each key belongs to one player.
  const byKey = new Map(all.map(({ key }, i) => [key, [...(distributions[i] as Float64Array)]]));
  const distance = distanceOfCfr(game);
  const title = distance === undefined ? "an equilibrium" : `equilibrium, NashConv${JOINED}${number(distance)}`;
  return { title, distributions: nash(game, (key) => byKey.get(key)).distributions(shown) };
}

function describe(game: Game, shown: readonly Infoset[], policy: Policy, known: Equilibrium | undefined): PolicyRow[] {
  const distributions = policy.distributions(shown);
  return shown.map(({ key, player, actions, state }, i) => ({
    infoset: key,
    player,
    observation: game.observe(state, player),
    actions: actions.map((action, slot) => {
      const equilibrium = known?.distributions[i]?.[slot];
      return {
        name: game.actionName(state, action),
        probability: distributions[i]?.[slot] as number,
        ...(equilibrium === undefined ? {} : { equilibrium }),
      };
    }),
  }));
}

interface Shown {
  readonly name: string;
  /** Of the column of the equilibrium. */
  readonly title: string;
  /** Information sets in all. */
  readonly total: number;
}

function show(game: Game, rows: readonly PolicyRow[], { name, title, total }: Shown): void {
  const { bold, dim, cyan } = styleFor(process.stdout);
  print(`${bold(game.id)}  ${dim(name)}\n`);
  const cells = rows.map(({ infoset, player, actions }) => {
    const top = [...actions].sort((a, b) => b.probability - a.probability).slice(0, 3);
    const few = actions.length <= 3 ? actions : top;
    return [
      infoset,
      game.roles[player] ?? "",
      few.map((a) => `${a.name}${JOINED}${cyan(a.probability.toFixed(3))}`).join("  ") +
        (few === actions ? "" : dim("  …")),
      few.some((a) => a.equilibrium !== undefined) ? few.map((a) => (a.equilibrium ?? 0).toFixed(3)).join("  ") : "",
    ];
  });
  const header = ["information set", "player", "policy", title];
  print(table(header, cells, { drop: [1, 3], folded: 2 }));
  const rest = total - rows.length;
  if (rest > 0) print(dim(`\n${rest} more information sets: --rows ${total}, or --json for all of them.`));
  if (!game.walkable)
    print(dim(`\nThe information sets that come up in ${SAMPLE_GAMES} games; there are too many to list.`));
  else if (game.equilibrium && title !== "")
    print(dim("\nOf a family of equilibria, the one nearest to the policy is shown."));
}
