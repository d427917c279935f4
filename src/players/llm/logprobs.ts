/**
 * The probabilities of a model's actions from one answer, by the alternatives that an endpoint gives for each token. With w the
 * tokens that were written, the probability of an action is summed over the points where another token leads to it:
 *
 *   P(a) = Σ_t P(w_{<t}) Σ_{x : w_{<t} x begins a and no other action} P(x | w_{<t})
 *
 * What begins no action is illegal. What an endpoint does not list, or what stays open between several actions beside the
 * written path, is unknown.
 */
import type { Infoset } from "../../graph/game-graph.ts";
import type { TokenAlternatives } from "./completion.ts";

export interface ActionProbabilities {
  /** By slot. With `illegal` and `unknown` they sum to 1. */
  readonly actions: readonly number[];
  readonly illegal: number;
  readonly unknown: number;
}

/** `names`: of the actions, by slot, as the model was told them. */
export function actionProbabilities(
  tokens: readonly TokenAlternatives[],
  names: readonly string[],
): ActionProbabilities {
  const wanted = names.map((name) => bare(name).replace(/[^\p{L}\p{N}]+$/u, ""));
  const actions = names.map(() => 0);
  let [illegal, reach, written] = [0, 1, ""];
  /** Adds mass to what a beginning of an answer can only become; false if several actions are still open. */
  const settle = (text: string, mass: number): boolean => {
    const open = beginningsOf(bare(text), wanted);
    if (open.length === 0) illegal += mass;
    else if (open.length === 1) actions[open[0] as number] += mass;
    return open.length < 2;
  };
  let known = 0;
  for (const { token, logprob, alternatives } of tokens) {
    for (const other of alternatives) {
      if (other.token === token) continue;
      const mass = reach * Math.exp(other.logprob);
      if (settle(written + other.token, mass)) known += mass;
    }
    written += token;
    reach *= Math.exp(logprob);
    if (settle(written, reach)) return { actions, illegal, unknown: Math.max(0, 1 - known - reach) };
  }
  const said = wanted.indexOf(bare(written).replace(/[^\p{L}\p{N}]+$/u, ""));
  if (said >= 0) actions[said] += reach;
  else illegal += reach;
  return { actions, illegal, unknown: Math.max(0, 1 - known - reach) };
}

/** In lower case, from the first letter or digit on: `[Bet` and `**bet` are `bet`. */
const bare = (text: string): string => text.toLowerCase().replace(/^[^\p{L}\p{N}]+/u, "");

/** The actions that a text may still become, or already is. */
function beginningsOf(text: string, names: readonly string[]): number[] {
  return [...names.keys()].filter((slot) => {
    const name = names[slot] as string;
    return name.startsWith(text) || (text.startsWith(name) && !/^[\p{L}\p{N}]/u.test(text.slice(name.length)));
  });
}

/** The names of the actions of an information set, by slot, in the game's own words. */
export const actionNames = ({ game, state, actions }: Infoset): string[] =>
  actions.map((action) => game.actionName(state, action));
