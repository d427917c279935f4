/**
 * What the page shows: the data that a report holds beside the program of the page. It is plain JSON. Nothing in it names a
 * folder, a host or a command line, unless `names` was asked for.
 */
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
  /** The advantage estimator of the run; absent if its rule has none. */
  readonly estimator?: string | undefined;
  /** Logged games, in the order of the log. */
  readonly episodes: readonly PageEpisode[];
  /** Sentences that say what was left out or could not be read. */
  readonly notes: readonly string[];
}

/** As in metrics.jsonl. */
export interface PageMetrics {
  readonly update: number;
  readonly entropy?: Readonly<Record<string, number>> | undefined;
  readonly baselines?: Readonly<Record<string, number>> | undefined;
  readonly evaluation?: Readonly<Record<string, Measures>> | undefined;
}

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
