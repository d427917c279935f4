/** `spiral replay`: steps through logged games on a terminal, prints them elsewhere, or verifies the log. */
import { statSync } from "node:fs";
import { join } from "node:path";
import type { Viewer } from "../../record/transcript.ts";
import type { LoggedEpisode } from "../../replay/select.ts";
import { UserError } from "../../util/errors.ts";
import { expandHome } from "../../util/files.ts";
import { checkAll } from "../check-all.ts";
import { defineCommand } from "../command.ts";
import { json, runFolder } from "../flags/common.ts";
import { checked, text, toggle, whole } from "../flags/flag.ts";
import { runsFolder } from "../flags/runs-folder.ts";
import { note, print, printJson, styleFor, warn } from "../terminal/output.ts";

/** How many episodes the stepper keeps at hand. */
const WINDOW = 20_000;
/** Warnings shown one by one; more of them are counted. */
const SHOWN_WARNINGS = 5;

export const command = defineCommand({
  usage: "replay [log|run]",
  example: "spiral replay --game ttt --player 0",
  flags: {
    episode: whole("--episode <n>", "line of the log, counted from 1; the last if none is named", { min: 1 }),
    game: text("--game <id>", "only episodes of this game"),
    player: checked("--player <0|1|all>", "show what this player saw, or everything", viewerNamed, "all"),
    verify: toggle("--verify", "check every line against the rules of the games"),
    ...runFolder,
    ...json,
  },

  async run([source], options) {
    const { getGame } = await import("../../games/registry.ts");
    const [line, game, viewer] = checkAll(
      options.episode,
      () => (options.game === undefined ? undefined : getGame(options.game).id),
      options.player,
    );
    const path = await logPath(source, options.dir);
    if (options.verify) return verify(path, game, options.json);

    const { selectEpisodes } = await import("../../replay/select.ts");
    const isTerminal = process.stdin.isTTY && process.stdout.isTTY && process.env.TERM !== "dumb";
    const isInteractive = isTerminal && !options.json;
    const warnings = countedWarnings();
    const entries = selectEpisodes(path, { line, game, limit: isInteractive ? WINDOW : 1 }, warnings.add);
    if (isInteractive) {
      const start = line === undefined ? entries.length - 1 : entries.findIndex((entry) => entry.line === line);
      const { stdin: input, stdout: output } = process;
      const { stepThrough } = await import("../../replay/terminal.ts");
      const code = await stepThrough({ entries, viewer }, start, styleFor(output), { input, output });
      warnings.print();
      return code;
    }
    warnings.print();
    for (const entry of entries) await show(path, entry, viewer, options.json);
    return 0;
  },
});

function viewerNamed(name: string, text: string): Viewer {
  if (text === "0") return 0;
  if (text === "1") return 1;
  if (text === "all") return "all";
  throw new UserError(2, `${name} is "${text}"; it takes one of 0, 1, all.`);
}

async function show(path: string, { line, episode }: LoggedEpisode, viewer: Viewer, json: boolean): Promise<void> {
  const { moments, transcript } = await import("../../record/transcript.ts");
  try {
    if (json) printJson({ log: path, line, episode, player: viewer, moments: moments(episode, viewer) });
    else print(`${transcript(episode, viewer)}\n${styleFor(process.stdout).dim(`${path}:${line}`)}`);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(1, `${path}:${line}: ${error.message.replace(/\.$/, "")}.`, { cause: error });
  }
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

/** A file is a log; anything else names a run, the latest if nothing is named. */
async function logPath(named: string | undefined, dir: string | undefined): Promise<string> {
  const source = named === undefined ? undefined : expandHome(named);
  if (source !== undefined && statSync(source, { throwIfNoEntry: false })?.isFile()) return source;
  if (source !== undefined && /\.jsonl$/.test(source)) throw new UserError(3, `There is no log ${source}.`);
  const { resolveRun } = await import("../../run/directory.ts");
  return join(resolveRun(source, await runsFolder({ dir }), warn).dir, "episodes.jsonl");
}

function countedWarnings(): { readonly add: (message: string) => void; readonly print: () => void } {
  const messages: string[] = [];
  let count = 0;
  return {
    add: (message) => {
      if (++count <= SHOWN_WARNINGS) messages.push(message);
    },
    print: () => {
      for (const message of messages) warn(message);
      if (count > SHOWN_WARNINGS) note(`… and ${count - SHOWN_WARNINGS} more; all of them: spiral replay --verify`);
    },
  };
}
