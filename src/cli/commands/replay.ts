/** `spiral replay`: steps through logged games on a terminal, prints them elsewhere, or verifies the log. */
import { existsSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { Moment, Viewer } from "../../record/transcript.ts";
import type { LoggedEpisode } from "../../replay/select.ts";
import type { ResolvedRun } from "../../run/directory.ts";
import { UserError } from "../../util/errors.ts";
import { expandHome } from "../../util/files.ts";
import { checkAll } from "../check-all.ts";
import { defineCommand } from "../command.ts";
import { json, runFolder } from "../flags/common.ts";
import { checked, text, toggle, whole } from "../flags/flag.ts";
import { numberBetween } from "../flags/numbers.ts";
import { runsFolder } from "../flags/runs-folder.ts";
import type { OpenProbabilities } from "../open/replay-probabilities.ts";
import { note, print, printJson, styleFor, warn } from "../terminal/output.ts";

/** How many episodes the stepper keeps at hand. */
const WINDOW = 20_000;
/** Seconds between the moves of autoplay, if it is started by its key. */
const PAUSE = 1;
/** Warnings shown one by one; more of them are counted. */
const SHOWN_WARNINGS = 5;

export const command = defineCommand({
  usage: "replay [log|run]",
  example: "spiral replay --game ttt --player 0",
  flags: {
    episode: whole("--episode <n>", "line of the log, or place among the episodes of --game; by default the last", {
      min: 1,
    }),
    game: text("--game <id>", "only episodes of this game"),
    player: checked("--player <0|1|all>", "show what this player saw, or everything", viewerNamed, "all"),
    probabilities: toggle(
      "--probabilities",
      "how likely each move and word was under the log's run; on a terminal, always shown",
    ),
    probabilitiesOf: text("--probabilities-of <player>", "the same for another player: latest@best, nash"),
    autoplay: checked("--autoplay <seconds>", "on a terminal, step by itself, with this pause", (name, value) =>
      numberBetween(name, value, 0.1, 3600),
    ),
    verify: toggle("--verify", "check every line against the rules of the games"),
    ...runFolder,
    ...json,
  },

  async run([source], options) {
    const { getGame } = await import("../../games/registry.ts");
    const { checkPlayerProbabilities, runProbabilities } = await import("../open/replay-probabilities.ts");
    const runs = await runsFolder(options);
    const [wanted, game, viewer, pause, openPlayer] = checkAll(
      options.episode,
      () => (options.game === undefined ? undefined : getGame(options.game).id),
      options.player,
      options.autoplay,
      () =>
        options.probabilitiesOf === undefined ? undefined : checkPlayerProbabilities(options.probabilitiesOf, runs),
    );
    const { path, run } = await logOf(source, runs);
    if (options.verify) return verify(path, game, options.json);

    const { numberOf, selectEpisodes } = await import("../../replay/select.ts");
    const isTerminal = process.stdin.isTTY && process.stdout.isTTY && process.env.TERM !== "dumb";
    const isInteractive = isTerminal && !options.json;
    const warnings = countedWarnings();
    const entries = selectEpisodes(path, { wanted, game, limit: isInteractive ? WINDOW : 1 }, warnings.add);
    const isAsked = options.probabilities;
    let probabilities = await openPlayer?.();
    if (!openPlayer && (isAsked || (isInteractive && run))) {
      probabilities = await runProbabilities({ path, run, isAsked, warn: warnings.add });
    }
    try {
      if (isInteractive) {
        const start = wanted === undefined ? entries.length - 1 : entries.findIndex((one) => numberOf(one) === wanted);
        const { stdin: input, stdout: output } = process;
        const { startAt } = await import("../../replay/keys.ts");
        const { stepThrough } = await import("../../replay/terminal.ts");
        return await stepThrough(
          { entries, viewer, probabilities: probabilities?.of },
          startAt(start, pause !== undefined),
          styleFor(output),
          { input, output, seconds: pause ?? PAUSE },
        );
      }
      warnings.print();
      for (const entry of entries) await show(path, entry, viewer, probabilities, options.json);
      return 0;
    } finally {
      await probabilities?.dispose();
      warnings.print();
    }
  },
});

function viewerNamed(name: string, text: string): Viewer {
  if (text === "0") return 0;
  if (text === "1") return 1;
  if (text === "all") return "all";
  throw new UserError(2, `${name} is "${text}"; it takes one of 0, 1, all.`);
}

async function show(
  path: string,
  { line, episode }: LoggedEpisode,
  viewer: Viewer,
  probabilities: OpenProbabilities | undefined,
  json: boolean,
): Promise<void> {
  const { moments, transcript } = await import("../../record/transcript.ts");
  const { probabilityLines } = await import("../../replay/probabilities.ts");
  let seen: Moment[];
  try {
    seen = moments(episode, viewer);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(1, `${path}:${line}: ${error.message.replace(/\.$/, "")}.`, { cause: error });
  }
  const given = probabilities?.of(episode);
  if (probabilities && !given) note(`${probabilities.name} has no probabilities for ${episode.game}.`);
  if (!json) {
    const text = transcript(episode, viewer, (moment) => probabilityLines(given, moment));
    print(`${text}\n${styleFor(process.stdout).dim(`${path}:${line}`)}`);
    return;
  }
  const policy = given ? { policy: given.policy } : {};
  const withProbabilities = seen.map((moment) => {
    const actions = moment.kind === "player" ? given?.at(moment.ply) : undefined;
    const words = moment.said && given?.words?.(moment.ply);
    return { ...moment, ...(actions ? { actions } : {}), ...(words ? { words } : {}) };
  });
  printJson({ log: path, line, episode, player: viewer, ...policy, moments: withProbabilities });
}

async function verify(path: string, game: string | undefined, json: boolean): Promise<number> {
  const { verifyEpisode } = await import("../../record/verify.ts");
  const { readLog } = await import("../../replay/log.ts");
  const { isOfGame, noEpisode } = await import("../../replay/select.ts");
  let episodes = 0;
  const mismatches: { line: number; reason: string }[] = [];
  for (const entry of readLog(path, warn)) {
    if ("episode" in entry && !isOfGame(entry.episode, game)) continue;
    episodes++;
    const reason = "problem" in entry ? entry.problem : verifyEpisode(entry.episode);
    if (reason === undefined) continue;
    mismatches.push({ line: entry.line, reason });
    if (!json) print(`${path}:${entry.line}: ${reason}`);
  }
  if (episodes === 0) throw noEpisode(path, game);
  if (json) printJson({ log: path, episodes, mismatches });
  else {
    const plural = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`;
    print(
      `${plural(episodes, "episode", "episodes")} verified, ${plural(mismatches.length, "mismatch", "mismatches")}`,
    );
  }
  return mismatches.length > 0 ? 4 : 0;
}

/** A file is a log; anything else names a run, the latest if nothing is named. → the log, and the run that it belongs to */
async function logOf(named: string | undefined, runs: string): Promise<{ path: string; run: ResolvedRun | undefined }> {
  const source = named === undefined ? undefined : expandHome(named);
  if (source !== undefined && statSync(source, { throwIfNoEntry: false })?.isFile()) {
    const dir = dirname(resolve(source));
    const isInRun = existsSync(join(dir, "manifest.json"));
    return { path: source, run: isInRun ? { dir, name: basename(dir) } : undefined };
  }
  if (source !== undefined && /\.jsonl$/.test(source)) throw new UserError(3, `There is no log ${source}.`);
  const { resolveRun } = await import("../../run/directory.ts");
  const run = resolveRun(source, runs, warn);
  return { path: join(run.dir, "episodes.jsonl"), run };
}

function countedWarnings(): { readonly add: (message: string) => void; readonly print: () => void } {
  const messages: string[] = [];
  let count = 0;
  return {
    add: (message) => {
      if (++count <= SHOWN_WARNINGS) messages.push(message);
    },
    print: () => {
      for (const message of messages.splice(0)) warn(message);
      if (count > SHOWN_WARNINGS) note(`… and ${count - SHOWN_WARNINGS} more; all of them: spiral replay --verify`);
      count = 0;
    },
  };
}
