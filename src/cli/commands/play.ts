/** `spiral play`: a person at the terminal against any player, game after game, seats alternating. */
import { join } from "node:path";
import type { Game } from "../../games/game.ts";
import type { Player } from "../../players/player.ts";
import type { Policy } from "../../policies/policy.ts";
import { didYouMean, UserError } from "../../util/errors.ts";
import { checkWritable } from "../../util/files.ts";
import { checkAll } from "../check-all.ts";
import { defineCommand } from "../command.ts";
import { game, runFolder } from "../flags/common.ts";
import { checked, path, text, toggle, whole } from "../flags/flag.ts";
import { llmFlags } from "../flags/llm.ts";
import { runsFolder } from "../flags/runs-folder.ts";
import type { Dialogue } from "../terminal/dialogue.ts";
import type { Score } from "../terminal/game-over.ts";
import { print, SPIRAL, styleFor } from "../terminal/output.ts";
import type { Table } from "../terminal/play-game.ts";
import type { SeatChoice } from "../terminal/play-games.ts";

const SEATS = ["first", "second", "alternate"] as const satisfies readonly SeatChoice[];

export const command = defineCommand({
  usage: "play",
  example: "spiral play --game kuhn --vs latest",
  flags: {
    ...game,
    vs: text("--vs <player>", "who plays against you", "latest"),
    seat: checked("--seat <seat>", "first, second or alternate", seatNamed, "alternate"),
    seed: whole(
      "--seed <n>",
      "where deals and the other player's draws come from; another one each time if not given",
      { min: 0 },
    ),
    hints: toggle("--hints", "show at every decision what a policy would do"),
    hintFrom: text("--hint-from <player>", "whose hints; those of the player you play against if not given"),
    log: path("--log <file>", "where finished games are logged; play.jsonl in the folder of runs if not given"),
    ...runFolder,
    ...llmFlags,
  },

  async run(_args, options) {
    const { gameIds, getGame } = await import("../../games/registry.ts");
    const { Rng } = await import("../../util/rng.ts");
    const { checkPlayers, closePlayers } = await import("../open/players.ts");
    const { Dialogue } = await import("../terminal/dialogue.ts");
    const { scoreText } = await import("../terminal/game-over.ts");
    const { playGames } = await import("../terminal/play-games.ts");

    const runs = await runsFolder(options);
    const [game, seat, seed, open] = checkAll(
      () => getGame(named(options.game, gameIds)),
      options.seat,
      // Another seed in each session; it is shown, so that a session can be repeated.
      () => options.seed() ?? Date.now() % 1_000_000,
      () =>
        checkOthers(options.vs, options.hintFrom, (specs) =>
          checkPlayers(specs, { runs, llm: options, human: assertNoOther }),
        ),
    );
    const log = options.log ?? join(runs, "play.jsonl");
    const leaving = new AbortController();
    const onInterrupt = (): void => leaving.abort(130);
    const onTerminate = (): void => leaving.abort(143);
    const players = await open();
    const score: Score = { won: 0, lost: 0, drawn: 0, total: 0 };
    let dialogue: Dialogue | undefined;
    process.on("SIGINT", onInterrupt).on("SIGTERM", onTerminate);
    try {
      const [opponent, hinting] = players as [Player, Player?];
      await checkPlays(game, players);
      const hints = hintsFrom(game, opponent, hinting);
      if (options.hints && typeof hints === "string") throw new UserError(2, hints);
      checkWritable(log);
      const rng = new Rng(seed).fork("play");
      dialogue = new Dialogue();
      const table: Table = {
        game,
        opponent,
        dialogue,
        hints,
        signal: leaving.signal,
        always: options.hints,
        chanceKey: rng.fork("chance").key(),
        actionKey: rng.fork("actions").key(),
      };
      const { bold, dim } = styleFor(process.stdout);
      print(`${bold(game.title)}, against ${bold(opponent.name)}`);
      print(dim(`Seed ${seed}. Type ? for help, q to leave.`));
      await playGames(table, seat, score, log);
      return 0;
    } catch (error) {
      if (dialogue) print(`\n${scoreText(game, score, players[0]?.name ?? "")}`.trimEnd());
      if (!leaving.signal.aborted) throw error;
      return leaving.signal.reason as number;
    } finally {
      dialogue?.close();
      await closePlayers(players);
      process.off("SIGINT", onInterrupt).off("SIGTERM", onTerminate);
    }
  },
});

function seatNamed(name: string, text: string): SeatChoice {
  const seat = SEATS.find((one) => one === text);
  if (seat) return seat;
  throw new UserError(2, `${name} is "${text}"; it takes one of ${SEATS.join(", ")}.${didYouMean(text, SEATS)}`);
}

function named(id: string | undefined, all: readonly string[]): string {
  if (id === undefined) throw new UserError(2, `Name a game: ${SPIRAL} play --game ttt. Games: ${all.join(", ")}.`);
  return id;
}

/** Throws the problems of the opponent and of the player that gives hints; returns a function that opens them. */
function checkOthers<Open>(vs: string, hintFrom: string | undefined, check: (specs: string[]) => Open): Open {
  const specs = hintFrom === undefined ? [vs] : [vs, hintFrom];
  const [open] = checkAll(
    // A second person is refused below, in better words.
    () => check(specs),
    () => checkNoPerson("--vs", vs),
    () => checkNoPerson("--hint-from", hintFrom),
  );
  return open;
}

function checkNoPerson(option: string, spec: string | undefined): void {
  if (spec?.trim() === "human") throw new UserError(2, `You are the person; ${option} names another player.`);
}

function assertNoOther(): never {
  throw new Error("a second person was let in");
}

async function checkPlays(game: Game, players: readonly Player[]): Promise<void> {
  const { opponents } = await import("../../players/opponents.ts");
  const idle = players.filter(({ plays }) => !plays(game));
  const who = [...opponents.filter(({ plays }) => plays(game)).map(({ name }) => name), "mcts"].join(", ");
  if (idle.length > 0)
    throw new UserError(
      2,
      idle.map(({ name }) => `${name} does not play ${game.id}. Who does: ${who}.`),
    );
}

/** The policy whose probabilities are hints: that of --hint-from, else the opponent's. */
function hintsFrom(game: Game, opponent: Player, hinting: Player | undefined): Policy | string {
  const player = hinting ?? opponent;
  if (player.kind === "policy") return player.policy(game);
  return `${player.name} has no probabilities to show; name a policy: --hint-from latest`;
}
