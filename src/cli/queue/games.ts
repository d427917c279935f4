/**
 * The games of a tournament as jobs of a queue: a job is some pairs of one fixture, and its result is the lines of their games.
 * What all jobs share is sent to each worker once: the field (players, games, openings, seed) and the runs among the players.
 */
import { gunzipSync } from "node:zlib";
import { BLOCK, type PlayedGame } from "../../arena/pairing.ts";
import type { Fixture, Tournament } from "../../arena/tournament.ts";
import { type Blob, putBlob } from "../../jobs/queue/blobs.ts";
import type { QueueAddress } from "../../jobs/queue/connection.ts";
import { dropBatch, queueRunner } from "../../jobs/queue/coordinator.ts";
import { makeStreams } from "../../jobs/queue/streams.ts";
import { WrongAnswer } from "../../jobs/runner.ts";
import { parseEpisode } from "../../record/episode.ts";
import { UserError } from "../../util/errors.ts";
import type { LlmOptions } from "../flags/llm.ts";
import { settingsOfModels } from "../models/model-player.ts";
import { note } from "../terminal/output.ts";
import { countedSchema, type Field, type QueuedGames, type SentPlayer } from "./games-job.ts";
import { handOver } from "./hand-over.ts";
import { openQueue } from "./opened.ts";
import { needsOf, sentModel } from "./sent-models.ts";
import { backendOf, sentPlayers } from "./sent-players.ts";

/** Pairs of a job: many between policies, which play thousands a second, few where a player thinks, one where it is asked. */
const MANY = 16 * BLOCK;
const FEW = 4;
const ONE = 1;
/** Bytes of the lines of one job at most. */
const LONGEST = 1 << 28;

export interface QueuedTournament {
  readonly address: QueueAddress;
  /** `arena`, for people. */
  readonly about: string;
  /** Where the results are written. */
  readonly place: string;
  /** By player, in the order of the tournament. */
  readonly specs: readonly string[];
  /** The folder of runs. */
  readonly runs: string;
  readonly openings: number | undefined;
  /** Of the command, if language models may play in it. */
  readonly llm?: LlmOptions;
}

/** As `playTournament`, with workers: the same games in the same order. */
export async function* playQueued(
  tournament: Tournament,
  fixtures: readonly Fixture[],
  { address, about, place, specs, runs, openings, llm }: QueuedTournament,
  signal: AbortSignal,
): AsyncGenerator<{ readonly fixture: Fixture; readonly games: readonly PlayedGame[] }, void, undefined> {
  const { players, pairs, seed } = tournament;
  const sent = sentPlayers(specs, players, runs);
  const backend = await backendOf(specs, runs);
  const settings = llm ? [...settingsOfModels(specs, llm)] : [];
  const models = Object.fromEntries(settings.map(([name, model]) => [name, sentModel(model)]));
  const identity = {
    ...{ pairs, seed, openings, backend, models },
    players: sent.map(({ archive: _, ...player }) => player),
    fixtures: fixtures.map(({ game, players: two }) => [game.id, game.version, two.map(({ name }) => name)]),
  };
  const needs = needsOf(Object.values(models));
  const { queue, batch, goOn, close } = await openQueue(address, { about, place, identity, needs });
  const enough = new AbortController();
  const either = AbortSignal.any([signal, enough.signal]);
  let hasEnough = true;
  let running: ReturnType<ReturnType<typeof queueRunner>> | undefined;
  try {
    await makeStreams(queue);
    const put = (bytes: Uint8Array): Promise<Blob> => putBlob(queue, batch.id, bytes);
    const field: Field = {
      players: await Promise.all(
        sent.map(async ({ archive, run, ...player }): Promise<SentPlayer> => {
          return archive && run ? { ...player, run: { ...run, blob: await put(await archive) } } : player;
        }),
      ),
      ...{ models, backend, pairs, openings, seed },
    };
    const fieldBlob = await put(Buffer.from(JSON.stringify(field)));
    const jobs = fixtures.flatMap((fixture) => jobsOf(fixture, players, fieldBlob));
    const handed = handOver<{ readonly fixture: Fixture; readonly games: readonly PlayedGame[] }>();
    const run = queueRunner<QueuedGames>({
      ...{ queue, batch },
      inOrder: true,
      say: note,
      async receive(job, bytes) {
        const fixture = fixtures[job.fixture] as Fixture;
        const games = gamesIn(bytes, job, fixture).filter(({ index }) => !fixture.played.has(index));
        if (games.length > 0) await handed.give({ fixture, games });
        return undefined;
      },
    });
    running = run(jobs, { signal: either, onDone: () => {} });
    running.then(handed.end, handed.end);
    yield* handed.taken;
    const { problems } = await running;
    if (problems.length > 0) throw new UserError(1, [...problems]);
    hasEnough = false;
    if (signal.aborted) note(goOn);
  } catch (error) {
    hasEnough = false;
    throw error;
  } finally {
    enough.abort();
    // What is being queued must not come after the batch is gone.
    await running?.catch(() => {});
    // As where a sequential test has come to its end: nothing of the batch is needed any more.
    if (hasEnough && !signal.aborted) await dropBatch(queue, batch).catch(() => {});
    await close();
  }
}

