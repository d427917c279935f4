/** Estimated advantages against exact ones, at the checkpoints of some runs. */
import type { CreditResult } from "../../run/credit.ts";
import { warn } from "../terminal/output.ts";
import { frozenPolicies } from "./frozen.ts";

/**
 * At each checkpoint and in each game. A critic takes its steps in the warm-up, as for the variance of the gradient; with batches
 * of 1,024 games there too, the errors of `critic` and `mirror` were measured to change by a tenth at most.
 */
const CREDIT = { batches: 64, episodes: 1024, warmUp: { batches: 400, episodes: 128 } };

/** Of games that can be walked, for policies whose decisions are actions. */
export async function creditOf(
  dir: string,
  runs: readonly { readonly name: string; readonly seed: number }[],
  sizes = CREDIT,
): Promise<CreditResult[]> {
  const { exactRows } = await import("../../exact/action-values.ts");
  const { compiledGame } = await import("../../exact/compiled-game.ts");
  const { strategyOf } = await import("../../exact/strategy.ts");
  const { networkPolicy } = await import("../../policies/network-policy.ts");
  const { judged } = await import("../../rl/credit/judged.ts");
  const { measureCredit } = await import("../../rl/credit/measure.ts");
  const results: CreditResult[] = [];
  const leftOut = new Set<string>();
  for await (const { seed, update, config, model, weights, games } of frozenPolicies(dir, runs, CREDIT_NOTE)) {
    for (const { game, rng } of games) {
      if (!game.walkable || model.writing) {
        leftOut.add(`Credit is not measured in ${game.id}: ${reason(game.id, model.writing !== undefined)}.`);
        continue;
      }
      const network = model.network(weights);
      const compiled = compiledGame(game);
      const rows = exactRows(compiled, strategyOf(compiled, networkPolicy("frozen", network, model)));
      network.dispose();
      const settings = { ...sizes, estimator: config.rl };
      const credit = measureCredit({ weights, model, game, rows }, judged, settings, rng);
      results.push({ game: game.id, seed, update, estimators: Object.fromEntries(credit) });
    }
  }
  for (const line of leftOut) warn(line);
  return results;
}

const CREDIT_NOTE = { stream: "credit", note: "credit" };

const reason = (id: string, writes: boolean): string =>
  writes ? "the decisions of a policy that writes are words, not actions" : `${id} has too many states to be walked`;
