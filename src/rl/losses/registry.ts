/** The policy losses, by their names in `rl.loss`. */
import type { MakePolicyLoss } from "./loss.ts";
import { policyGradient } from "./policy-gradient.ts";
import { ppo } from "./ppo.ts";

export const losses = { pg: policyGradient, ppo } as const satisfies Record<string, MakePolicyLoss>;
