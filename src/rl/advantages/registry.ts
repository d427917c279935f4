/** The advantage estimators there are, by the name that `rl.advantage` gives them. */
import type { MakeEstimator } from "./advantage.ts";
import { critic } from "./critic.ts";
import { group, groupStd } from "./group.ts";
import { infoset } from "./infoset.ts";
import { none } from "./none.ts";
import { rae } from "./rae.ts";
import { rloo } from "./rloo.ts";
import { shared } from "./shared.ts";

export const estimators = {
  rae,
  none,
  shared,
  group,
  "group-std": groupStd,
  rloo,
  infoset,
  critic,
} as const satisfies Record<string, MakeEstimator>;
