/** `spiral match`: two players at one game, in pairs of games; who is better, by how much, and how sure that is. */
import { playMatch } from "../../arena/match.ts";
import { type Match, matchRng, type PlayedGame } from "../../arena/pairing.ts";
import { parseSprt, type Sprt, type SprtState, sprtState } from "../../arena/sprt.ts";
import { type MatchSummary, type PairReturns, pairScore, summarise, Tally } from "../../arena/summary.ts";
import type { Game } from "../../games/game.ts";
import { getGame } from "../../games/registry.ts";
import type { Player } from "../../players/player.ts";
import { UserError } from "../../util/errors.ts";
import { estimated, likelihood, plural, withInterval } from "../../util/figures.ts";
import { checkAll } from "../check-all.ts";
import type { Run } from "../command.ts";
import type { declaration } from "../commands/match.ts";
import { gamesAtOnce } from "../flags/llm.ts";
import { checkGameFiles, gameFiles } from "../open/game-files.ts";
import { checkPlayers, closePlayers } from "../open/players.ts";
import { runsFolder } from "../open/runs-folder.ts";
import { countedOff } from "../terminal/counter.ts";
import { note, print, printJson, styleFor, table } from "../terminal/output.ts";
import { personAtTerminal } from "../terminal/person.ts";

const PAIRS = 500;
/** Where a test says when to stop. */
const MOST_PAIRS = 10_000;

interface Report extends MatchSummary {
  readonly game: string;
  readonly players: readonly [string, string];
  readonly seed: number;
  readonly sprt: (Sprt & SprtState) | null;
}

export const run: Run<typeof declaration> = async ([first, second], options) => {
  const runs = await runsFolder(options);
  const human = (): Player => personAtTerminal(options.json ? process.stderr : process.stdout);
  const [game, pairs, seed, sprt, open] = checkAll(
    () => chosenGame(options.game),
    options.pairs,
    options.seed,
    () => (options.sprt === undefined ? undefined : parseSprt(options.sprt)),
    () => checkPlayers([first, second], { runs, llm: options, human }),
    () => checkGameFiles(options),
  );
  // A wrong number was reported already where a model plays.
  const atOnce = gamesAtOnce(options);
  const players = (await open()) as [Player, Player];
  try {
    const idle = players.filter(({ plays }) => !plays(game));
    if (idle.length > 0) {
      throw new UserError(
        2,
        idle.map(({ name }) => `${name} does not play ${game.id}.`),
      );
    }
    const files = gameFiles(options);
    try {
      const match = { game, players, rng: matchRng(seed, game, players) };
      const most = pairs ?? (sprt ? MOST_PAIRS : PAIRS);
      const { tally, state } = await play(match, most, atOnce, sprt, files.keep);
      const names = [players[0].name, players[1].name] as const;
      const verdict = sprt && state ? { ...sprt, ...state } : null;
      const report: Report = { game: game.id, players: names, seed, ...summarise(game, tally), sprt: verdict };
      if (options.json) printJson(report);
      else show(report);
      return verdict && verdict.verdict !== "H1" ? 4 : 0;
    } finally {
      files.close();
    }
  } finally {
    await closePlayers(players);
  }
};

function chosenGame(id: string | undefined): Game {
  if (id !== undefined) return getGame(id);
  throw new UserError(2, "Name the game that they play: --game ttt. What there is: spiral games");
}

/** Plays until the pairs are there or the test has come to its end. Pairs count in their order, whichever ends first. */
async function play(
  match: Match,
  pairs: number,
  atOnce: number,
  sprt: Sprt | undefined,
  keep: (games: readonly PlayedGame[]) => void,
): Promise<{ tally: Tally; state: SprtState | undefined }> {
  const tally = new Tally();
  const scores = new Map<number, number>();
  const waiting = new Map<number, readonly [number, number]>();
  const counter = countedOff("pairs", pairs);
  let state: SprtState | undefined;
  let counted = 0;
  const isDecided = (): boolean => state !== undefined && state.verdict !== "undecided";
  try {
    for await (const games of playMatch(match, { pairs, atOnce })) {
      for (const { index, returns } of games) waiting.set(index, returns);
      for (let pair = nextPair(); pair && !isDecided(); pair = nextPair()) {
        tally.add(pair);
        counted++;
        if (!sprt) continue;
        const score = pairScore(match.game, pair);
        scores.set(score, (scores.get(score) ?? 0) + 1);
        state = sprtState(scores, sprt);
      }
      // What was played beyond the test's end counts for nothing.
      keep(isDecided() ? games.filter(({ index }) => index < 2 * counted) : games);
      counter.at(counted, state ? `LLR ${state.llr.toFixed(2)} of ${state.bounds.map((b) => b.toFixed(2)).join(" … ")}` : ""); // biome-ignore format: a line
      if (isDecided()) break;
    }
  } catch (error) {
    const hint = "spiral arena keeps what has ended and goes on with the rest, of two players too.";
    if (error instanceof UserError && counted > 0) note(`It ended after ${plural(counted, "pair")}. ${hint}`);
    throw error;
  } finally {
    counter.close();
  }
  return { tally, state };

  function nextPair(): PairReturns | undefined {
    const [one, two] = [waiting.get(2 * counted), waiting.get(2 * counted + 1)];
    if (!one || !two) return undefined;
    waiting.delete(2 * counted);
    waiting.delete(2 * counted + 1);
    return [...one, ...two];
  }
}

function show(report: Report): void {
  const { game, players, pairs, wins, draws, losses, forfeits, sprt } = report;
  const { bold, dim } = styleFor(process.stdout);
  const games = 2 * pairs;
  const share = (count: number): string[] => [String(count), `${((100 * count) / games).toFixed(1)} %`];
  const [first, second] = players;
  print(`${bold(game)}  ${first} against ${second}, ${games} games`);
  const forfeited = [first, second].flatMap((name, i) =>
    forfeits[i] === 0 ? [] : [[`  forfeited by ${name}`, ...share(forfeits[i] as number)]],
  );
  const results = [["  won", ...share(wins)], ["  drawn", ...share(draws)], ["  lost", ...share(losses)], ...forfeited]; // biome-ignore format: a table
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
  const { min, max } = getGame(game).utility;
  if (max !== 1)
    print(
      dim(`Games here are played for more than winning: Elo is of the mean return, on a scale from ${min} to ${max}.`),
    );
  if (sprt?.verdict === "undecided") note("The test is undecided: give it more --pairs.");
}

const lines = (rows: readonly (readonly string[])[], right: readonly number[] = []): string =>
  table(["", "", ""], rows, { right }).split("\n").slice(1).join("\n");

function sprtText({ elo0, elo1, llr, bounds, verdict }: Sprt & SprtState): string {
  const says = {
    H0: `H0 accepted: ${elo0} Elo rather than ${elo1}`,
    H1: `H1 accepted: ${elo1} Elo rather than ${elo0}`,
    undecided: "undecided",
  };
  const [low, high] = bounds.map((bound) => bound.toFixed(2));
  return `${says[verdict]}; LLR ${llr.toFixed(2)}, bounds ${low} and ${high}`;
}
