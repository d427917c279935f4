/**
 * `spiral eval`: measures a saved policy exactly, if its game can be walked, and plays it against opponents in pairs. A
 * language model is measured by its answers at every information set.
 */
import type { Config } from "../../config/schema.ts";
import type { PolicyPlayer } from "../../players/player.ts";
import type { ResolvedRun } from "../../run/directory.ts";
import type { readCheckpoint } from "../../run/read.ts";
import { UserError } from "../../util/errors.ts";
import { signed, withInterval } from "../../util/figures.ts";
import { JOINED } from "../../util/printable.ts";
import { wilson } from "../../util/wilson-interval.ts";
import { checkAll } from "../check-all.ts";
import { defineCommand } from "../command.ts";
import { greedy, json, learnedGames, runFolder, seed, WORKERS } from "../flags/common.ts";
import { checked, finite, text, toggle } from "../flags/flag.ts";
import { llmFlags } from "../flags/llm.ts";
import { askedGame, isAsked, logprobs, measureFlags, measuringFlags, refuseFlags } from "../flags/measure.ts";
import { wholeNumber, workerCount } from "../flags/numbers.ts";
import { queueFlags } from "../flags/queue.ts";
import { runsFolder } from "../flags/runs-folder.ts";
import type { GameReport } from "../open/evaluation.ts";
import { note, print, printJson, styleFor, table, warn } from "../terminal/output.ts";
import { number } from "../terminal/training-progress.ts";

