/** What the page shows of a tournament: its cross-tables and ratings, and what each player did. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Standings } from "../../arena/standings.ts";
import { standingsNotes, standingsTables } from "../../arena/standings-table.ts";
import { getGame } from "../../games/registry.ts";
import type { PageContents, PageTable } from "../../page/contents.ts";
import type { Episode } from "../../record/episode.ts";
import { replaySteps } from "../../record/steps.ts";
import { readLog } from "../../replay/log.ts";
import { readTournament } from "../../run/tournament.ts";
import { firstIssue, UserError } from "../../util/errors.ts";
import { readJson } from "../../util/files.ts";

/** The contents without its games. Throws a UserError (exit 3) if the folder holds no tournament. */
export function tournamentContents(dir: string, title: string): PageContents {
  const { players, games, pairs, seed, gauntlet } = readTournament(dir);
  const notes: string[] = [];
  const ratings = standingsOf(dir, notes);
  return {
    title,
    facts: [
      ["games", games.map(({ id }) => id).join(", ")],
      ["players", players.map(({ name }) => name).join(", ")],
      ["format", gauntlet ? "the first player against each other" : "everyone against everyone"],
      ["pairs of games for each two players", String(pairs)],
      ["seed", String(seed)],
    ],
    games: games.map(({ id }) => id),
    metrics: [],
    checkpoints: [],
    episodes: [],
    tables: [...ratings.tables, conductTable(join(dir, "episodes.jsonl"), !ratings.haveAnswers)],
    notes,
  };
}

/** JSON has no infinity: an end that the games do not bound is null. */
const interval = z
  .tuple([z.number().nullable(), z.number().nullable()])
  .transform(([low, high]) => [low ?? Number.NEGATIVE_INFINITY, high ?? Number.POSITIVE_INFINITY] as const);
const count = z.int().min(0);
const standing = z.object({
  ...{ player: z.string(), rating: z.number(), ci95: interval, group: z.int(), score: z.number() },
  ...{ games: count, wins: count, draws: count, losses: count, forfeits: count },
});
const answers = z.object({
  ...{ player: z.string(), answers: count, illegal: count, cutOff: count, failed: count, retries: count },
  ...{ promptTokens: count, completionTokens: count, cost: z.number().nullable() },
  latency: z.object({ p50: z.number(), p95: z.number() }).nullable(),
});
const pair = <T extends z.ZodType>(item: T) => z.tuple([item, item]);
const standingsSchema: z.ZodType<Standings> = z.object({
  players: z.array(z.string()),
  games: z.array(z.string()),
  seed: z.int(),
  pairs: count,
  format: z.enum(["round robin", "gauntlet"]),
  anchor: z.string().nullable(),
  overall: z.array(standing),
  byGame: z.record(z.string(), z.object({ standings: z.array(standing), firstSeat: z.number().nullable() })),
  matches: z.array(
    z.object({
      ...{ game: z.string(), players: pair(z.string()), pairs: count, wins: count, draws: count, losses: count },
      ...{
        forfeits: pair(count),
        score: z.number(),
        meanReturn: z.number(),
        ci95: interval,
        deterministic: z.boolean(),
      },
    }),
  ),
  openings: z.array(z.object({ game: z.string(), plies: count })),
  satOut: z.array(z.object({ player: z.string(), games: z.array(z.string()) })),
  // Earlier versions did not count them here.
  answers: z.array(answers).default([]),
});

/** The tables of `spiral arena`, and whether one is of answers in words. */
function standingsOf(dir: string, notes: string[]): { readonly tables: PageTable[]; readonly haveAnswers: boolean } {
  const path = join(dir, "standings.json");
  if (!existsSync(path)) {
    notes.push("The tournament is not at its end, where the ratings are made.");
    return { tables: [], haveAnswers: false };
  }
  try {
    const found = standingsSchema.safeParse(readJson(path));
    if (!found.success) throw new UserError(3, `standings.json is damaged (${firstIssue(found.error)}).`);
    const about = standingsNotes(found.data);
    const tables = standingsTables(found.data).map(({ title, header, rows }, i, all) => ({
      caption: title,
      // A place, then the player: the page has the name first.
      header: ["player", "", ...header.slice(2)],
      rows: rows.map(([place = "", player = "", ...figures]) => [player, place, ...figures]),
      notes: i === all.length - 1 ? about : [],
    }));
    return { tables, haveAnswers: found.data.answers.length > 0 };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    notes.push(`The ratings could not be read: ${error.message}`);
    return { tables: [], haveAnswers: false };
  }
}

interface Conduct {
  games: number;
  forfeits: number;
  answers: number;
  illegal: number;
  promptTokens: number;
  completionTokens: number;
}

/** Games, forfeits and, if wanted, answers of each player, from every game in the log that can be read. */
function conductTable(log: string, withAnswers: boolean): PageTable {
  const players = new Map<string, Conduct>();
  const of = (name: string): Conduct => {
    const known = players.get(name) ?? {
      ...{ games: 0, forfeits: 0, answers: 0, illegal: 0, promptTokens: 0, completionTokens: 0 },
    };
    players.set(name, known);
    return known;
  };
  for (const entry of existsSync(log) ? readLog(log, () => {}) : []) {
    if ("problem" in entry) continue;
    const { players: names, forfeit } = entry.episode;
    for (const name of names) of(name).games++;
    if (forfeit) of(names[forfeit.seat]).forfeits++;
    countAnswers(entry.episode, of);
  }
  const all = [...players].sort(([a], [b]) => (a < b ? -1 : 1));
  const speaks = withAnswers && all.some(([, { answers }]) => answers > 0);
  const words = ["answers", "not legal", "prompt tokens", "answer tokens"];
  const shown = (n: number): string => n.toLocaleString("en");
  return {
    caption: speaks ? "Games played, forfeits and answers in words" : "Games played and forfeits",
    header: ["player", "games", "forfeits", ...(speaks ? words : [])],
    rows: all.map(([name, { games, forfeits, answers, illegal, promptTokens, completionTokens }]) => [
      name,
      ...[games, forfeits, ...(speaks ? [answers, illegal, promptTokens, completionTokens] : [])].map(shown),
    ]),
    notes: [],
  };
}

/** Who answered follows from the rules: it is the player to move. A game that breaks them is counted up to there. */
function countAnswers(episode: Episode, of: (name: string) => Conduct): void {
  if (!episode.said) return;
  const byPly = new Map(episode.said.map(({ ply, answers }) => [ply, answers]));
  try {
    for (const { ply, turn } of replaySteps(getGame(episode.game), episode)) {
      if (turn.kind !== "player") continue;
      const conduct = of(episode.players[turn.player]);
      for (const { illegal, promptTokens = 0, completionTokens = 0 } of byPly.get(ply) ?? []) {
        conduct.answers++;
        conduct.illegal += illegal === undefined ? 0 : 1;
        conduct.promptTokens += promptTokens;
        conduct.completionTokens += completionTokens;
      }
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
}
