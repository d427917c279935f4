/** `spiral match`: two players at one game, in pairs of games; reports their difference with intervals. */
import type { Sprt, SprtState } from "../../arena/sprt.ts";
import type { MatchSummary } from "../../arena/summary.ts";
import type { Game } from "../../games/game.ts";
import type { Player } from "../../players/player.ts";
import type { Usage } from "../../record/usage.ts";
import { UserError } from "../../util/errors.ts";
import { estimated, likelihood, plural, withInterval } from "../../util/figures.ts";
import { checkAll } from "../check-all.ts";
import { defineCommand } from "../command.ts";
import { game, json, openings, runFolder, seed } from "../flags/common.ts";
import { path, text, toggle, whole } from "../flags/flag.ts";
import { gamesAtOnce, llmFlags, watch } from "../flags/llm.ts";
import { queueFlags } from "../flags/queue.ts";
import { runsFolder } from "../flags/runs-folder.ts";
import { note, print, printJson, styleFor, table, warn } from "../terminal/output.ts";

const PAIRS = 500;
/** The limit if a sequential test ends the match. */
const MOST_PAIRS = 10_000;
/** How to go on with a match that has ended early. */
const BY_ARENA = "spiral arena keeps what has ended and goes on with the rest, of two players too.";
const BY_LOG = "Its games are kept. To go on, add --resume to the same command.";

export const command = defineCommand({
  usage: "match <first> <second>",
  example: "spiral match minimax random --game ttt",
  flags: {
    ...game,
    pairs: whole(
      "--pairs <n>",
      "pairs of games, seats swapped on the same deal (default: 500; with --sprt at most 10000; or one for each opening)",
      { min: 1, max: 10_000_000 },
    ),
    ...openings,
    ...seed,
    sprt: text("--sprt <test>", "stop as soon as it is clear which: elo0=0,elo1=20,alpha=0.05,beta=0.05"),
    log: path("--log <file>", "write every game, as lines that replay reads"),
    resume: toggle("--resume", "go on with the games of the --log of the same match"),
    notation: path("--notation <file>", "write every game, as text that people read and replay too"),
    ...runFolder,
    ...queueFlags,
    ...json,
    ...watch,
    ...llmFlags,
  },

  async run([first, second], options) {
    const { queueAddress } = await import("../queue/address.ts");
    const { isDeterministic } = await import("../../arena/deterministic.ts");
    const { playMatch } = await import("../../arena/match.ts");
    const { matchRng } = await import("../../arena/pairing.ts");
    const { parseSprt } = await import("../../arena/sprt.ts");
    const { summarise } = await import("../../arena/summary.ts");
    const { getGame } = await import("../../games/registry.ts");
    const { checkGameFiles, gameFiles, gamesInLog } = await import("../open/game-files.ts");
    const { openingsOf, pairsFrom } = await import("../open/openings.ts");
    const { playPairs } = await import("../open/match.ts");
    const { checkPlayers, closePlayers } = await import("../open/players.ts");
    const { exitCodeOf, interruption } = await import("../terminal/signals.ts");
    const { watched } = await import("../models/watch.ts");
    const { personAtTerminal } = await import("../terminal/person.ts");

    const runs = await runsFolder(options);
    const human = (): Player => personAtTerminal(options.json ? process.stderr : process.stdout);
    const [game, most, count, seed, sprt, open, , address] = checkAll(
      () => getGame(named(options.game)),
      () => pairsFrom(options.pairs(), options.openings(), options.sprt === undefined ? PAIRS : MOST_PAIRS),
      options.openings,
      options.seed,
      () => (options.sprt === undefined ? undefined : parseSprt(options.sprt)),
      () => checkPlayers([first, second], { runs, llm: options, human }),
      () => checkGameFiles(options),
      () => queueAddress(options),
    );
    // A wrong number was reported already where a model plays.
    const atOnce = gamesAtOnce(options);
    const openings = count === undefined ? undefined : openingsOf([game], count, seed).get(game.id);
    const opened = await open();
    const players = (options.watch ? opened.map(watched) : opened) as [Player, Player];
    let isShown = false;
    try {
      const idle = players.filter(({ plays }) => !plays(game));
      if (idle.length > 0) {
        throw new UserError(
          2,
          idle.map(({ name }) => `${name} does not play ${game.id}.`),
        );
      }
      const files = gameFiles(options);
      const { signal, stop } = interruption(() => note("Stopping. Ctrl-C again stops at once."));
      try {
        const match = { game, players, rng: matchRng(seed, game, players), openings };
        const deterministic = isDeterministic(match);
        const wanted = deterministic ? 1 : most;
        const played = options.resume && options.log !== undefined ? gamesInLog(options.log, match, wanted) : new Map();
        if (played.size > 0) note(`${played.size} of ${plural(2 * wanted, "game")} are there already.`);
        const goOn = options.log === undefined ? BY_ARENA : BY_LOG;
        const isDone = (index: number): boolean => played.has(index);
        const rest = address
          ? (await import("../queue/games.ts")).matchQueued(
              { game, players, pairs: wanted, seed, openings, played },
              {
                address,
                about: "match",
                place: options.log ?? ".",
                specs: [first, second],
                runs,
                openings: count,
                llm: options,
              },
              signal,
            )
          : playMatch(match, { pairs: wanted, atOnce, isDone, signal });
        const { tally, state, isOnePair } = await playPairs(match, {
          pairs: wanted,
          rest,
          sprt,
          played,
          keep: files.keep,
          signal,
          goOn,
        });
        const interrupted = exitCodeOf(signal);
        if (interrupted !== undefined && tally.pairs === 0) return interrupted;
        const names = [players[0].name, players[1].name] as const;
        const verdict = sprt && state ? { ...sprt, ...state } : null;
        const report: Report = {
          ...{ game: game.id, players: names, seed, ...summarise(game, tally), sprt: verdict, deterministic },
          openings: openings ? { plies: openings[0].length } : null,
          answers: [answersOf(players[0]), answersOf(players[1])],
        };
        if (options.json) printJson(report);
        else await show(report, game.utility);
        isShown = !options.json && process.stdout.isTTY === true;
        if (isOnePair) warn(SAME_ANSWERS);
        if (interrupted !== undefined) return interrupted;
        return verdict && verdict.verdict !== "H1" ? 4 : 0;
      } finally {
        stop();
        files.close();
      }
    } finally {
      await closePlayers(players, isShown);
    }
  },
});

