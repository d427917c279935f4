/** The interface of learning rules. An update of a rule plays a batch of every game and moves the learner. */
import type { PolicyModel } from "../../policies/policy-kind.ts";
import type { Executor, Trajectories } from "../../selfplay/plan.ts";
import type { Rng } from "../../util/rng.ts";
import type { EstimatorState } from "../advantages/advantage.ts";
import type { Learner } from "../learner.ts";
import type { Matchmaker } from "../matchmaker.ts";
import type { TrainSettings } from "../settings.ts";

/** The phases of an update, for measuring its time. `write` covers files and the screen. */
export const phases = ["play", "merge", "forward", "backward", "evaluate", "write"] as const;
export type Phase = (typeof phases)[number];

export interface Rule {
  /** Update number `update`, counted from 1. `withFigures` asks for the figures that cost time. */
  update(update: number, withFigures: boolean): Promise<Updated>;
  /** What it remembers beside the learner: baselines by game and role, or a critic. */
  save(): EstimatorState;
  restore(state: EstimatorState): void;
  dispose(): void;
}

/** What an update has come to. */
export interface Updated {
  readonly batch: readonly Trajectories[];
  /** The learner's turns. */
  readonly decisions: number;
  readonly loss: number;
  /** They join the metrics. */
  readonly figures: Readonly<Record<string, unknown>>;
}

/** What a rule works with. */
export interface RuleParts {
  /** `updates` are those of self-play, or from demonstrations. */
  readonly settings: TrainSettings;
  readonly model: PolicyModel;
  readonly learner: Learner;
  readonly matchmaker: Matchmaker;
  readonly executor: Executor;
  /** Of the run. */
  readonly rng: Rng;
  /** Called when a phase begins. */
  readonly phase: (phase: Phase) => void;
}

export type MakeRule = (parts: RuleParts) => Rule;
