/**
 * Exact exploitability.
 *
 *   NashConv(π) = BR₀(π₁) + BR₁(π₀)        what best responses earn against each player's part, 0 only in equilibrium
 *
 * in a zero-sum game (the players' own values cancel); exploitability is half of it. A best response picks, at each
 * of its information sets, the action with the largest sum over the set's states of
 * reach by chance and the opponent × value: one scan forward for the reaches, one backward for the values.
 */
import type { Game } from "../games/game.ts";
import type { Policy } from "../policies/policy.ts";
import { CHANCE, END, type GameTree, gameTree, greedyStrategy, type Strategy, strategyOf } from "./compiled-game.ts";

export interface Exploitability {
  readonly nashConv: number;
  /** What a best response in seat 0 (1) earns on average against the policy in the other. */
  readonly bestResponse: readonly [number, number];
}

/** NashConv of a strategy on a compiled game. */
export function nashConv(tree: GameTree, strategy: Strategy): Exploitability {
  const first = bestResponseValue(tree, strategy, 0);
  const second = bestResponseValue(tree, strategy, 1);
  return { nashConv: first + second, bestResponse: [first, second] };
}

/** NashConv of a policy as it samples, and of its most likely actions; undefined where the game cannot be walked. */
export function evaluateExactly(
  game: Game,
  policy: Policy,
): { nashConv: number; greedyNashConv: number; sampled: Exploitability; greedy: Exploitability } | undefined {
  if (!game.walkable) return undefined;
  const tree = gameTree(game);
  const strategy = strategyOf(tree, policy);
  const sampled = nashConv(tree, strategy);
  const argmax = nashConv(tree, greedyStrategy(tree, strategy));
  return { nashConv: sampled.nashConv, greedyNashConv: argmax.nashConv, sampled, greedy: argmax };
}

/** What a best response in `seat` earns against `strategy` in the other seat. */
export function bestResponseValue(tree: GameTree, strategy: Strategy, seat: 0 | 1): number {
  const { kind, edges, target, probability, entry, infoset, game } = tree;
  const sign = seat === 0 ? 1 : -1;
  const N = kind.length;
  const reach = game.perfectInformation ? undefined : opponentReach(tree, strategy, seat);
  const value = new Float64Array(N);
  for (let n = N - 1; n >= 0; n--) {
    const k = kind[n];
    const start = edges[n] as number;
    const end = edges[n + 1] as number;
    if (k === END) {
      value[n] = sign * (tree.value[n] as number);
    } else if (k === seat) {
      // The states of one information set stand together; n is the last of them.
      let firstState = n;
      while (firstState > 0 && infoset[firstState - 1] === infoset[n]) firstState--;
      let best = Number.NEGATIVE_INFINITY;
      let bestSlot = 0;
      for (let slot = 0; slot < end - start; slot++) {
        let sum = 0;
        for (let s = firstState; s <= n; s++) {
          const child = target[(edges[s] as number) + slot] as number;
          sum += (reach ? (reach[s] as number) : 1) * (value[child] as number);
        }
        if (sum > best) {
          best = sum;
          bestSlot = slot;
        }
      }
      for (let s = firstState; s <= n; s++)
        value[s] = value[target[(edges[s] as number) + bestSlot] as number] as number;
      n = firstState;
    } else {
      const weight = k === CHANCE ? probability : strategy;
      let sum = 0;
      for (let edge = start; edge < end; edge++) {
        const at = k === CHANCE ? edge : (entry[edge] as number);
        sum += (weight[at] as number) * (value[target[edge] as number] as number);
      }
      value[n] = sum;
    }
  }
  return value[0] as number;
}

/** The probability that chance and the opponent let each node be reached, `seat` doing all it can to get there. [N] */
function opponentReach({ kind, edges, target, probability, entry }: GameTree, strategy: Strategy, seat: 0 | 1) {
  const reach = new Float64Array(kind.length);
  reach[0] = 1;
  for (let n = 0; n < kind.length; n++) {
    const k = kind[n];
    if (k === END) continue;
    const here = reach[n] as number;
    for (let edge = edges[n] as number; edge < (edges[n + 1] as number); edge++) {
      const p = k === CHANCE ? probability[edge] : k === seat ? 1 : strategy[entry[edge] as number];
      (reach[target[edge] as number] as number) += here * (p as number);
    }
  }
  return reach;
}
