/** The policy of a checkpoint, computed in the page. */
import { getGame } from "../src/games/registry.ts";
import { decodeSafetensors } from "../src/nn/safetensors.ts";
import type { PageContents } from "../src/page/contents.ts";
import { plainPolicy } from "../src/policies/features/plain.ts";
import type { Policy } from "../src/policies/policy.ts";
import { plainTextPolicy } from "../src/policies/text/plain.ts";

/** What a policy is made of. `games` are those of its training, in order. */
export interface Network extends Pick<PageContents, "games" | "text"> {
  /** The file model.safetensors in base 64. */
  readonly weights: string;
}

export function networkOf({ games, text, checkpoints }: PageContents, update: number): Network | undefined {
  const checkpoint = checkpoints.find((one) => one.update === update);
  return checkpoint && { games, text, weights: checkpoint.weights };
}

export function policyOf(name: string, { games: ids, text, weights }: Network): Policy {
  const games = ids.map((id) => getGame(id));
  const arrays = decodeSafetensors(Uint8Array.from(atob(weights), (c) => c.charCodeAt(0)));
  return text ? plainTextPolicy(name, games, text, arrays) : plainPolicy(name, games, arrays);
}
