/** `spiral policy`: a saved policy, one row per information set, with an equilibrium beside it if one is known. */
import type { Game } from "../../games/game.ts";
import type { Infoset } from "../../graph/game-graph.ts";
import type { Policy } from "../../policies/policy.ts";
import { UserError } from "../../util/errors.ts";
import { checkAll } from "../check-all.ts";
import { defineCommand } from "../command.ts";
import { jsonWithRows, runFolder } from "../flags/common.ts";
import { type OptionsOf, text, toggle, toggleOff, whole } from "../flags/flag.ts";
import { llmFlags } from "../flags/llm.ts";
import { isAsked, logprobs, measureFlags, measuringFlags, refuseFlags } from "../flags/measure.ts";
import { queueFlags } from "../flags/queue.ts";
import { runsFolder } from "../flags/runs-folder.ts";
import { print, printJson, styleFor, warn } from "../terminal/output.ts";

/** Rows shown by default. */
const ROWS = 24;
/** Games played to find information sets, if the game is too large to visit all of them. */
const SAMPLE_GAMES = 16;

const flags = {
  game: text("--game <id>", "the game; the first that it was trained on if none is named"),
  greedy: toggle("--greedy", "the most likely action always"),
  exploit: toggle("--exploit", "how it is beaten: a best response in each seat, and the likeliest line that it wins"),
  equilibrium: toggleOff("--no-equilibrium", "leave out the equilibrium, which takes long in large games"),
  rows: whole("--rows <n>", "how many rows to show", { min: 1 }),
  ...runFolder,
  ...jsonWithRows,
  ...measureFlags,
  ...logprobs,
  ...queueFlags,
  ...llmFlags,
};

export const command = defineCommand({
  usage: "policy [run]",
  example: "spiral policy --game kuhn",
  flags,

  async run([spec], options, invocation) {
    const { gameWithoutTalk, getGame } = await import("../../games/registry.ts");
    const parent = await runsFolder(options);
    if (isAsked(spec)) {
      const { measurePlayer } = await import("../measure/model.ts");
      const { policyOf } = await import("../measure/report.ts");
      return measurePlayer(spec, parent, options, options.rows, async (measured, rowLimit = ROWS) => {
        if (measured.answered.some(({ answers }) => answers === 0)) {
          throw new UserError(1, "Some information sets have no answer yet, so there is no strategy to show.");
        }
        const { player, game, sets, compiled } = measured;
        const names = { run: player, checkpoint: null };
        await showPolicy(
          { game, policy: policyOf(measured), name: player, names, rowLimit, infosets: compiled ? undefined : sets },
          options,
        );
      });
    }
    const { policyKind } = await import("../../policies/registry.ts");
    const { resolveRun } = await import("../../run/directory.ts");
    const { readCheckpoint } = await import("../../run/read.ts");
    const [resolved, rowLimit = ROWS, asked] = checkAll(
      () => resolveRun(spec, parent, warn),
      options.rows,
      () => (options.game === undefined ? undefined : gameWithoutTalk(options.game)),
      () => refuseFlags(invocation, measuringFlags, "language models: llm:MODEL"),
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
      const names = { run: resolved.name, checkpoint: saved.checkpoint };
      await showPolicy({ game, policy: saved.policy, name: saved.name, names, rowLimit, infosets: undefined }, options);
      return 0;
    } finally {
      saved.dispose();
    }
  },
});

interface ToShow {
  readonly game: Game;
  readonly policy: Policy;
  readonly name: string;
  /** As the JSON names the policy. */
  readonly names: { readonly run: string; readonly checkpoint: string | null };
  readonly rowLimit: number;
  /** Undefined for all, or in a large game those that come up. */
  readonly infosets: readonly Infoset[] | undefined;
}

async function showPolicy(shown: ToShow, options: OptionsOf<typeof flags>): Promise<void> {
  const { greedy } = await import("../../policies/policy.ts");
  const { game, rowLimit } = shown;
  const policy = options.greedy ? greedy(shown.policy) : shown.policy;
  const name = `${shown.name}${options.greedy ? ", most likely actions" : ""}`;
  const policyNamed = { ...shown.names, game: game.id };
  if (options.exploit) {
    const { exploitsOf } = await import("../../exact/exploits.ts");
    const { compiledAloud } = await import("../open/exact.ts");
    const { printExploits } = await import("../terminal/exploit-report.ts");
    if (!game.walkable) throw new UserError(2, `${game.id} has too many states for an exact best response.`);
    compiledAloud(game);
    const found = exploitsOf(game, policy);
    if (options.json) printJson({ ...policyNamed, ...found });
    else printExploits(game.id, name, found);
    return;
  }
  const { equilibriumOf, policyRows, policyTable } = await import("../measure/policy-table.ts");
  const infosets = shown.infosets ?? (await infosetsOf(game, policy));
  const listed = options.json ? infosets : infosets.slice(0, rowLimit);
  const known = options.equilibrium ? equilibriumOf(game, listed, policy, infosets) : undefined;
  const rows = policyRows(game, listed, policy, known);
  if (options.json) {
    printJson({ ...policyNamed, rows });
    return;
  }
  const { bold, dim } = styleFor(process.stdout);
  print(`${bold(game.id)}  ${dim(name)}\n`);
  print(policyTable(game, rows, known?.title ?? ""));
  const rest = infosets.length - rows.length;
  if (rest > 0) print(dim(`\n${rest} more information sets: --rows ${infosets.length}, or --json for all of them.`));
  if (!game.walkable)
    print(dim(`\nThe information sets that come up in ${SAMPLE_GAMES} games; there are too many to list.`));
  else if (game.equilibrium && known)
    print(dim("\nOf a family of equilibria, the one nearest to the policy is shown."));
}

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
