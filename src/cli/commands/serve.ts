/** `spiral serve`: games as environments for trainers outside, by the OpenEnv protocol, until it is stopped. */
import { once } from "node:events";
import type { PlayedGame } from "../../arena/pairing.ts";
import type { Episode } from "../../record/episode.ts";
import { plural } from "../../util/figures.ts";
import { checkAll } from "../check-all.ts";
import { defineCommand } from "../command.ts";
import { json, runFolder } from "../flags/common.ts";
import { checked, path, text, whole } from "../flags/flag.ts";
import { llmFlags } from "../flags/llm.ts";
import { numberBetween } from "../flags/numbers.ts";
import { runsFolder } from "../flags/runs-folder.ts";
import { note, print, printJson, warn } from "../terminal/output.ts";

export const command = defineCommand({
  usage: "serve",
  example: "spiral serve --games kuhn,ttt --vs nash,latest",
  flags: {
    games: text("--games <ids>", "games that are served, separated by commas", "kuhn,ttt,negotiation"),
    vs: text(
      "--vs <players>",
      "who may be played against, separated by commas; pool:RUN: a run's checkpoints (default: fixed players and mcts)",
    ),
    host: text("--host <address>", "where to listen; beyond this machine only with a token", "127.0.0.1"),
    port: whole("--port <n>", "port; 0 takes one that is free", { min: 0, max: 65_535 }, "8000"),
    tokenFile: path(
      "--token-file <file>",
      "file with the token that clients must send (or SPIRAL_SERVE_TOKEN, the token)",
    ),
    maxSessions: whole("--max-sessions <n>", "sessions at a time", { min: 1, max: 100_000 }, "1000"),
    maxMessage: whole(
      "--max-message <bytes>",
      "longest message that is read",
      { min: 1000, max: 100_000_000 },
      "1000000",
    ),
    idle: checked("--idle <seconds>", "a session without a move for so long ends", seconds, "900"),
    retries: whole(
      "--retries <n>",
      "further answers after an illegal one, before the game is forfeited",
      { min: 0, max: 100 },
      "2",
    ),
    log: path("--log <file>", "write every game, as lines that replay and export read"),
    ...runFolder,
    ...json,
    ...llmFlags,
  },

  async run(_args, options) {
    const { serve } = await import("../../serve/server.ts");
    const { checkGameFiles, gameFiles } = await import("../open/game-files.ts");
    const { checkOffer, serveToken } = await import("../open/trainers/serving.ts");
    const { interruption } = await import("../terminal/signals.ts");

    const { host } = options;
    const runs = await runsFolder(options);
    const files = { log: options.log, resume: false };
    const [open, token, port, maxSessions, maxMessage, idle, retries] = checkAll(
      () => checkOffer(options.games, options.vs, { runs, llm: options }),
      () => serveToken(host, options.tokenFile),
      options.port,
      options.maxSessions,
      options.maxMessage,
      options.idle,
      options.retries,
      () => checkGameFiles(files),
    );
    const { offer, close } = await open();
    const log = gameFiles(files);
    const { signal, stop } = interruption(() => note("Ending: no more games begin. Ctrl-C again stops at once."));
    let games = 0;
    let failure: { readonly error: unknown } | undefined;
    const failed = new AbortController();
    const ended = (episode: Episode): void => {
      const index = games++;
      const game: PlayedGame = { index, returns: episode.returns, episode: () => ({ ...episode, index }) };
      try {
        log.keep([game]);
      } catch (error) {
        failure ??= { error };
        failed.abort();
      }
    };
    const fault = (error: unknown): void =>
      warn(error instanceof Error ? (error.stack ?? error.message) : String(error));
    try {
      const settings = { host, port, token, maxSessions, maxMessage, idleMs: idle * 1000, retries, fault };
      const server = await serve(offer, { ...settings, ...(options.log === undefined ? {} : { ended }) });
      const names = offer.opponents.map(({ name }) => name);
      const ids = offer.games.map(({ id }) => id);
      if (options.json) printJson({ url: server.url, games: ids, opponents: names }, 0);
      else print(`Serving ${ids.join(", ")} at ${server.url}\nOpponents: ${[...names, "self"].join(", ")}`);
      const end = AbortSignal.any([signal, failed.signal]);
      if (!end.aborted) await once(end, "abort");
      const left = server.sessions();
      if (left > 0) note(`${plural(left, "session")} left; games under way are played to their end.`);
      await server.drain();
      if (failure) throw failure.error;
      return 0;
    } finally {
      stop();
      log.close();
      await close();
    }
  },
});

function seconds(name: string, given: string): number {
  return numberBetween(name, given, 0.1, 86_400);
}
