/**
 * What a player may write in one turn, as positions between words. A response is up to M words of thought and then an action in
 * brackets. `legal` decoding allows the words that lead to a legal action, and skips those that are forced. `free` decoding
 * allows every word at every position; a response that is no legal action ends at its `]` or at the limit.
 */

/** How responses are written. */
export interface Decoding {
  readonly mode: "legal" | "free";
  /** M: the most words of thought before the action. */
  readonly think: number;
  /** The tokens that a thought may consist of. They do not include `[`. */
  readonly thoughts: readonly number[];
  /** In `free` decoding, the most words of a response. */
  readonly limit: number;
  /** The number of tokens, and those that begin and end an action. */
  readonly tokens: number;
  readonly opening: number;
  readonly closing: number;
}

/** A place in a response where the player chooses the next word. */
export interface Position {
  /** The tokens that may be written, ascending. A *slot* is an index into this list. */
  readonly tokens: readonly number[];
  /** Whether the turn begins here. */
  readonly begins: boolean;
  /** The slots from which a legal action can follow. */
  readonly open: readonly number[];
  /** What the token in a slot leads to. */
  follow(slot: number): Outcome;
  /** The legal actions that can follow without another word of thought. */
  actionsAfter(slot: number): readonly number[];
}

/** Why a response is no legal action: it is another text, or it is longer than the limit. */
export type Illegal = "invalid" | "truncated";

/** `forced` are the tokens that follow the chosen one without a choice. */
export type Outcome =
  | { readonly kind: "position"; readonly at: Position; readonly forced: readonly number[] }
  | { readonly kind: "action"; readonly action: number; readonly forced: readonly number[] }
  | { readonly kind: "illegal"; readonly why: Illegal };

/** Where a turn begins, and the tokens that are written there already. */
export interface Start {
  readonly at: Position;
  readonly written: readonly number[];
}

/** The common prefixes of the legal actions' texts, as a trie. */
interface Prefix {
  /** The action, if the text is complete. */
  action: number | undefined;
  readonly children: Map<number, Prefix>;
  /** The actions whose texts begin like this. */
  readonly actions: number[];
}

const newPrefix = (): Prefix => ({ action: undefined, children: new Map(), actions: [] });

/** Responses for these legal actions, as (action, tokens of its text) pairs. */
export function responses(actions: readonly (readonly [number, readonly number[]])[], decoding: Decoding): Start {
  const root = newPrefix();
  for (const [action, tokens] of actions) {
    let node = root;
    node.actions.push(action);
    for (const token of tokens) {
      let next = node.children.get(token);
      if (!next) {
        next = newPrefix();
        node.children.set(token, next);
      }
      node = next;
      node.actions.push(action);
    }
    node.action = action;
  }
  return decoding.mode === "legal" ? legalStart(root, decoding) : { at: freePositions(root, decoding), written: [] };
}

function legalStart(root: Prefix, { think, thoughts, opening }: Decoding): Start {
  const positions = new Map<Prefix, Position>();
  /** Writes forced words until there is a choice or the action is complete. */
  const settled = (from: Prefix): Outcome => {
    const forced: number[] = [];
    let node = from;
    while (node.action === undefined && node.children.size === 1) {
      for (const [token, child] of node.children) {
        forced.push(token);
        node = child;
      }
    }
    if (node.action !== undefined) return { kind: "action", action: node.action, forced };
    return { kind: "position", at: choiceAt(node), forced };
  };
  const choiceAt = (node: Prefix, begins = false): Position => {
    const known = positions.get(node);
    if (known) return known;
    const tokens = [...node.children.keys()].sort((a, b) => a - b);
    const after = tokens.map((token) => node.children.get(token) as Prefix);
    const position = {
      ...choice(tokens, begins, (slot) => settled(after[slot])),
      actionsAfter: (slot: number) => after[slot].actions,
    };
    positions.set(node, position);
    return position;
  };
  /** The position after k words of thought. */
  const thinkingAt = (k: number): Position => {
    const tokens = [...thoughts, opening].sort((a, b) => a - b);
    const answer = settled(root.children.get(opening) as Prefix);
    let onward: Outcome | undefined;
    const further = (): Outcome => {
      if (k + 1 < think) return { kind: "position", at: thinkingAt(k + 1), forced: [] };
      return answer.kind === "illegal" ? answer : { ...answer, forced: [opening, ...answer.forced] };
    };
    return {
      ...choice(tokens, k === 0, (slot) => {
        if (tokens[slot] === opening) return answer;
        onward ??= further();
        return onward;
      }),
      actionsAfter: (slot) => (tokens[slot] === opening ? root.actions : []),
    };
  };
  if (think > 0) return { at: thinkingAt(0), written: [] };
  const first = settled(root);
  // A turn has at least one ply, even if all its words are forced.
  if (first.kind !== "position") return { at: choiceAt(root, true), written: [] };
  return { at: { ...first.at, begins: true }, written: first.forced };
}

function freePositions(root: Prefix, { think, thoughts, limit, tokens: count, opening, closing }: Decoding): Position {
  const all = allTokens(count);
  const isThought = new Set(thoughts);
  const positions = new Map<string, Position>();
  const names = new Map<Prefix, number>();
  /** `node` is undefined once the text can be no legal action. `words` counts the words so far. */
  const at = (node: Prefix | undefined, words: number): Outcome => {
    if (node?.action !== undefined) return { kind: "action", action: node.action, forced: [] };
    if (words >= limit) return { kind: "illegal", why: "truncated" };
    if (node && !names.has(node)) names.set(node, names.size + 1);
    const key = `${node ? names.get(node) : 0} ${words}`;
    let position = positions.get(key);
    if (!position) {
      position = positionAt(node, words);
      positions.set(key, position);
    }
    return { kind: "position", at: position, forced: [] };
  };
  const positionAt = (node: Prefix | undefined, words: number): Position => {
    const thinks = node === root && words < think;
    const open = node ? all.filter((token) => node.children.has(token) || (thinks && isThought.has(token))) : [];
    return {
      tokens: all,
      begins: words === 0,
      open,
      follow(token) {
        const child = node?.children.get(token);
        if (child) return at(child, words + 1);
        if (thinks && isThought.has(token)) return at(root, words + 1);
        return token === closing ? { kind: "illegal", why: "invalid" } : at(undefined, words + 1);
      },
      actionsAfter: (token) => node?.children.get(token)?.actions ?? [],
    };
  };
  const start = at(root, 0);
  if (start.kind !== "position") throw new Error(`a response needs at least the word of token ${opening}`);
  return start.at;
}

/** A position all of whose words lead on. Each outcome is made once. */
function choice(
  tokens: readonly number[],
  begins: boolean,
  outcome: (slot: number) => Outcome,
): Omit<Position, "actionsAfter"> {
  const outcomes: (Outcome | undefined)[] = [];
  return {
    tokens,
    begins,
    open: tokens.map((_, slot) => slot),
    follow(slot) {
      outcomes[slot] ??= outcome(slot);
      return outcomes[slot];
    },
  };
}

const allTokens = (count: number): readonly number[] => Array.from({ length: count }, (_, token) => token);
