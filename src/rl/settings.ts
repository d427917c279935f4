/** The settings of training: those of its parts together. */
import type { PolicySettings } from "../policies/policy-kind.ts";
import type { ActionCriticSettings } from "./action-critic.ts";
import type { EstimatorSettings } from "./advantages/advantage.ts";
import type { estimators } from "./advantages/registry.ts";
import type { Demonstrations } from "./demonstrations.ts";
import type { LearnerSettings } from "./learner.ts";
import type { ExplorerSettings, MatchmakerSettings } from "./matchmaker.ts";
import type { TokenSum } from "./rows.ts";

/** What the rule `mirror` has of its own (rules/mirror.ts). */
export interface MirrorSettings {
  /** η. */
  readonly stepSize: number;
  /** δ, a share of uniform play. */
  readonly floor: number;
  /** K: Adam steps an update. */
  readonly steps: number;
  /** Parts that the rows are dealt into; a step takes one. */
  readonly minibatches: number;
  readonly critic: ActionCriticSettings;
}

export interface TrainSettings extends LearnerSettings, MatchmakerSettings {
  readonly seed: number;
  readonly nn: PolicySettings;
  readonly rl: LearnerSettings["rl"] &
    MatchmakerSettings["rl"] &
    EstimatorSettings & {
      /** The learning rule. */
      readonly rule: "spiral" | "mirror";
      /** Of the rule `spiral`. */
      readonly advantage: keyof typeof estimators;
      readonly tokens?: TokenSum | undefined;
      /** Of the rule `spiral`. */
      readonly explorers: ExplorerSettings;
      /** Of the rule `mirror`: ε, the probability of a random action in its games. */
      readonly exploration: number;
      /** Of the rule `mirror`. */
      readonly mirror: MirrorSettings;
      readonly polish?: number | undefined;
    };
  /** Games of an expert, from which the first updates learn; absent if all learn from self-play. */
  readonly demonstrations?: Demonstrations | undefined;
  readonly run: {
    readonly logEvery: number;
    readonly evaluateEvery: number;
    readonly checkpointEvery: number;
    readonly keepEpisodes: number | "all";
  };
}
