/**
 * Evaluates a saved policy with code that shares only the rules of the games with the trainer: a separate reader of the weight
 * file, a forward pass in plain loops and 64 bits, a brute-force NashConv, and exact results against scripts.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Game, Seat } from "../src/games/game.ts";
import { GameGraph } from "../src/graph/game-graph.ts";
import type { Policy } from "../src/policies/policy.ts";
import { bruteForceNashConv, type ReferencePolicy, reachable } from "../test/reference/brute-force.ts";

export interface Verdict {
  readonly nashConv: number;
  readonly greedyNashConv: number;
}

interface Layer {
  readonly weight: readonly (readonly number[])[];
  readonly bias: readonly number[];
}

/** The policy in a checkpoint's model.safetensors, which was trained on `games` in this order. */
export function savedPolicy(checkpoint: string, games: readonly Game[], game: Game): ReferencePolicy {
  const layers = readLayers(join(checkpoint, "model.safetensors"));
  const before = games.slice(0, games.indexOf(game));
  const sum = (of: (g: Game) => number, list: readonly Game[]) => list.reduce((total, g) => total + of(g), 0);
  const featureStart = sum((g) => g.featureCount, before);
  const actionStart = sum((g) => g.actionCount, before);
  const oneHots = sum((g) => g.featureCount, games);
  return (_key, player, _count, state) => {
    const image = game.canonical?.(state) ?? { state, permutation: undefined };
    const features = new Float32Array(game.featureCount);
    game.encode(image.state, player, features, 0);
    const x: number[] = Array(oneHots + games.length + 2).fill(0);
    features.forEach((value, i) => {
      x[featureStart + i] = value;
    });
    x[oneHots + before.length] = 1;
    x[oneHots + games.length + player] = 1;
    const logits = layers.reduce((h, layer, i) => dense(h, layer, i < layers.length - 1), x);
    const turn = game.turn(state);
    if (turn.kind !== "player") throw new Error("not a decision");
    const e = turn.actions.map((a) => Math.exp(logits[actionStart + (image.permutation?.[a] ?? a)] as number));
    const total = e.reduce((s, v) => s + v, 0);
    return e.map((v) => v / total);
  };
}

function dense(x: readonly number[], { weight, bias }: Layer, relu: boolean): number[] {
  return bias.map((b, j) => {
    const z = x.reduce((s, v, i) => s + v * ((weight[i] as readonly number[])[j] as number), b);
    return relu ? Math.max(0, z) : z;
  });
}

/** Reads the arrays of a safetensors file, by name. */
export function readTensors(path: string): { names: readonly string[]; numbers: (name: string) => number[] } {
  const file = readFileSync(path);
  const length = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.subarray(8, 8 + length).toString()) as Record<
    string,
    { shape: number[]; data_offsets: [number, number] }
  >;
  const numbers = (name: string): number[] => {
    const [start, end] = header[name]?.data_offsets ?? [0, 0];
    return Array.from({ length: (end - start) / 4 }, (_, i) => file.readFloatLE(8 + length + start + 4 * i));
  };
  return { names: Object.keys(header), numbers };
}

function readLayers(path: string): Layer[] {
  const { names, numbers } = readTensors(path);
  const count = names.filter((name) => name.endsWith(".bias")).length;
  return Array.from({ length: count }, (_, layer) => {
    const bias = numbers(`layer${layer}.bias`);
    const flat = numbers(`layer${layer}.weight`);
    const rows = flat.length / bias.length;
    return { bias, weight: Array.from({ length: rows }, (_, i) => flat.slice(i * bias.length, (i + 1) * bias.length)) };
  });
}

export function greedyReference(policy: ReferencePolicy): ReferencePolicy {
  return (...arguments_) => {
    const p = policy(...arguments_);
    const best = p.indexOf(Math.max(...p));
    return p.map((_, slot) => (slot === best ? 1 : 0));
  };
}

/** Calls `policy` once for each state. */
export function judge(game: Game, policy: ReferencePolicy): Verdict {
  return {
    nashConv: bruteForceNashConv(game, policy).nashConv,
    greedyNashConv: bruteForceNashConv(game, greedyReference(policy)).nashConv,
  };
}

/** Exact probabilities that `policy` wins and loses, averaged over both seats, in a game of perfect information. */
export function exactResult(game: Game, policy: ReferencePolicy, opponent: Policy): { win: number; loss: number } {
  const nodes = reachable(game);
  const graph = new GameGraph(game);
  let [win, loss] = [0, 0];
  for (const seat of [0, 1] as Seat[]) {
    const reach = new Map(nodes.map((node) => [node, 0]));
    reach.set(nodes[0] as (typeof nodes)[number], 1);
    for (const node of nodes) {
      const here = reach.get(node) as number;
      const { turn } = node;
      if (here === 0) continue;
      if (turn.kind === "end") {
        if (turn.returns[seat] > 0) win += here / 2;
        if (turn.returns[seat] < 0) loss += here / 2;
        continue;
      }
      const p =
        turn.kind === "chance"
          ? turn.probabilities
          : turn.player === seat
            ? policy(game.infosetKey(node.state, seat), seat, turn.actions.length, node.state)
            : (opponent.distributions([graph.node(node.state).infoset as never])[0] as Float64Array);
      node.children.forEach((child, slot) => {
        reach.set(child, (reach.get(child) as number) + here * (p[slot] as number));
      });
    }
  }
  return { win, loss };
}