/** As `playMatch`, with workers. */
export async function* matchQueued(
  {
    game,
    players,
    pairs,
    seed,
    openings,
    played,
  }: Pick<Tournament, "pairs" | "seed"> &
    Pick<Fixture, "game" | "players" | "openings"> & {
      readonly played: ReadonlyMap<number, readonly [number, number]>;
    },
  queued: QueuedTournament,
  signal: AbortSignal,
): AsyncGenerator<readonly PlayedGame[], void, undefined> {
  const tournament: Tournament = { games: [game], players, pairs, seed, gauntlet: false };
  // Whether all pairs are copies of the first was decided already, by `pairs`.
  const fixture = { number: 0, game, players, openings, deterministic: false, pairs, played: new Map(played) };
  for await (const { games } of playQueued(tournament, [fixture], queued, signal)) yield games;
}

/** The jobs of a fixture of which games are missing. */
function jobsOf(
  { number, game, players: two, pairs, openings, played }: Fixture,
  field: Tournament["players"],
  blob: Blob,
): QueuedGames[] {
  const isQuick = !openings && two.every((player) => player.kind === "policy" && !player.seeded);
  const isAsked = two.some(({ kind }) => kind === "asked");
  const size = isQuick ? MANY : isAsked ? ONE : FEW;
  const [first, second] = two.map((player) => field.indexOf(player)) as [number, number];
  return Array.from({ length: Math.ceil(pairs / size) }, (_, i) => [i * size, Math.min((i + 1) * size, pairs)] as const)
    .filter(([from, to]) => missingIn(played, from, to))
    .map(([from, to]) => ({
      id: `${game.id}: ${two[0].name} against ${two[1].name}, pairs ${from + 1} to ${to}`,
      ...{ kind: "games" as const, field: blob, fixture: number },
      ...{ game: game.id, rules: game.version, players: [first, second], from, to },
    }));
}

function missingIn(played: Fixture["played"], from: number, to: number): boolean {
  for (let index = 2 * from; index < 2 * to; index++) if (!played.has(index)) return true;
  return false;
}

/** The games of a result. Throws a WrongAnswer if it is not what was wanted. */
function gamesIn(bytes: Uint8Array, { id, from, to }: QueuedGames, { game, players }: Fixture): PlayedGame[] {
  const names = players.map(({ name }) => name);
  const result = contentsOf(bytes);
  const episodes = result?.episodes;
  const isWanted = episodes?.every(({ game: of, version, index, players: seated }, i) => {
    const order = index % 2 === 0 ? seated : [seated[1], seated[0]];
    const isOne = of === game.id && version === game.version && index === 2 * from + i;
    return isOne && order[0] === names[0] && order[1] === names[1];
  });
  if (!episodes || !isWanted || episodes.length !== 2 * (to - from)) {
    throw new WrongAnswer(1, `A worker has sent other games than those of job ${id}.`);
  }
  for (const [i, player] of players.entries()) {
    for (const { isRetry, ...answer } of result.counted[i] ?? []) {
      if (player.kind === "asked") player.tally?.add(answer, isRetry, answer);
    }
  }
  return episodes.map((episode) => ({ index: episode.index, returns: episode.returns, episode: () => episode }));
}

/** Undefined if a line is no episode, or the first no count of answers. */
function contentsOf(bytes: Uint8Array) {
  try {
    const [first = "", ...lines] = gunzipSync(bytes, { maxOutputLength: LONGEST }).toString().split("\n").slice(0, -1);
    return { counted: countedSchema.parse(JSON.parse(first)), episodes: lines.map(parseEpisode) };
  } catch {
    return undefined;
  }
}
