/** Reads a run directory into the contents of a page, within a budget of bytes. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../config/schema.ts";
import { readLog } from "../replay/log.ts";
import { type CheckpointEntry, readEntries, verifyCheckpoint } from "../run/checkpoint-folder.ts";
import type { ResolvedRun } from "../run/directory.ts";
import { type Manifest, readManifest } from "../run/manifest.ts";
import { readMetrics } from "../run/metrics.ts";
import { readRunConfig } from "../run/read.ts";
import { type DerivedStatus, statusOf } from "../run/status.ts";
import { withCommit } from "../util/checkout.ts";
import { UserError } from "../util/errors.ts";
import { plural } from "../util/figures.ts";
import { quoted } from "../util/shell.ts";
import { type Advantages, advantagesOf } from "./advantages.ts";
import type { PageCheckpoint, PageContents, PageEpisode, PageMetrics } from "./contents.ts";
import { pageEpisode } from "./episode.ts";
import { packedSize } from "./packed.ts";
import { Sampler, spreadOver } from "./sample.ts";

export interface Collect {
  /** Whether the run's name, its command and the names of players may be in the page. */
  readonly names: boolean;
  /** Whether every logged game is in the page. */
  readonly allGames: boolean;
  /** Of the bytes of a page, the share that this run may have; 1 by default. */
  readonly share?: number;
}

/** Lines of metrics in a page: as many as a chart can show. */
const METRICS = 1000;
/** Bytes of weights, in base 64. */
const WEIGHTS = 400_000;
/** Bytes of logged games, over all ids of games. */
const GAMES = 350_000;
/** Games of each id that are kept while the log is read, at most. */
const KEPT = 4000;
/** Kinds of policies that the page computes. */
const COMPUTED: readonly string[] = ["mlp", "text"];
/** Problems of a log that are told one by one. */
const PROBLEMS = 5;

/** Throws a UserError (exit 3) if the run cannot be read. Damaged lines and checkpoints are left out, and `notes` says so. */
export function collect(run: ResolvedRun, options: Collect): PageContents {
  const summary = collectSummary(run, options.names, options.share);
  const notes = [...summary.notes];
  const checkpoints = collectCheckpoints(run, WEIGHTS * (options.share ?? 1), notes);
  const advantages = advantagesOf(readRunConfig(run.dir).rl, readMetrics(run.dir).lines);
  const episodes = collectEpisodes(join(run.dir, "episodes.jsonl"), options, notes, advantages);
  return { ...summary, checkpoints, episodes, notes };
}

/** What is known of a run without its checkpoints and games. */
export function collectSummary(run: ResolvedRun, names: boolean, share = 1): PageContents {
  const { dir } = run;
  const manifest = readManifest(dir);
  const config = readRunConfig(dir);
  const metrics = readMetrics(dir);
  const notes: string[] = [];
  if (metrics.problems.length > 0)
    notes.push(`${plural(metrics.problems.length, "line")} of the metrics could not be read.`);
  const shown = spreadOver(metrics.lines, METRICS * Math.max(0.1, share));
  if (shown.length < metrics.lines.length)
    notes.push(`The curves show ${shown.length} of ${metrics.lines.length} points.`);
  const last = metrics.lines.at(-1);
  return {
    title: names ? run.name : `${config.games.join(", ")} · seed ${config.seed}`,
    facts: [
      ...factsOf(manifest, config, statusText(statusOf(dir, manifest), last?.update)),
      ...(last ? [["games of self-play", last.episodes.toLocaleString("en")] as const] : []),
      ...(names
        ? [
            ["run", run.name] as const,
            ["command", `spiral ${manifest.argv.map((word) => quoted(word)).join(" ")}`] as const,
          ]
        : []),
    ],
    games: config.games,
    metrics: shown.map(
      ({ update, decisions, seconds, entropy, magnetKl, returns, baselines, evaluation }): PageMetrics => ({
        ...{ update, decisions, seconds, entropy, magnetKl, returns, baselines, evaluation },
      }),
    ),
    ...(config.nn.policy === "text" ? { text: config.nn.text } : {}),
    ...(config.rl.rule === "spiral" ? { estimator: config.rl.advantage } : {}),
    checkpoints: [],
    episodes: [],
    notes,
  };
}

const statusText = (status: DerivedStatus, update: number | undefined): string =>
  status === "finished" || update === undefined ? status : `${status}, after update ${update}`;

function factsOf(manifest: Manifest, { games, seed, updates, nn, rl }: Config, status: string): [string, string][] {
  const version = withCommit(manifest.spiral, manifest.commit, manifest.dirty);
  const init = manifest.init ? [["begun from", `the weights of another run`] as [string, string]] : [];
  return [
    ["games", games.join(", ")],
    ["updates", String(updates)],
    ["status", status],
    ["seed", String(seed)],
    ["policy", networkText(nn)],
    ["learning rule", rl.rule === "mirror" ? "mirror descent" : `policy gradient, advantage ${rl.advantage}`],
    ...init,
    ["started", timeText(manifest.started)],
    ["ended", manifest.ended === null ? "–" : timeText(manifest.ended)],
    ["made by", `spiral ${version}, node ${manifest.node}, ${manifest.platform}, backend ${manifest.backend}`],
  ];
}

