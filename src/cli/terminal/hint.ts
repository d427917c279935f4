/** The text of a hint: a policy's distribution at a decision. */
import type { Infoset } from "../../graph/game-graph.ts";
import type { Policy } from "../../policies/policy.ts";
import { JOINED } from "../../util/printable.ts";
import { interruptible } from "./signals.ts";

/** The most moves in a hint; the likeliest are chosen. */
const SHOWN = 10;

/** `nash: [check] 0.667  [bet] 0.333`; sorted by probability if there are many. */
export function hintText(infoset: Infoset, policy: Policy): string {
  const { game, state, actions } = infoset;
  const [probabilities = []] = interruptible(() => policy.distributions([infoset]));
  const shares = actions.map((action, slot) => ({
    name: game.actionName(state, action),
    share: probabilities[slot] as number,
  }));
  if (shares.length > SHOWN) shares.sort((a, b) => b.share - a.share);
  const shown = shares.slice(0, SHOWN).map(({ name, share }) => `${name}${JOINED}${share.toFixed(3)}`);
  return `${policy.name}: ${shown.join("  ")}${shares.length > SHOWN ? "  …" : ""}`;
}
