/** The process that plays games for a worker of a queue: `node games-child.js [players.yaml]`, with a channel to the worker. */
import { playMatch } from "../../arena/match.ts";
import { matchRng } from "../../arena/pairing.ts";
import { getGame } from "../../games/registry.ts";
import { backendNames, startBackend } from "../../nn/backend.ts";
import type { Player } from "../../players/player.ts";
import { parseSpec } from "../../players/spec.ts";
import { formatEpisode } from "../../record/episode.ts";
import { UserError } from "../../util/errors.ts";
import { openingsOf } from "../open/openings.ts";
import { closePlayers, openPlayers } from "../open/players.ts";
import { RUN } from "./games-job.ts";
import type { GamesAnswer, GamesOrder } from "./games-work.ts";
import { endpointsHere, modelHere } from "./sent-models.ts";

/** The players of the last job, which most jobs share. */
let opened: { readonly key: string; readonly players: readonly Player[] } | undefined;

async function playersOf({ job, field, folders }: GamesOrder): Promise<readonly Player[]> {
  const key = job.field.sha256;
  if (opened?.key === key) return opened.players;
  if (opened) await closePlayers(opened.players);
  opened = undefined;
  const backend = backendNames.find((name) => name === field.backend);
  if (backend) await startBackend(backend);
  const specs = field.players.map(({ spec, run }, i) => {
    if (run) return spec.replace(RUN, `${folders[i]}${run.at}`);
    const parsed = parseSpec(spec);
    const { kind } = parsed.kind === "best-response" ? parsed.of : parsed;
    if (kind === "fixed" || kind === "mcts" || kind === "llm") return spec;
    throw new UserError(1, `${spec} cannot play here.`);
  });
  const sent = Object.entries(field.models);
  const endpoints = sent.length > 0 ? endpointsHere(process.argv[2]) : new Map();
  const models = new Map(sent.map(([name, model]) => [name, modelHere(model, name, endpoints)]));
  const players = await openPlayers(specs, { runs: "", models, backendRuns: backend !== undefined });
  const other = players.findIndex(({ name }, i) => name !== field.players[i]?.name);
  if (other >= 0) throw new UserError(1, `${field.players[other]?.name} is ${players[other]?.name} here.`);
  opened = { key, players };
  return players;
}

async function answerTo(order: GamesOrder): Promise<GamesAnswer> {
  try {
    const { job, field } = order;
    const all = await playersOf(order);
    const game = getGame(job.game);
    if (game.version !== job.rules) {
      throw new UserError(1, `${game.id} has version ${game.version} of its rules here, and ${job.rules} there.`);
    }
    const players = job.players.map((place) => all[place]) as [Player, Player];
    const openings =
      field.openings === undefined ? undefined : openingsOf([game], field.openings, field.seed).get(game.id);
    const match = { game, players, rng: matchRng(field.seed, game, players), openings };
    const counted = () => players.map((player) => (player.kind === "asked" && player.tally?.take()) || []);
    counted();
    const options = { pairs: job.to, from: job.from, firstEpisode: 2 * job.fixture * field.pairs };
    const ended: { readonly index: number; readonly line: string }[] = [];
    for await (const games of playMatch(match, options)) {
      for (const { index, episode } of games) ended.push({ index, line: `${formatEpisode(episode())}\n` });
    }
    // Where players are asked, whichever game ends first comes first.
    const lines = ended.sort((a, b) => a.index - b.index).map(({ line }) => line);
    return {
      lines: `${JSON.stringify(counted())}\n${lines.join("")}`,
      mayDiffer: players.some(({ kind }) => kind === "asked"),
    };
  } catch (error) {
    if (!(error instanceof UserError)) return { problems: [`internal error: ${String(error)}`] };
    return { problems: error.problems };
  }
}

process.on("message", async (order: GamesOrder) => {
  process.send?.(await answerTo(order));
});
process.on("disconnect", () => process.exit());
