/**
 * A game with a bonus b for one role: the first role's return is that of the inner game plus b, the second's is that minus b.
 *
 *   R₀ = r₀ + b        R₁ = r₁ − b
 *
 * All else is the inner game's. A constant changes no decision, so equilibria stay and the value rises by b. What it changes is
 * how far the value of a role is from 0, which baselines should subtract. The prompt is the inner game's too: a policy that
 * learns both games may play them alike.
 */
import { withSign } from "../util/figures.ts";
import type { Game, Turn } from "./game.ts";
import { resolve, type Settings } from "./parts/parameters.ts";

export const BIASED_PARAMETERS = { bonus: { default: 1, min: 1, max: 100 } } as const;

/** The id of the inner game where none is given. */
export const BIASED_OF = "kuhn";

export function biased<S>(inner: Game<S>, settings: Settings<typeof BIASED_PARAMETERS> = {}): Game<S> {
  const { bonus } = resolve(BIASED_PARAMETERS, settings);
  const { min, max } = inner.utility;
  const changed = [
    ...(inner.id === BIASED_OF ? [] : [`of=${inner.id}`]),
    ...(bonus === BIASED_PARAMETERS.bonus.default ? [] : [`bonus=${bonus}`]),
  ];
  return {
    ...inner,
    id: ["biased", ...changed].join(":"),
    title: `${inner.title}, ${withSign(bonus)} to ${inner.roles[0]}`,
    utility: { min: min - bonus, max: max + bonus },
    ...(inner.withoutTalk ? { withoutTalk: biased(inner.withoutTalk, settings) } : {}),
    turn(state): Turn {
      const turn = inner.turn(state);
      if (turn.kind !== "end") return turn;
      const gain = turn.returns[0] + bonus;
      return { kind: "end", returns: [gain, 0 - gain] };
    },
  };
}
