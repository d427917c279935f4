/** `spiral eval`: a saved policy measured exactly, where its game can be walked, and played against opponents in pairs. */

import { type Versus, versus } from "../../arena/versus.ts";
import { evaluateExactly } from "../../exact/nash-conv.ts";
import type { Game } from "../../games/game.ts";
import { getGame } from "../../games/registry.ts";
import { defaultOpponents, opponents } from "../../players/opponents.ts";
import type { PolicyPlayer } from "../../players/player.ts";
import { greedy } from "../../policies/policy.ts";
import { policyKind } from "../../policies/registry.ts";
import { type ResolvedRun, resolveRun } from "../../run/directory.ts";
import { readCheckpoint } from "../../run/run.ts";
import { UserError } from "../../util/errors.ts";
import { signed, withInterval } from "../../util/figures.ts";
import { Rng } from "../../util/rng.ts";
import { wilson } from "../../util/stats.ts";
import { checkAll } from "../check-all.ts";
import type { Run } from "../command.ts";
import type { declaration } from "../commands/eval.ts";
import { loadPolicy } from "../open/checkpoint-contents.ts";
import { openExecutor } from "../open/executor.ts";
import { checkPlayers, closePlayers, fixedPlayer } from "../open/players.ts";
import { runsFolder } from "../open/runs-folder.ts";
import { startTrained } from "../open/trained-backend.ts";
import { note, print, printJson, styleFor, table } from "../terminal/output.ts";
import { number } from "../terminal/training-progress.ts";

interface GameReport {
  /** Null where the game cannot be walked. */
  readonly nashConv: number | null;
  readonly greedyNashConv: number | null;
  readonly versus: Versus[];
}

export const run: Run<typeof declaration> = async ([spec], options) => {
  const parent = await runsFolder(options);
  // Checked in this order: games and opponents are held against the run, where it could be read.
  let evaluated: { resolved: ResolvedRun; checkpoint: ReturnType<typeof readCheckpoint> } | undefined;
  const [{ resolved, checkpoint }, episodes, seed, failUnder, wanted, named, workers] = checkAll(
    () => {
      const resolved = resolveRun(spec, parent);
      evaluated = { resolved, checkpoint: readCheckpoint(resolved) };
      return evaluated;
    },
    options.episodes,
    options.seed,
    options.failUnder,
    () => chosenGames(options.games, evaluated?.checkpoint.config.games),
    () => chosenOpponents(options.vs, parent, evaluated?.resolved),
    options.workers,
  );
  const { config } = checkpoint;

  const backend = await startTrained(config.nn.backend);
  const executor = openExecutor(workers ?? "auto", backend.name);
  const main = loadPolicy(checkpoint, resolved.name, await policyKind(checkpoint.config.nn.policy));
  let rivals: readonly PolicyPlayer[] | undefined;
  try {
    rivals = await named?.();
    if (rivals) checkThatEachPlays(rivals, wanted);
    const policy = options.greedy ? { ...greedy(main.policy), name: main.name } : main.policy;
    const games: Record<string, GameReport> = {};
    for (const game of wanted) {
      const exact = evaluateExactly(game, main.policy);
      const against = rivals ?? opponents.filter(({ name }) => defaultOpponents(game).includes(name)).map(fixedPlayer);
      const rng = new Rng(seed).fork("eval").fork(game.id);
      games[game.id] = {
        nashConv: exact?.nashConv ?? null,
        greedyNashConv: exact?.greedyNashConv ?? null,
        versus: [],
      };
      for (const rival of against.filter(({ plays }) => plays(game))) {
        const result = await versus(game, policy, rival.policy(game), episodes, rng.fork(rival.name), { executor });
        games[game.id]?.versus.push({ ...result, opponent: rival.name });
      }
    }
    const report = { run: resolved.name, checkpoint: main.checkpoint, seed, greedy: options.greedy, games };
    if (options.json) printJson(report);
    else show(report, episodes);
    return failUnder === undefined ? 0 : check(games, failUnder);
  } finally {
    main.dispose();
    await executor.close();
    await closePlayers(rivals ?? []);
  }
};