export const command = defineCommand({
  usage: "eval [run]",
  example: "spiral eval --vs random,minimax --episodes 2000",
  flags: {
    vs: text("--vs <opponents>", "opponents, separated by commas"),
    ...learnedGames,
    episodes: checked("--episodes <n>", "games against each opponent", evenNumber, "1000"),
    ...seed,
    ...greedy,
    free: toggle("--free", "let a text policy write any word, and say how often an answer is no legal action"),
    failUnder: finite("--fail-under <return>", "exit with 4 if a mean return is lower"),
    workers: checked(WORKERS.usage, WORKERS.help, workerCount),
    ...runFolder,
    ...json,
    ...askedGame,
    ...measureFlags,
    ...logprobs,
    ...queueFlags,
    ...llmFlags,
  },

  async run([spec], options, invocation) {
    if (isAsked(spec)) {
      const ofPolicies = ["--vs", "--games", "--greedy", "--free", "--fail-under", "--workers"];
      const check = (): void => refuseFlags(invocation, ofPolicies, "trained policies");
      const { measurePlayer } = await import("../measure/model.ts");
      const { measuredJson, showMeasured } = await import("../measure/report.ts");
      return measurePlayer(spec, await runsFolder(options), options, check, (measured) => {
        if (options.json) printJson(measuredJson(measured));
        else showMeasured(measured);
      });
    }
    const { greedy: greedily } = await import("../../policies/policy.ts");
    const { policyKind } = await import("../../policies/registry.ts");
    const { resolveRun } = await import("../../run/directory.ts");
    const { readCheckpoint } = await import("../../run/read.ts");
    const { loadPolicy } = await import("../open/checkpoint-contents.ts");
    const { checkThatEachPlays, chosenGames, chosenOpponents, measureGame } = await import("../open/evaluation.ts");
    const { openExecutor } = await import("../open/executor.ts");
    const { closePlayers } = await import("../open/players.ts");
    const { startTrained } = await import("../open/trained-backend.ts");

    const parent = await runsFolder(options);
    // In this order, because games and opponents are checked against the run, if it could be read.
    let evaluated: { resolved: ResolvedRun; checkpoint: ReturnType<typeof readCheckpoint> } | undefined;
    const [{ resolved, checkpoint }, episodes, seed, failUnder, wanted, named, workers] = checkAll(
      () => {
        const resolved = resolveRun(spec, parent, warn);
        evaluated = { resolved, checkpoint: readCheckpoint(resolved, warn) };
        return evaluated;
      },
      options.episodes,
      options.seed,
      options.failUnder,
      () => chosenGames(options.games, evaluated?.checkpoint.config.games),
      () => chosenOpponents(options.vs, parent, evaluated?.resolved),
      options.workers,
      () => refuseFlags(invocation, ["--game", ...measuringFlags], "language models: llm:MODEL"),
    );
    const { config } = checkpoint;

    const backend = await startTrained(config.nn.backend, [config.nn, ...(named?.networks ?? [])]);
    const executor = openExecutor(workers ?? "auto", backend.name);
    const main = loadPolicy(
      options.free ? writingFreely(checkpoint) : checkpoint,
      resolved.name,
      await policyKind(checkpoint.config.nn.policy),
    );
    let rivals: readonly PolicyPlayer[] | undefined;
    try {
      rivals = await named?.();
      if (rivals) checkThatEachPlays(rivals, wanted);
      const policy = options.greedy ? { ...greedily(main.policy), name: main.name } : main.policy;
      const games: Record<string, GameReport> = {};
      for (const game of wanted) {
        const measured = { game, policy: main.policy, playing: policy, rivals, episodes, seed, executor };
        games[game.id] = await measureGame(measured);
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
  },
});

/** The checkpoint with free decoding. Throws a UserError (exit 2) if its policy does not write. */
function writingFreely<C extends { readonly config: Config }>(checkpoint: C): C {
  const { config } = checkpoint;
  const { nn } = config;
  if (nn.policy !== "text")
    throw new UserError(2, `--free is for policies that write; this one is of kind ${nn.policy}.`);
  return { ...checkpoint, config: { ...config, nn: { ...nn, text: { ...nn.text, decoding: "free" } } } };
}

function evenNumber(name: string, text: string): number {
  const episodes = wholeNumber(name, text, 2, 10_000_000);
  if (episodes % 2 === 0) return episodes;
  throw new UserError(
    2,
    `${name} is ${episodes}; games come in pairs with the seats swapped, so it takes an even number.`,
  );
}

function show(
  report: { run: string; checkpoint: string; seed: number; greedy: boolean; games: Record<string, GameReport> },
  episodes: number,
): void {
  const { bold, dim } = styleFor(process.stdout);
  for (const [id, { nashConv, greedyNashConv, illegal, versus: results }] of Object.entries(report.games)) {
    const exact =
      nashConv === null || greedyNashConv === null
        ? "too large for an exact NashConv"
        : `NashConv ${number(nashConv)}, greedy ${number(greedyNashConv)}`;
    print(`${bold(id)}  ${exact}`);
    if (illegal)
      print(
        `  answers that are no legal action: ${illegal.map((rate) => percent(rate)).join(" and ")} of turns, by seat`,
      );
    const rows = results.map(({ opponent, wins, draws, losses, meanReturn, ci95, ...result }) => [
      `  ${opponent}`,
      withInterval(meanReturn, ci95),
      ...[wins, draws, losses].map((n) => share(n, result.episodes)),
    ]);
    print(`${table(["  against", "mean return", "wins %", "draws %", "losses %"], rows, { right: [1, 2, 3, 4] })}\n`);
    const copies = results.filter(({ deterministic }) => deterministic).map(({ opponent }) => opponent);
    if (copies.length > 0) {
      print(
        dim(
          `Against ${copies.join(", ")} neither side draws anything, so every pair would be the same two games.\n` +
            "One pair was played, and counts once.\n",
        ),
      );
    }
  }
  const how = report.greedy ? "its most likely actions" : "sampling its actions";
  print(
    dim(
      `${report.run}@${report.checkpoint}, ${how}; ${episodes} games against each opponent, seed ${report.seed}.\n` +
        "The games come in pairs on the same deal with the seats swapped.\n" +
        "95 % intervals: over pairs for the mean return, Wilson's for shares. NashConv is exact.",
    ),
  );
}

/** `0.25 %` */
const percent = (p: number): string => `${Number((100 * p).toPrecision(2))}${JOINED}%`;

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
