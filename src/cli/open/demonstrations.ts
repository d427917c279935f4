/** The games that `spiral train --demonstrations` learns from: those of a fixed opponent, or of an episode log. */
import type { Config } from "../../config/schema.ts";
import type { Game } from "../../games/game.ts";
import { getGame } from "../../games/registry.ts";
import { type Opponent, opponents } from "../../players/opponents.ts";
import { verifyEpisode } from "../../record/verify.ts";
import { readLog } from "../../replay/log.ts";
import { lastUpdateOf } from "../../rl/annealing.ts";
import { type Demonstrations, gamesOfExpert } from "../../rl/demonstrations.ts";
import { sha256 } from "../../run/checkpoint-folder.ts";
import type { Manifest } from "../../run/manifest.ts";
import type { RecordedGame } from "../../selfplay/recorded.ts";
import { UserError } from "../../util/errors.ts";
import { Rng } from "../../util/rng.ts";
import { quoted } from "../../util/shell.ts";
import { warn } from "../terminal/output.ts";

/**
 * The demonstrations of a run with these settings; undefined if it has none. Throws a UserError if a log cannot be read, has a
 * damaged line or a game that breaks the rules (exit 3), or has no game of one of the games of the run (exit 2).
 */
export function demonstrationsOf({ rl, games: ids, seed, updates }: Config): Demonstrations | undefined {
  const { from, updates: some, games: count } = rl.demonstrations;
  if (from === "none") return undefined;
  const expert = opponents.find(({ name }) => name === from);
  const games = ids.map(getGame);
  const rng = new Rng(seed).fork("demonstrations");
  const played = (game: Game, { make }: Opponent) => gamesOfExpert(game, make(game), count, rng.fork(game.id));
  return {
    expert: from,
    updates: some === "all" ? lastUpdateOf({ updates }) : some,
    games: expert ? new Map(games.map((game) => [game.id, played(game, expert)])) : gamesInLog(from, games, count),
  };
}

/** What the manifest says of the log that a run learns from; undefined if there is none. */
export function logOf({ expert, games }: Demonstrations): Manifest["demonstrations"] {
  if (opponents.some(({ name }) => name === expert)) return undefined;
  return { log: expert, sha256: sha256(JSON.stringify([...games])) };
}

/** Throws a UserError (exit 3) if the log no longer gives the games that a run has learned from. */
export function checkLog(run: string, manifest: Manifest, demonstrations: Demonstrations | undefined): void {
  const now = demonstrations && logOf(demonstrations);
  if (now?.sha256 === manifest.demonstrations?.sha256) return;
  const hint = "Put it back as it was, or start a new run";
  throw new UserError(3, `${now?.log} does not hold the games that ${run} was started with. ${hint}.`);
}

/** The first `count` of each game that were played to their end. */
function gamesInLog(path: string, games: readonly Game[], count: number): Map<string, RecordedGame[]> {
  const found = new Map<string, RecordedGame[]>(games.map(({ id }) => [id, []]));
  const others = new Set<string>();
  for (const entry of readLog(path, warn)) {
    const damaged = (problem: string): UserError =>
      new UserError(3, `${path}:${entry.line}: ${problem}. All that is wrong: spiral replay ${quoted(path)} --verify`);
    if ("problem" in entry) throw damaged(entry.problem);
    const { episode } = entry;
    const own = found.get(episode.game);
    if (!own) others.add(episode.game);
    if (!own || own.length === count || episode.forfeit) continue;
    const problem = verifyEpisode(episode);
    if (problem !== undefined) throw damaged(problem);
    own.push({ actions: episode.actions, opening: episode.opening ?? 0 });
  }
  const missing = [...found].filter(([, own]) => own.length === 0).map(([id]) => id);
  if (missing.length === 0) return found;
  const there = others.size === 0 ? "" : ` It has games of ${[...others].join(", ")}.`;
  throw new UserError(
    2,
    missing.map((id) => `${path} has no game of ${id} that was played to its end, and this run learns ${id}.${there}`),
  );
}
