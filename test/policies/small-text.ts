/** A small transformer without thinking; what a test is about it overrides. */
import type { TextSettings } from "../../src/policies/policy-kind.ts";

export const smallText: TextSettings = {
  width: 16,
  layers: 1,
  heads: 2,
  context: 64,
  outputScale: 0.1,
  decoding: "legal",
  think: 0,
  thoughts: ["hmm", "well"],
};
