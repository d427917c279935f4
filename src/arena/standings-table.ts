/** Standings as tables for the terminal, as Markdown, and as CSV for spreadsheets. */
import { getGame } from "../games/registry.ts";
import { csv } from "../util/csv.ts";
import { plural, signed, withInterval } from "../util/figures.ts";
import { markdownTable } from "../util/markdown.ts";
import type { PlayerAnswers } from "./answers.ts";
import { copiesNote } from "./deterministic.ts";
import type { MatchResult, Standing, Standings } from "./standings.ts";

export interface Table {
  readonly title: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** The columns from this index on are numbers. */
  readonly figuresFrom: number;
}

/** The ratings over all games if there are several, then a table for each game with its cross-table. */
export function standingsTables(standings: Standings): Table[] {
  const { games, answers } = standings;
  return [
    ...(games.length > 1 ? [overallTable(standings)] : []),
    ...games.map((id) => gameTable(standings, id)),
    ...(answers.length > 0 ? [answersTable(standings)] : []),
  ];
}

/** A column that has nothing to say in any row is left out. */
function answersTable({ answers }: Standings): Table {
  const columns: readonly (readonly [string, (of: PlayerAnswers) => string])[] = [
    ["answers", (of) => String(of.answers)],
    ["illegal", (of) => String(of.illegal)],
    ["cut off", (of) => String(of.cutOff)],
    ["asked again", (of) => String(of.retries)],
    ["failed", (of) => String(of.failed)],
    ["tokens read", (of) => of.promptTokens.toLocaleString("en-US")],
    ["written", (of) => of.completionTokens.toLocaleString("en-US")],
    ["seconds", ({ latency }) => (latency ? String(Number(latency.p50.toPrecision(2))) : "")],
    ["95 %", ({ latency }) => (latency ? String(Number(latency.p95.toPrecision(2))) : "")],
    ["cost", ({ cost }) => (cost === null ? "" : String(Number(cost.toPrecision(3))))],
  ];
  const told = columns.filter(([, text]) => answers.some((of) => !["", "0"].includes(text(of))));
  return {
    title: "Answers",
    header: ["", "player", ...told.map(([name]) => name)],
    rows: answers.map((of) => ["", of.player, ...told.map(([, text]) => text(of))]),
    figuresFrom: 2,
  };
}

/** A player that does not play every game has no rating over all games; it is listed last. */
function overallTable({ players, overall, games, byGame }: Standings): Table {
  const ratingAt = (id: string, player: string): string => {
    const standing = byGame[id]?.standings.find((row) => row.player === player);
    return standing ? signed(standing.rating, 0) : "";
  };
  const others = players.filter((player) => !overall.some((row) => row.player === player));
  return {
    title: `All ${games.length} games`,
    header: [...HEADER, ...games],
    rows: [
      ...overall.map((row, i) => [...cells(row, i), ...games.map((id) => ratingAt(id, row.player))]),
      ...others.map((player) => ["", player, "", "", "", ...games.map((id) => ratingAt(id, player))]),
    ],
    figuresFrom: 2,
  };
}

const HEADER = ["", "player", "Elo", "score", "games"];

/** The numbered columns hold the mean return per game of the row's player against the player of that number. */
function gameTable({ byGame, matches }: Standings, id: string): Table {
  const standings = byGame[id]?.standings ?? [];
  const against = (row: Standing, other: Standing): string => {
    if (row === other) return "·";
    const match = matches.find(
      ({ game, players }) => game === id && players.includes(row.player) && players.includes(other.player),
    );
    return match ? signed(ownReturn(match, row.player), 2) : "";
  };
  return {
    title: id,
    header: [...HEADER, ...standings.map((_, i) => String(i + 1))],
    rows: standings.map((row, i) => [...cells(row, i), ...standings.map((other) => against(row, other))]),
    figuresFrom: 2,
  };
}

const cells = ({ player, rating, ci95, score, games }: Standing, i: number): string[] => [
  String(i + 1),
  player,
  withInterval(rating, ci95, 0),
  `${(100 * score).toFixed(1)} %`,
  String(games),
];

const ownReturn = ({ players, meanReturn }: MatchResult, player: string): number =>
  players[0] === player ? meanReturn : -meanReturn;

