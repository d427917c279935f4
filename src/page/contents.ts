/**
 * What the page shows: the data that a report holds beside the program of the page, and that `spiral view` serves. It is plain
 * JSON. Nothing in it names a folder, a host or a command line, unless `names` was asked for.
 */
import type { Config } from "../config/schema.ts";
import type { Episode } from "../record/episode.ts";

export interface PageContents {
  /** `kuhn, ttt · seed 1`, or the name of the run. */
  readonly title: string;
  /** Facts about the run as label and text, in the order of display. */
  readonly facts: readonly (readonly [label: string, text: string])[];
  /** Ids of the games in the order of the network. */
  readonly games: readonly string[];
  /** Lines of metrics, by update. */
  readonly metrics: readonly PageMetrics[];
  /** Weights of the policy by update; empty if the page cannot compute this kind of policy. */
  readonly checkpoints: readonly PageCheckpoint[];
  /** The settings `nn.text` of a policy that writes. */
  readonly text?: Config["nn"]["text"] | undefined;
  /** The advantage estimator of the run; absent if its rule has none. */
  readonly estimator?: string | undefined;
  /** Logged games, in the order of the log. */
  readonly episodes: readonly PageEpisode[];
  /** Sentences that say what was left out or could not be read. */
  readonly notes: readonly string[];
  /** Tables beside those of one run: of an ablation, of several runs, of a tournament. */
  readonly tables?: readonly PageTable[] | undefined;
  /** Curves of several runs. */
  readonly charts?: readonly PageChart[] | undefined;
  /** The runs that these are of. Each has contents of its own, which the address `?run=KEY` shows. */
  readonly runs?: readonly PageRun[] | undefined;
}

export interface PageRun {
  readonly key: string;
  readonly title: string;
}

/** A table as the command line prints it, with the same figures. */
export interface PageTable {
  /** A paragraph above it. */
  readonly about?: string | undefined;
  readonly caption: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Sentences below it. */
  readonly notes: readonly string[];
}

export interface PageChart {
  readonly title: string;
  readonly canBeLog: boolean;
  readonly curves: readonly PageCurve[];
}

export interface PageCurve {
  readonly name: string;
  /** By ascending update. A mean over seeds has the ends of its 95 % interval. */
  readonly points: readonly (readonly [update: number, value: number, low?: number, high?: number])[];
}

/** As in metrics.jsonl. */
export interface PageMetrics {
  readonly update: number;
  readonly decisions?: number | undefined;
  readonly seconds?: number | undefined;
  readonly entropy?: ByName | undefined;
  readonly magnetKl?: ByName | undefined;
  readonly returns?: ByName | undefined;
  readonly baselines?: ByName | undefined;
  readonly evaluation?: Readonly<Record<string, Measures>> | undefined;
}

type ByName = Readonly<Record<string, number>>;

interface Measures {
  readonly nashConv?: number | undefined;
  readonly greedyNashConv?: number | undefined;
  readonly meanReturnVsRandom?: number | undefined;
}

export interface PageCheckpoint {
  readonly update: number;
  /** The file model.safetensors in base 64. */
  readonly weights: string;
}

export interface PageEpisode extends Episode {
  /** Its line in the log, from 1. */
  readonly line: number;
  /** The advantage that the decisions of each seat were given, if it is known; null for a seat that the learner did not play. */
  readonly advantages?: readonly [number | null, number | null] | undefined;
}

/** A game in a list: what is known of it without its moves. */
export interface ListedGame extends Pick<PageEpisode, "line" | "game" | "update" | "index" | "players" | "returns"> {
  readonly plies: number;
  /** The seat that forfeited. */
  readonly forfeit?: 0 | 1 | undefined;
}

/** What `spiral view` serves: weights and games are fetched one by one, and what comes later is added. */
export interface LiveContents extends PageContents {
  /** Updates of the checkpoints that can be fetched. */
  readonly updates: readonly number[];
  /** As `LiveState.contents`, of these. */
  readonly mark: string;
}

/** What the server has now. */
export interface LiveState {
  /** Changes whenever the contents do. */
  readonly contents: string;
  /** Logged games. */
  readonly games: number;
  /** Changes when the log is another, so that the games of before are gone. */
  readonly log: number;
}
