/** `spiral play`: a person at the terminal against any player, game after game, seats alternating. */
import { dirname, join } from "node:path";
import type { Game, Seat } from "../../games/game.ts";
import { gameIds, getGame } from "../../games/registry.ts";
import { opponents } from "../../players/opponents.ts";
import type { Player } from "../../players/player.ts";
import type { Policy } from "../../policies/policy.ts";
import { formatEpisode } from "../../record/episode.ts";
import { UserError } from "../../util/errors.ts";
import { appendLine, checkWritable, makeFolders } from "../../util/files.ts";
import { Rng } from "../../util/rng.ts";
import { checkAll } from "../check-all.ts";
import type { Run } from "../command.ts";
import type { declaration, PlayOptions, SeatChoice } from "../commands/play.ts";
import { checkPlayers, closePlayers } from "../open/players.ts";
import { runsFolder } from "../open/runs-folder.ts";
import { MOST_ANSWERS } from "../terminal/ask-move.ts";
import { Dialogue } from "../terminal/dialogue.ts";
import { count, endText, resultText, type Score, scoreText } from "../terminal/game-over.ts";
import { print, SPIRAL, styleFor } from "../terminal/output.ts";
import { playGame, type Table } from "../terminal/play-game.ts";
import { rulesOf } from "../terminal/position.ts";

export const run: Run<typeof declaration> = async (_args, options) => {
  const runs = await runsFolder(options);
  const [game, seat, seed, open] = checkAll(
    () => namedGame(options.game),
    options.seat,
    // A person wants other cards the next time; the seed is shown, so that a session can be had again.
    () => options.seed() ?? Date.now() % 1_000_000,
    () => checkOthers(options, runs),
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
    checkPlays(game, players);
    const hints = hintsFrom(game, opponent, hinting);
    if (options.hints && typeof hints === "string") throw new UserError(2, hints);
    checkWritable(log);
    const rng = new Rng(seed).fork("play");
    dialogue = new Dialogue();
    const table: Table = {
      ...{ game, opponent, dialogue, hints, signal: leaving.signal, always: options.hints },
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
};

/** Game after game until the person leaves. */
async function playGames(table: Table, seat: SeatChoice, score: Score, log: string): Promise<void> {
  const { game, opponent } = table;
  const { bold, dim } = styleFor(process.stdout);
  for (let index = 0; ; index++) {
    const person: Seat = seat === "alternate" ? ((index % 2) as Seat) : seat === "first" ? 0 : 1;
    print(`\n${bold(`Game ${index + 1}`)}: you are Player ${person} (${game.roles[person]}).`);
    // Rules hold for both seats; those of the first game will do. A game without rules apart shows them with every position.
    if (index === 0 && game.rules) print(dim(rulesOf(game, game.initial(), person)));
    const played = await playGame(table, index, person);
    if (!played) {
      print(`The game is left unfinished and does not count. ${scoreText(game, score, opponent.name)}`.trimEnd());
      return;
    }
    print(`\n${endText(game, played, person)}`);
    print(bold(resultText(played.returns[person])));
    count(score, played.returns[person]);
    const players = person === 0 ? (["human", opponent.name] as const) : ([opponent.name, "human"] as const);
    makeFolders(dirname(log));
    appendLine(log, formatEpisode({ game: game.id, version: game.version, index, players, ...played }));
    if (index === 0) print(dim(`Logged in ${log}; see it again: ${SPIRAL} replay ${log}`));
    print(scoreText(game, score, opponent.name));
    if (!(await wantsAnother(table))) return;
  }
}

async function wantsAnother({ dialogue, signal }: Table): Promise<boolean> {
  for (let answers = 0; answers < MOST_ANSWERS; answers++) {
    const answer = (await dialogue.ask("Enter for another game, q to leave: ", signal))?.trim().toLowerCase();
    if (answer === undefined || ["q", "quit", "exit", "n", "no"].includes(answer)) return false;
    if (["", "y", "yes"].includes(answer)) return true;
  }
  return false;
}

function namedGame(id: string | undefined): Game {
  if (id === undefined) throw new UserError(2, `Name a game: ${SPIRAL} play --game ttt. Games: ${gameIds.join(", ")}.`);
  return getGame(id);
}

/** Throws what is wrong with who plays against the person, and with whose hints it gets; returns what opens them. */
function checkOthers(options: PlayOptions, runs: string): () => Promise<Player[]> {
  const { vs, hintFrom } = options;
  const specs = hintFrom === undefined ? [vs] : [vs, hintFrom];
  const [open] = checkAll(
    // A second person is refused below, in better words.
    () => checkPlayers(specs, { runs, llm: options, human: () => assertNoOther() }),
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

function checkPlays(game: Game, players: readonly Player[]): void {
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