/** Notes that explain the tables. */
export function standingsNotes(standings: Standings): string[] {
  const { format, pairs, seed, anchor, overall, byGame, matches, openings, satOut } = standings;
  const everywhere = Object.values(byGame).every(({ standings }) => standings.some(({ player }) => player === anchor));
  const elsewhere = everywhere ? "" : ", and where it does not play their mean";
  const measured = anchor === null ? "their mean is 0" : `${anchor} is 0${elsewhere}`;
  const forChips = Object.keys(byGame).filter((id) => getGame(id).utility.max !== 1);
  const seats = Object.entries(byGame).flatMap(([id, { firstSeat }]) =>
    firstSeat === null ? [] : [`${id} ${signed(firstSeat, 0)}`],
  );
  return [
    `${format === "gauntlet" ? "The first player against each other" : "Everyone against everyone"}, ${plural(pairs, "pair")} of games with the seats swapped, seed ${seed}.`,
    `Elo: Bradley–Terry ratings with draws and the seat in the model, ${measured}, 95 % intervals by bootstrap over pairs.`,
    "Numbered columns: mean return per game of the row's player against that one.",
    ...(forChips.length > 0
      ? [
          `Scores and Elo at ${forChips.join(", ")} are of the return, between the most that can be lost and won, not of games won.`,
        ]
      : []),
    ...copiesNote({ matches: matches.length, deterministic: matches.filter((match) => match.deterministic).length }),
    ...openings.map(
      ({ game, plies }) => `At ${game} each pair starts from an opening of its own, ${plies} plies long.`,
    ),
    ...(seats.length > 0 ? [`Seat 0 is worth, in Elo: ${seats.join(", ")}.`] : []),
    ...(overall.some(({ group }) => group > 0)
      ? ["No chain of games links all players: ratings of different groups do not compare."]
      : []),
    ...satOut.map(
      ({ player, games }) => `${player} does not play ${games.join(", ")}, sat out, and has no rating over all games.`,
    ),
  ];
}

export function standingsMarkdown(name: string, standings: Standings): string {
  const tables = standingsTables(standings).flatMap(({ title, header, rows, figuresFrom }) => {
    const cells = rows.map((row) => row.map(escaped));
    return [`## ${escaped(title)}`, "", ...markdownTable(header, cells, figuresFrom), ""];
  });
  return [
    `# ${escaped(name)}`,
    "",
    ...tables,
    ...standingsNotes(standings).map((note) => `${escaped(note)}  `),
    "",
  ].join("\n");
}

const escaped = (text: string): string => text.replaceAll(/[|*_`<\\]/g, "\\$&");

/** A row for each player in each game, and over `all` games. */
export function ratingsCsv({ overall, byGame }: Standings): string {
  const groups = [
    ["all", overall] as const,
    ...Object.entries(byGame).map(([id, { standings }]) => [id, standings] as const),
  ];
  return csv(
    ["game", "player", "rating", "low", "high", "group", "games", "wins", "draws", "losses", "forfeits", "score"],
    groups.flatMap(([game, standings]) =>
      standings.map(({ player, rating, ci95, group, games, wins, draws, losses, forfeits, score }) => {
        return [game, player, rating, ...ci95, group, games, wins, draws, losses, forfeits, score];
      }),
    ),
  );
}

/** A row for each player that answers in words. Seconds are of the requests of the last process. */
export function answersCsv({ answers }: Standings): string {
  return csv(
    [
      ...["player", "answers", "illegal", "cut_off", "asked_again", "failed", "prompt_tokens", "completion_tokens"],
      ...["p50_seconds", "p95_seconds", "cost"],
    ],
    answers.map(
      ({ player, answers, illegal, cutOff, retries, failed, promptTokens, completionTokens, latency, cost }) => [
        ...[player, answers, illegal, cutOff, retries, failed, promptTokens, completionTokens],
        ...[latency?.p50 ?? "", latency?.p95 ?? "", cost ?? ""],
      ],
    ),
  );
}

/** A row for each match, from the view of the first player. */
export function matchesCsv({ matches }: Standings): string {
  return csv(
    [
      ...["game", "first", "second", "pairs", "wins", "draws", "losses", "forfeits", "return", "low", "high", "score"],
      "deterministic",
    ],
    matches.map(({ game, players, pairs, wins, draws, losses, forfeits, meanReturn, ci95, score, deterministic }) => {
      return [
        game,
        ...players,
        pairs,
        wins,
        draws,
        losses,
        forfeits[0],
        meanReturn,
        ...ci95,
        score,
        String(deterministic),
      ];
    }),
  );
}