/** Another kind is named by the path of its module, which says too much. */
function networkText({ policy, hidden, text }: Config["nn"]): string {
  if (policy === "mlp") return `multilayer perceptron, hidden layers ${hidden.join(" × ")}`;
  if (policy === "text") return `transformer that writes, ${plural(text.layers, "layer")} of width ${text.width}`;
  return "of a kind of its own";
}

/** `2026-11-23 05:42 UTC` */
const timeText = (iso: string): string => `${iso.slice(0, 16).replace("T", " ")} UTC`;

/** The last checkpoint, and as many others, evenly spread, as fit into so many bytes of base 64. */
function collectCheckpoints(run: ResolvedRun, bytes: number, notes: string[]): PageCheckpoint[] {
  const wanted = listedCheckpoints(run, notes);
  const read = (entry: CheckpointEntry): PageCheckpoint[] => {
    try {
      const { update, files } = verifyCheckpoint(run.dir, entry);
      const weights = files["model.safetensors"];
      return weights ? [{ update, weights: Buffer.from(weights).toString("base64") }] : [];
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      notes.push(`The checkpoint of update ${entry.update} is damaged and was left out.`);
      return [];
    }
  };
  const [last] = wanted.slice(-1).flatMap(read);
  const chosen = spreadOver(wanted, last ? Math.max(1, Math.floor(bytes / last.weights.length)) : wanted.length);
  if (chosen.length < wanted.length) notes.push(`${chosen.length} of ${wanted.length} checkpoints are in this file.`);
  const others = chosen.filter((entry) => entry.update !== wanted.at(-1)?.update);
  return [...others.flatMap(read), ...(last ? [last] : [])];
}

/** The checkpoints whose policies the page can compute; one alone if the run was named with it. */
export function listedCheckpoints({ dir, checkpoint: asked }: ResolvedRun, notes: string[]): CheckpointEntry[] {
  const { nn } = readRunConfig(dir);
  if (!COMPUTED.includes(nn.policy)) {
    notes.push(
      `The page computes policies of kind ${COMPUTED.join(" and ")}; this run's is another, so it shows no probabilities.`,
    );
    return [];
  }
  const { entries, problems } = readEntries(dir);
  if (problems.length > 0)
    notes.push(`${plural(problems.length, "line")} of the list of checkpoints could not be read.`);
  const wanted = entries.filter(({ update }) => asked === undefined || update === asked);
  if (asked !== undefined && wanted.length === 0) throw new UserError(3, `The run has no checkpoint ${asked}.`);
  return wanted;
}

/** Every kth game of each id of a game, so that they fit the budget. A log that ends in something unreadable is shown up to there. */
export function collectEpisodes(
  path: string,
  { names, allGames, share = 1 }: Collect,
  notes: string[],
  advantages: Advantages = () => ({}),
): PageEpisode[] {
  if (!existsSync(path)) return [];
  const samplers = new Map<string, Sampler<PageEpisode>>();
  const problems: string[] = [];
  try {
    for (const entry of readLog(path, () => notes.push("The last line of the log is torn and was left out."))) {
      if ("problem" in entry) {
        problems.push(`line ${entry.line}: ${entry.problem}`);
        continue;
      }
      const { game } = entry.episode;
      const sampler = samplers.get(game) ?? new Sampler<PageEpisode>(allGames ? Number.POSITIVE_INFINITY : KEPT);
      samplers.set(game, sampler);
      sampler.add({ ...pageEpisode(entry.episode, entry.line, names), ...advantages(entry.episode) });
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const why = error.message.replace(`${path}:`, "line ").replace(path, "it");
    notes.push(`The rest of the log could not be read: ${why.slice(0, LONGEST_NOTE)}`);
  }
  if (problems.length > 0) notes.push(damagedNote(problems.length, problems));
  const episodes = [...samplers.values()].flatMap(({ kept }) =>
    allGames ? kept : fitting(kept, (GAMES * share) / samplers.size),
  );
  const seen = [...samplers.values()].reduce((sum, sampler) => sum + sampler.seen, 0);
  if (episodes.length < seen) {
    const shown = `${episodes.length.toLocaleString("en")} of ${seen.toLocaleString("en")} logged games`;
    notes.push(`${shown} are in this file, evenly spread over the run; with --all-games it has all.`);
  }
  return episodes.sort((a, b) => a.line - b.line);
}

/** Names the first of the damaged lines. */
export function damagedNote(count: number, problems: readonly string[]): string {
  const told = problems.slice(0, PROBLEMS).join("; ");
  return `${plural(count, "line")} of the log could not be read: ${told.slice(0, LONGEST_NOTE)}.`;
}

const LONGEST_NOTE = 1000;

/** As many games, evenly spread, as have at most so many bytes together; at least one if any fits. */
function fitting(episodes: readonly PageEpisode[], bytes: number): PageEpisode[] {
  const sizes = episodes.map(packedSize);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total <= bytes) return [...episodes];
  const most = Math.floor((episodes.length * bytes) / total);
  const chosen: PageEpisode[] = [];
  let used = 0;
  for (const episode of spreadOver(episodes, most)) {
    const size = packedSize(episode);
    if (used + size > bytes) continue;
    chosen.push(episode);
    used += size;
  }
  return chosen;
}
