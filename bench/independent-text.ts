/**
 * A saved text policy, read and run by code that shares nothing with the trainer but the rules and prompts of the games: a
 * transformer in plain loops and 64 bits, one word after the other, and the probability of an action as the sum over thoughts of
 * the product over its words, each renormalised over the words that some legal response has next.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Game } from "../src/games/game.ts";
import type { ReferencePolicy } from "../test/reference/brute-force.ts";
import { readTensors } from "./independent.ts";

export interface TextShape {
  readonly heads: number;
  readonly think: number;
  readonly thoughts: readonly string[];
}

type Row = readonly number[];

interface Block {
  readonly gain: Row;
  readonly qkv: readonly Row[];
  readonly out: readonly Row[];
  readonly gain2: Row;
  readonly up: readonly Row[];
  readonly upBias: Row;
  readonly down: readonly Row[];
}

/** The words so far, as the keys and values of each block, and the hidden state of the last word. */
interface Written {
  readonly length: number;
  readonly keys: readonly (readonly Row[])[];
  readonly values: readonly (readonly Row[])[];
  readonly top: Row;
}

const words = (text: string): string[] => text.match(/->|[A-Za-z0-9]+|[^\sA-Za-z0-9]/g) ?? [];

/** The policy in a checkpoint. It is computed once for each orbit of information sets. */
export function savedTextPolicy(checkpoint: string, game: Game, shape: TextShape): ReferencePolicy {
  const vocabulary = JSON.parse(readFileSync(join(checkpoint, "vocabulary.json"), "utf8")) as string[];
  const network = readNetwork(join(checkpoint, "model.safetensors"), shape.heads);
  const known = new Map<string, number[]>();
  return (_key, player, _count, state) => {
    const image = game.canonical?.(state) ?? { state, permutation: undefined };
    const key = `${player}${game.infosetKey(image.state, player)}`;
    const turn = game.turn(state);
    const there = game.turn(image.state);
    if (turn.kind !== "player" || there.kind !== "player") throw new Error("not a decision");
    let p = known.get(key);
    if (!p) {
      const names = there.actions.map((action) => words(game.actionName(image.state, action)));
      const prompt = words(game.prompt?.(image.state, player) ?? "");
      p = probabilities(
        network,
        vocabulary,
        network.read(prompt.map((word) => vocabulary.indexOf(word))),
        names,
        shape,
      );
      known.set(key, p);
    }
    const found = p;
    return turn.actions.map((action) => found[there.actions.indexOf(image.permutation?.[action] ?? action)] as number);
  };
}

/** Of each response of `names`, which all begin with `[`. */
function probabilities(
  network: Network,
  vocabulary: readonly string[],
  prompt: Written,
  names: readonly (readonly string[])[],
  { think, thoughts }: TextShape,
): number[] {
  const result = names.map(() => 0);
  /** `unread`: the last words, which the network reads where it is asked; `at`: words of the action so far; `k`: words of thought. */
  const follow = (
    read: Written,
    unread: readonly number[],
    reach: number,
    at: number,
    k: number,
    still: readonly number[],
  ): void => {
    const complete = still.find((i) => names[i]?.length === at);
    if (complete !== undefined) {
      result[complete] = (result[complete] as number) + reach;
      return;
    }
    const words = new Set(still.map((i) => names[i]?.[at] as string));
    const choices = at === 0 && k < think ? [...thoughts, ...words] : [...words];
    const isChoice = choices.length > 1;
    const written = isChoice ? network.read(unread, read) : read;
    const logits = isChoice ? network.logits(written) : [];
    const e = choices.map((word) => Math.exp(logits[vocabulary.indexOf(word)] ?? 0));
    const sum = e.reduce((a, b) => a + b, 0);
    choices.forEach((word, c) => {
      const thinks = at === 0 && !words.has(word);
      const rest = thinks ? still : still.filter((i) => names[i]?.[at] === word);
      const next = [...(isChoice ? [] : unread), vocabulary.indexOf(word)];
      follow(written, next, (reach * (e[c] as number)) / sum, thinks ? 0 : at + 1, thinks ? k + 1 : k, rest);
    });
  };
  follow(
    prompt,
    [],
    1,
    0,
    0,
    names.map((_, i) => i),
  );
  return result;
}

