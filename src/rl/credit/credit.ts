/** The interface of what is judged: what an estimator of advantages says of every action in one batch. */
import type { Game } from "../../games/game.ts";
import type { Infoset } from "../../graph/game-graph.ts";
import type { Policy } from "../../policies/policy.ts";
import type { Trajectories } from "../../selfplay/plan.ts";
import type { Rng } from "../../util/rng.ts";
import type { EstimatorSettings } from "../advantages/advantage.ts";
import type { MirrorSettings } from "../settings.ts";

/** What an estimator says of one information set, from one batch. */
export interface Credit {
  /** The representative of a symmetry orbit. */
  readonly infoset: Infoset;
  /** How many decisions of the batch speak for each action; 0 if nothing is said of it. By slot. */
  readonly decisions: Float64Array;
  /** The estimate of A, in units of the game's returns. By slot. */
  readonly advantage: Float64Array;
  /** G of the loss − Σ G log π, per episode. By slot. */
  readonly push: Float64Array;
}

export interface Judged {
  /** Who plays the batches, if not the policy itself. */
  readonly behaviour?: (policy: Policy) => Policy;
  /** Of one game. Called once for each batch, those that warm up a memory included. */
  credits(batch: readonly Trajectories[]): Credit[];
  dispose(): void;
}

export type JudgedSettings = EstimatorSettings & {
  /** Of the rule `mirror`. */
  readonly exploration: number;
  readonly mirror: Pick<MirrorSettings, "critic">;
};

interface JudgedContext {
  /** All games of the model. */
  readonly games: readonly Game[];
  readonly rng: Rng;
  /** How many batches there will be, those that warm up included. */
  readonly batches: number;
  /** π of each action of these information sets, concatenated. [S] */
  readonly policyOf: (infosets: readonly Infoset[]) => Float64Array;
}

export type MakeJudged = (settings: JudgedSettings, context: JudgedContext) => Judged;
