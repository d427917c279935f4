/** A policy that explores: with probability ε it takes a legal action at random, b = (1 − ε) π + ε / n. */
import type { Policy, PolicyMaker } from "./policy.ts";

/** `epsilon` is in 0 … 1. */
export function exploring(policy: Policy, epsilon: number): Policy {
  const { recipe, symmetric } = policy;
  return {
    name: `${policy.name}:exploring`,
    ...(symmetric === undefined ? {} : { symmetric }),
    ...(recipe ? { recipe: { maker: "exploring", settings: epsilon, of: recipe } } : {}),
    distributions: (infosets) =>
      policy.distributions(infosets).map((pi) => pi.map((p) => (1 - epsilon) * p + epsilon / pi.length)),
  };
}

/** The maker of `exploring` policies. */
export const makeExploring: PolicyMaker<number> = ({ of, settings }) => {
  if (!of) throw new Error("a policy that explores is made of another policy");
  return { policy: exploring(of, settings) };
};
