/** A hint as it is shown: what a policy would do at a decision. */
import type { Infoset } from "../../graph/game-graph.ts";
import type { Policy } from "../../policies/policy.ts";
import { interruptible } from "./signals.ts";

/** Probabilities in a hint; where there are more moves, these are the likeliest. */
const SHOWN = 10;

/** `nash: [check] 0.667  [bet] 0.333`, the likeliest first where there are many. */
export function hintText(infoset: Infoset, policy: Policy): string {
  const { game, state, actions } = infoset;
  const [probabilities = []] = interruptible(() => policy.distributions([infoset]));
  const shares = actions.map((action, slot) => ({
    name: game.actionName(state, action),
    share: probabilities[slot] as number,
  }));
  if (shares.length > SHOWN) shares.sort((a, b) => b.share - a.share);
  const shown = shares.slice(0, SHOWN).map(({ name, share }) => `${name} ${share.toFixed(3)}`);
  return `${policy.name}: ${shown.join("  ")}${shares.length > SHOWN ? "  …" : ""}`;
}