interface Report extends MatchSummary {
  readonly game: string;
  readonly players: readonly [string, string];
  readonly seed: number;
  readonly sprt: (Sprt & SprtState) | null;
  /** Whether every pair would be the same two games, so that one was played. */
  readonly deterministic: boolean;
  /** The plies of the openings that the pairs start from. */
  readonly openings: { readonly plies: number } | null;
  /** Of the first player and of the second, if they answer in words; of all games that were begun. */
  readonly answers: readonly [Usage | null, Usage | null];
}

const answersOf = (player: Player): Usage | null => (player.kind === "asked" ? (player.usage?.() ?? null) : null);

function named(id: string | undefined): string {
  if (id !== undefined) return id;
  throw new UserError(2, "Name the game that they play: --game ttt. What there is: spiral games");
}

async function show(report: Report, utility: Game["utility"]): Promise<void> {
  const { usageText } = await import("../models/usage-text.ts");
  const { game, players, pairs, wins, draws, losses, forfeits, sprt } = report;
  const { bold, dim } = styleFor(process.stdout);
  const games = 2 * pairs;
  const [first, second] = players;
  print(`${bold(game)}  ${first} against ${second}, ${games} games`);
  const rowOf = (what: string, count: number): string[] => {
    return [`  ${what}`, String(count), `${((100 * count) / games).toFixed(1)} %`];
  };
  const results = [rowOf("won", wins), rowOf("drawn", draws), rowOf("lost", losses)];
  for (const [i, name] of players.entries()) {
    const count = forfeits[i] as number;
    if (count > 0) results.push(rowOf(`forfeited by ${name}`, count));
    const { answers = 0, cutOff = 0, illegal = 0 } = report.answers[i] ?? {};
    const share = (part: number): string => `${((100 * part) / answers).toFixed(1)} % of its answers`;
    if (illegal > 0) results.push([`  illegal: ${name}`, String(illegal), share(illegal)]);
    if (cutOff > 0) results.push([`  cut off: ${name}`, String(cutOff), share(cutOff)]);
  }
  const { elo } = report;
  const figures = [
    ["  mean return", estimated(report.meanReturn)],
    ["  superiority", likelihood(report.superiority)],
    ["  Elo difference", withInterval(elo.difference, elo.ci95, 0)],
    ["  seat advantage", estimated(report.seatAdvantage)],
    ...(sprt ? [["  SPRT", sprtText(sprt)]] : []),
  ];
  print(`\n${lines(results, [1, 2])}\n\n${lines(figures)}\n`);
  print(
    dim(
      `Of ${first}, per game; ${plural(pairs, "pair")} on the same deal with the seats swapped, seed ${report.seed}. 95 % intervals: bootstrap over pairs.\n` +
        "Superiority: how likely its mean return is truly the greater. Seat advantage: mean return of seat 0 less that of seat 1.",
    ),
  );
  for (const [i, name] of players.entries()) {
    const usage = report.answers[i];
    if (usage && usage.answers > 0) print(dim(`${name}: ${usageText(usage)}.`));
  }
  if (report.deterministic) print(dim(COPIES));
  if (report.openings) print(dim(`Each pair starts from an opening of its own, ${report.openings.plies} plies long.`));
  const { min, max } = utility;
  if (max !== 1)
    print(
      dim(`Games here are played for more than winning: Elo is of the mean return, on a scale from ${min} to ${max}.`),
    );
  if (sprt?.verdict === "undecided") {
    note(
      `The test is undecided: ${report.deterministic ? "one pair is too little" : `give it more ${report.openings ? "--openings" : "--pairs"}`}.`,
    );
  }
}

/** A model at temperature 0, for example. */
const SAME_ANSWERS =
  "All pairs were the same two games. If the players always answer alike, the figures rest on one pair; --openings <n> makes pairs differ.";

const COPIES =
  "Neither player draws anything and chance has no part: every pair would be the same two games. One pair was played and\n" +
  "counts once, so the intervals are wide. --openings <n> starts the pairs from different positions.";

const lines = (rows: readonly (readonly string[])[], right: readonly number[] = []): string =>
  table([], rows, { right, folded: 1 });

function sprtText({ elo0, elo1, llr, bounds, verdict }: Sprt & SprtState): string {
  const says = {
    H0: `H0 accepted: ${elo0} Elo rather than ${elo1}`,
    H1: `H1 accepted: ${elo1} Elo rather than ${elo0}`,
    undecided: "undecided",
  };
  const [low, high] = bounds.map((bound) => bound.toFixed(2));
  return `${says[verdict]}; LLR ${llr.toFixed(2)}, bounds ${low} and ${high}`;
}
