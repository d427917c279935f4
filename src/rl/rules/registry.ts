/** The learning rules, by their names in `rl.rule`. */
import type { Game } from "../../games/game.ts";
import type { TensorShape } from "../../nn/weights.ts";
import { actionCriticTensors } from "../action-critic.ts";
import { estimatorTensors } from "../advantages/registry.ts";
import type { TrainSettings } from "../settings.ts";
import { mirror } from "./mirror.ts";
import type { MakeRule } from "./rule.ts";
import { spiral } from "./spiral.ts";

export const rules = { spiral, mirror } as const satisfies Record<string, MakeRule>;

/** The tensors that a rule remembers beside the learner. `isWriting`: of a policy that writes its moves. */
export function ruleTensors(
  rl: TrainSettings["rl"],
  games: readonly Game[],
  isWriting: boolean,
): readonly TensorShape[] {
  if (rl.rule === "mirror") return isWriting ? [] : actionCriticTensors(rl.mirror.critic, games);
  return estimatorTensors(rl.advantage, rl, games);
}