/** The games named, which the policy must have learned where it is known what it has; all of those if none is named. */
function chosenGames(ids: string | undefined, learned: readonly string[] | undefined): Game[] {
  if (ids === undefined) return (learned ?? []).map(getGame);
  return checkAll(
    ...ids.split(",").map((text) => () => {
      const game = getGame(text.trim());
      if (!learned || learned.map((id) => getGame(id).id).includes(game.id)) return game;
      throw new UserError(2, `This policy has not learned ${game.id}. It has learned ${learned.join(", ")}.`);
    }),
  ) as Game[];
}

/** Any policy by its spec; `@000120` is a checkpoint of the run that is evaluated. What is returned opens them. */
function chosenOpponents(
  specs: string | undefined,
  runs: string,
  evaluated: ResolvedRun | undefined,
): (() => Promise<PolicyPlayer[]>) | undefined {
  if (specs === undefined) return undefined;
  const own = (spec: string): string => (spec.startsWith("@") && evaluated ? `${evaluated.dir}${spec}` : spec);
  // A comma parts opponents, and parameters of one: `mcts:sims=200,c=1,random`.
  const open = checkPlayers(
    specs.split(/,(?!\s*\w+=)/).map((spec) => own(spec.trim())),
    { runs, backendRuns: true },
  );
  return async () => (await open()).flatMap((player) => (player.kind === "policy" ? [player] : []));
}

function checkThatEachPlays(rivals: readonly PolicyPlayer[], games: readonly Game[]): void {
  const ids = games.map(({ id }) => id).join(", ");
  const idle = rivals.filter(({ plays }) => !games.some(plays));
  if (idle.length > 0)
    throw new UserError(
      2,
      idle.map(({ name }) => `Opponent ${name} does not play ${ids}.`),
    );
}

function show(
  report: { run: string; checkpoint: string; seed: number; greedy: boolean; games: Record<string, GameReport> },
  episodes: number,
): void {
  const { bold, dim } = styleFor(process.stdout);
  for (const [id, { nashConv, greedyNashConv, versus: results }] of Object.entries(report.games)) {
    const exact =
      nashConv === null || greedyNashConv === null
        ? "too large for an exact NashConv"
        : `NashConv ${number(nashConv)}, greedy ${number(greedyNashConv)}`;
    print(`${bold(id)}  ${exact}`);
    const rows = results.map(({ opponent, wins, draws, losses, meanReturn, ci95 }) => [
      `  ${opponent}`,
      withInterval(meanReturn, ci95),
      ...[wins, draws, losses].map((n) => share(n, episodes)),
    ]);
    print(`${table(["  against", "mean return", "wins %", "draws %", "losses %"], rows, { right: [1, 2, 3, 4] })}\n`);
  }
  const how = report.greedy ? "its most likely actions" : "sampling its actions";
  print(
    dim(
      `${report.run}@${report.checkpoint}, ${how}; ${episodes} games against each opponent, in pairs on the same deal with the\n` +
        `seats swapped, seed ${report.seed}. 95 % intervals: over pairs for the mean return, Wilson's for shares. NashConv is exact.`,
    ),
  );
}

/** `71.0 [68.1, 73.7]` */
function share(k: number, n: number): string {
  const { low, high } = wilson(k, n);
  return `${((100 * k) / n).toFixed(1)} [${(100 * low).toFixed(1)}, ${(100 * high).toFixed(1)}]`;
}

function check(games: Readonly<Record<string, GameReport>>, failUnder: number): number {
  const low = Object.entries(games).flatMap(([id, { versus: results }]) =>
    results.filter(({ meanReturn }) => meanReturn < failUnder).map((result) => ({ id, ...result })),
  );
  for (const { id, opponent, meanReturn } of low) {
    note(`check failed: ${id} against ${opponent}: mean return ${signed(meanReturn)} is under ${failUnder}`);
  }
  return low.length > 0 ? 4 : 0;
}
