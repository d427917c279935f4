/**
 * Credit: how good the advantages are that estimators give at a frozen policy, judged by the true ones. Over independent batches
 * of self-play, in one game:
 *
 *   the advantages, at each information set and action, against A^π                                  advantages.ts
 *   the gradient of the loss − Σ G log π in all weights, summed over the decisions of an episode,    gradients.ts
 *   against the exact one, of − Σ_I P(I) Σ_a π(a | I) A^π(I, a) log π(a | I)
 *
 * Estimators with a memory see `warmUp` batches of the same policy first: baselines settle, and critics, which start untrained,
 * take their steps. All estimators that let the policy itself play see the same batches.
 */

import type { Game } from "../../games/game.ts";
import { GameGraph, type Infoset } from "../../graph/game-graph.ts";
import type { WeightArray } from "../../nn/weights.ts";
import { networkPolicy } from "../../policies/network-policy.ts";
import type { Policy } from "../../policies/policy.ts";
import type { LearningNetwork, PolicyModel } from "../../policies/policy-kind.ts";
import { perLegalAction } from "../../policies/softmax.ts";
import type { Trajectories } from "../../selfplay/plan.ts";
import { play } from "../../selfplay/play.ts";
import type { Rng } from "../../util/rng.ts";
import { type AdvantageCredit, judgeAdvantages } from "./advantages.ts";
import type { Judged, JudgedSettings, MakeJudged } from "./credit.ts";
import { type GradientCredit, judgeGradients } from "./gradients.ts";
import { type Sample, sampleOf, type TrueRow, type Truth, truthOf } from "./truth.ts";

export interface CreditSettings {
  readonly batches: number;
  /** Games of each. */
  readonly episodes: number;
  readonly warmUp: { readonly batches: number; readonly episodes: number };
  readonly estimator: JudgedSettings;
}

/** How good one estimator is, in one game. */
export interface EstimatorCredit {
  /** null if the exact gradient is 0, because play is a single line. */
  readonly gradient: GradientCredit | null;
  /** Over all decisions. */
  readonly all: AdvantageCredit;
  readonly byPly: readonly (AdvantageCredit & { readonly role: string; readonly ply: number })[];
}

/** A policy with these weights, in a game whose actions are its decisions. */
export interface Frozen {
  readonly weights: readonly WeightArray[];
  readonly model: PolicyModel;
  readonly game: Game;
  /** What is true of it. */
  readonly rows: readonly TrueRow[];
}

/** Not used: the policy takes no steps. */
const ADAM = { beta1: 0, beta2: 0.999, epsilon: 1e-8 };

/** Of each of the estimators in `makers`, by name. */
export function measureCredit<Name extends string>(
  { weights, model, game, rows }: Frozen,
  makers: Readonly<Record<Name, MakeJudged>>,
  { batches, episodes, warmUp, estimator }: CreditSettings,
  rng: Rng,
): Map<Name, EstimatorCredit> {
  const truth = truthOf(rows);
  const network = model.learner(weights, ADAM);
  const policy = networkPolicy("frozen", network, model);
  const graph = new GameGraph(game);
  const context = {
    games: model.games,
    rng: rng.fork("critic"),
    batches: warmUp.batches + batches,
    policyOf: (infosets: readonly Infoset[]) => network.policyAt(infosets).policy,
  };
  const measured = Object.entries<MakeJudged>(makers).map(([name, make]) => ({
    name: name as Name,
    judged: make(estimator, context),
    samples: [] as Sample[],
    gradients: [] as Float32Array[],
  }));
  try {
    for (let b = -warmUp.batches; b < batches; b++) {
      const draws = rng.fork("batch", b);
      const playedBy = batchesOf(graph, policy, b < 0 ? warmUp.episodes : episodes, draws);
      for (const entry of measured) {
        const credits = entry.judged.credits(playedBy(entry.judged.behaviour));
        if (b < 0) continue;
        entry.samples.push(sampleOf(credits, truth));
        const gradient = gradientOf(
          network,
          credits.map(({ infoset }) => infoset),
          credits.map(({ push }) => push),
        );
        entry.gradients.push(Float32Array.from(gradient));
      }
    }
    const exact = exactGradient(network, truth);
    return new Map(
      measured.map(({ name, samples, gradients }) => {
        const groups = judgeAdvantages(samples, truth, groupsOf(game, truth));
        const byPly = [...groups].flatMap(([group, credit]) => (group === ALL ? [] : { ...group, ...credit }));
        const all = groups.get(ALL) as AdvantageCredit;
        return [name, { gradient: judgeGradients(gradients, exact), all, byPly }];
      }),
    );
  } finally {
    network.dispose();
    for (const entry of measured) entry.judged.dispose();
  }
}

/** One batch of self-play for each way to play, played when it is first asked for. */
function batchesOf(graph: GameGraph, policy: Policy, episodes: number, draws: Rng) {
  const played = new Map<Judged["behaviour"], Trajectories[]>();
  const [chanceKey, actionKey] = [draws.fork("chance").key(), draws.fork("actions").key()];
  return (behaviour: Judged["behaviour"]): Trajectories[] => {
    let batch = played.get(behaviour);
    if (!batch) {
      const player = behaviour?.(policy) ?? policy;
      batch = play([{ graph, episodes, policies: [player, player], paired: false, chanceKey, actionKey }]);
      played.set(behaviour, batch);
    }
    return batch;
  };
}

/** The most rows of one call of the network. */
const MAX_ROWS = 4096;

function exactGradient(network: LearningNetwork, { rows }: Truth): Float64Array {
  let sum = new Float64Array(0);
  for (let start = 0; start < rows.length; start += MAX_ROWS) {
    const chunk = rows.slice(start, start + MAX_ROWS);
    const part = gradientOf(
      network,
      chunk.map(({ infoset }) => infoset),
      chunk.map(({ reach, policy, advantage }) => advantage.map((a, slot) => reach * policy[slot] * a)),
    );
    sum = start === 0 ? Float64Array.from(part) : sum.map((value, i) => value + part[i]);
  }
  return sum;
}

/** ∇ of − Σ G log π in all weights, as one vector. */
const gradientOf = (
  network: LearningNetwork,
  infosets: readonly Infoset[],
  pushes: readonly Float64Array[],
): Float64Array => network.gradient(infosets, (at) => perLegalAction(at, (r) => pushes[r]).map((G) => -G));

const ALL = "all";

/** All rows, and those of each role and ply, in order. */
function groupsOf({ roles }: Game, { rows }: Truth) {
  const places = new Map<string, { role: string; ply: number; rows: number[] }>();
  rows.forEach(({ infoset, ply }, r) => {
    const name = `${infoset.player} ${ply}`;
    const place = places.get(name) ?? { role: roles[infoset.player], ply, rows: [] };
    place.rows.push(r);
    places.set(name, place);
  });
  const sorted = [...places.values()].sort((a, b) => a.ply - b.ply || (a.role < b.role ? -1 : 1));
  return new Map<typeof ALL | { role: string; ply: number }, readonly number[]>([
    [ALL, [...rows.keys()]],
    ...sorted.map(({ role, ply, rows: own }) => [{ role, ply }, own] as const),
  ]);
}
