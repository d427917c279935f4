/**
 * The symmetries of a game, carried over to its words. A symmetry maps the actions of a state to those of its representative. It
 * maps the words of a response too, if at every position the actions that can follow a word are mapped to those that can follow
 * one word there. A word of thought is mapped to itself.
 */
import type { Position } from "./responses.ts";
import type { Image, TokenState } from "./token-state.ts";

/** The image at the start of a turn, or undefined if the words do not correspond. */
export function imageAtStart(
  own: TokenState,
  representative: TokenState,
  actions: readonly number[],
  tokenCount: number,
): Image | undefined {
  if (!own.at || !representative.at || String(own.written) !== String(representative.written)) return undefined;
  const tokens = tokenMap(own.at, representative.at, actions, tokenCount);
  return tokens && { state: representative, actions, tokens };
}

/** The image after `token` was written: `next` is the state then. `write` writes a token. */
export function imageAfter(
  image: Image | undefined,
  next: TokenState,
  token: number,
  write: (state: TokenState, token: number) => TokenState,
): Image | undefined {
  if (!image || !next.at) return undefined;
  const state = write(image.state, image.tokens[token]);
  if (!state.at || state.written.length !== next.written.length) return undefined;
  const tokens = tokenMap(next.at, state.at, image.actions, image.tokens.length);
  return tokens && { state, actions: image.actions, tokens };
}

/** The token there for each token here. Those that lead to no legal action are paired in their order. */
function tokenMap(here: Position, there: Position, actions: readonly number[], count: number): number[] | undefined {
  if (here.open.length !== there.open.length) return undefined;
  const name = (after: readonly number[], token: number): string =>
    after.length > 0 ? [...after].sort((a, b) => a - b).join(" ") : `thought ${token}`;
  const bySet = new Map(
    there.open.map((slot) => [name(there.actionsAfter(slot), there.tokens[slot]), there.tokens[slot]]),
  );
  const map = Array<number>(count).fill(-1);
  const taken = new Set<number>();
  for (const slot of here.open) {
    const token = here.tokens[slot];
    const moved = here.actionsAfter(slot).map((action) => actions[action]);
    const to = bySet.get(name(moved, token));
    if (to === undefined) return undefined;
    map[token] = to;
    taken.add(to);
  }
  let free = 0;
  for (let token = 0; token < count; token++) {
    if (map[token] >= 0) continue;
    while (taken.has(free)) free++;
    map[token] = free++;
  }
  return map;
}