interface Network {
  /** Reads more words after those that were written. */
  read(tokens: readonly number[], written?: Written): Written;
  logits(written: Written): number[];
}

function readNetwork(path: string, heads: number): Network {
  const { names, numbers } = readTensors(path);
  const width = numbers("norm").length;
  const matrix = (name: string, columns: number): number[][] => {
    const flat = numbers(name);
    return Array.from({ length: flat.length / columns }, (_, i) => flat.slice(i * columns, (i + 1) * columns));
  };
  const tokens = matrix("token.embedding", width);
  const positions = matrix("position.embedding", width);
  const blocks = names
    .filter((name) => name.endsWith("attention.norm"))
    .map(
      (_, i): Block => ({
        gain: numbers(`block${i}.attention.norm`),
        qkv: matrix(`block${i}.attention.qkv`, 3 * width),
        out: matrix(`block${i}.attention.out`, width),
        gain2: numbers(`block${i}.norm`),
        up: matrix(`block${i}.up.weight`, 4 * width),
        upBias: numbers(`block${i}.up.bias`),
        down: matrix(`block${i}.down.weight`, width),
      }),
    );
  const [gain, headBias] = [numbers("norm"), numbers("head.bias")];
  const head = matrix("head.weight", headBias.length);
  const size = width / heads;

  const read = (more: readonly number[], written?: Written): Written => {
    const keys = blocks.map((_, b) => [...(written?.keys[b] ?? [])]);
    const values = blocks.map((_, b) => [...(written?.values[b] ?? [])]);
    let length = written?.length ?? 0;
    let x: Row = written?.top ?? [];
    for (const token of more) {
      if (token < 0) throw new Error("a word is not in the vocabulary");
      x = (tokens[token] as Row).map((v, i) => v + ((positions[length] as Row)[i] as number));
      blocks.forEach(({ gain: g, qkv, out, gain2, up, upBias, down }, b) => {
        const all = times(normed(x, g), qkv);
        const q = all.slice(0, width);
        keys[b]?.push(all.slice(width, 2 * width));
        values[b]?.push(all.slice(2 * width));
        const mixed: number[] = [];
        for (let h = 0; h < heads; h++) mixed.push(...attended(q, keys[b] ?? [], values[b] ?? [], h * size, size));
        x = added(x, times(mixed, out));
        const hidden = added(times(normed(x, gain2), up), upBias).map((v) => Math.max(0, v));
        x = added(x, times(hidden, down));
      });
      length++;
    }
    return { length, keys, values, top: x };
  };
  return { read, logits: ({ top }) => added(times(normed(top, gain), head), headBias) };
}

function normed(x: Row, gain: Row): number[] {
  const scale = 1 / Math.sqrt(x.reduce((s, v) => s + v * v, 0) / x.length + 1e-5);
  return x.map((v, i) => v * scale * (gain[i] as number));
}

function times(x: Row, w: readonly Row[]): number[] {
  const y = new Array<number>((w[0] as Row).length).fill(0);
  x.forEach((v, i) => {
    const row = w[i] as Row;
    for (let j = 0; j < y.length; j++) y[j] = (y[j] as number) + v * (row[j] as number);
  });
  return y;
}

const added = (a: Row, b: Row): number[] => a.map((v, i) => v + (b[i] as number));

/** One head: softmax(q · k / √size) · v over all words so far. */
function attended(q: Row, keys: readonly Row[], values: readonly Row[], from: number, size: number): number[] {
  const dot = (k: Row): number => {
    let sum = 0;
    for (let i = from; i < from + size; i++) sum += (q[i] as number) * (k[i] as number);
    return sum / Math.sqrt(size);
  };
  const scores = keys.map(dot);
  const most = Math.max(...scores);
  const e = scores.map((s) => Math.exp(s - most));
  const total = e.reduce((a, b) => a + b, 0);
  return Array.from({ length: size }, (_, i) =>
    values.reduce((s, v, j) => s + ((e[j] as number) / total) * (v[from + i] as number), 0),
  );
}
