/** A strategy as a table, one row per information set, with an equilibrium beside it if one is known. */
import type { Game } from "../../games/game.ts";
import type { Infoset } from "../../graph/game-graph.ts";
import { nash } from "../../players/opponents.ts";
import type { Distribution, Policy } from "../../policies/policy.ts";
import { JOINED } from "../../util/printable.ts";
import { distanceOfCfr, solveAloud } from "../open/exact.ts";
import { styleFor, table } from "../terminal/output.ts";
import { number } from "../terminal/training-progress.ts";

export interface PolicyRow {
  readonly infoset: string;
  readonly player: number;
  readonly observation: string;
  readonly actions: readonly { readonly name: string; readonly probability: number; readonly equilibrium?: number }[];
}

export interface Equilibrium {
  /** Of its column. */
  readonly title: string;
  readonly distributions: readonly Distribution[];
}

/** The distributions of an equilibrium at the information sets that are shown; undefined if the game is too large to solve. */
export function equilibriumOf(
  game: Game,
  shown: readonly Infoset[],
  policy: Policy,
  all: readonly Infoset[],
): Equilibrium | undefined {
  if (!game.walkable) return undefined;
  solveAloud(game);
  const distributions = policy.distributions(all);
  // In games with a closed-form equilibrium, each key belongs to one player.
  const byKey = new Map(all.map(({ key }, i) => [key, [...(distributions[i] as Float64Array)]]));
  const distance = distanceOfCfr(game);
  const title = distance === undefined ? "an equilibrium" : `equilibrium, NashConv${JOINED}${number(distance)}`;
  return { title, distributions: nash(game, (key) => byKey.get(key)).distributions(shown) };
}

export function policyRows(
  game: Game,
  shown: readonly Infoset[],
  policy: Policy,
  known: Equilibrium | undefined,
): PolicyRow[] {
  const distributions = policy.distributions(shown);
  return shown.map(({ key, player, actions, state }, i) => ({
    infoset: key,
    player,
    observation: game.observe(state, player),
    actions: actions.map((action, slot) => {
      const equilibrium = known?.distributions[i]?.[slot];
      return {
        name: game.actionName(state, action),
        probability: distributions[i]?.[slot] as number,
        ...(equilibrium === undefined ? {} : { equilibrium }),
      };
    }),
  }));
}

/** The rows as a table. `beside`: a column more, with a cell for each row. */
export function policyTable(
  game: Game,
  rows: readonly PolicyRow[],
  title: string,
  beside?: { readonly title: string; readonly cells: readonly string[] },
): string {
  const { dim, cyan } = styleFor(process.stdout);
  const cells = rows.map(({ infoset, player, actions }, i) => {
    const top = [...actions].sort((a, b) => b.probability - a.probability).slice(0, 3);
    const few = actions.length <= 3 ? actions : top;
    return [
      infoset,
      game.roles[player] ?? "",
      few.map((a) => `${a.name}${JOINED}${cyan(a.probability.toFixed(3))}`).join("  ") +
        (few === actions ? "" : dim("  …")),
      ...(beside ? [beside.cells[i] ?? ""] : []),
      few.some((a) => a.equilibrium !== undefined) ? few.map((a) => (a.equilibrium ?? 0).toFixed(3)).join("  ") : "",
    ];
  });
  const header = ["information set", "player", "policy", ...(beside ? [beside.title] : []), title];
  const last = header.length - 1;
  return table(header, cells, { drop: beside ? [1, last, 3] : [1, last], folded: 2, right: beside ? [3] : [] });
}
