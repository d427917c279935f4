/** No baseline: A = R, the return of the seat that decides (REINFORCE, Williams 1992). */
import { type AdvantageEstimator, byRole, memoryless } from "./advantage.ts";

export function none(): AdvantageEstimator {
  return { ...memoryless, advantages: (batch) => batch.map((t) => byRole(t, (returns) => returns)) };
}
