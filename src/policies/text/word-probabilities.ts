/** The probability of each word of a response, as the policy chose them one by one. */
import type { GameGraph, Infoset } from "../../graph/game-graph.ts";
import type { Distribution, WordProbability } from "../policy.ts";
import type { TokenGame } from "./token-game.ts";
import type { TokenState } from "./token-state.ts";
import type { Vocabulary } from "./vocabulary.ts";
import { wordsOf } from "./words.ts";

/**
 * A word that decoding forces has no probability. Undefined if the policy cannot write this response at this information set.
 * `graph` is that of the token game.
 */
export function wordProbabilities(
  { state }: Infoset,
  response: string,
  graph: GameGraph,
  { words }: Vocabulary,
  decisions: (infosets: readonly Infoset[]) => Distribution[],
): readonly WordProbability[] | undefined {
  const texts = wordsOf(response);
  const tokens = texts.map((word) => words.indexOf(word));
  const agrees = (written: readonly number[]): boolean => written.every((token, i) => token === tokens[i]);
  /** The choices, by place of the word. */
  const choices = new Map<number, { readonly infoset: Infoset; readonly slot: number }>();
  let node = graph.node((graph.game as unknown as TokenGame).begin(state));
  for (;;) {
    const { at, written } = node.state as TokenState;
    const place = written.length;
    const slot = at && agrees(written) ? at.tokens.indexOf(tokens[place]) : -1;
    if (!at || !node.infoset || slot < 0) return undefined;
    if (at.tokens.length > 1) choices.set(place, { infoset: node.infoset, slot });
    const outcome = at.follow(slot);
    if (outcome.kind === "position") {
      node = graph.child(node, slot);
      continue;
    }
    const whole = [...written, tokens[place], ...(outcome.kind === "action" ? outcome.forced : [])];
    if (whole.length !== tokens.length || !agrees(whole)) return undefined;
    const asked = decisions([...choices.values()].map(({ infoset }) => infoset));
    const found = new Map([...choices].map(([place, { slot }], i) => [place, asked[i][slot]]));
    return texts.map((word, i) => {
      const probability = found.get(i);
      return probability === undefined ? { word } : { word, probability };
    });
  }
}
