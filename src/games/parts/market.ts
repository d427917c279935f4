/**
 * The offers that may be made, numbered. With single goods there are R (R − 1) K² for R resources and amounts up to K. With
 * bundles each resource is given, asked for or neither, in any amount up to K, and neither side is empty:
 *
 *   (2K + 1)^R − 2 (K + 1)^R + 1        180, 2,640, 14,760 for R = 5 and K = 1, 2, 3
 */
import type { Offer } from "../view.ts";

export interface Market {
  readonly resources: readonly string[];
  readonly maxQuantity: number;
  /** Whether an offer may name several resources on a side. */
  readonly bundles: boolean;
  readonly offers: readonly Offer[];
  /** The index of an offer; undefined if it may not be made. */
  readonly indexOf: (offer: Offer) => number | undefined;
}

/**
 * Single offers are in the order of resource given, resource asked for, amount given, amount asked for; bundles in that of the number
 * of items, then of the amounts of the resources in turn, from K asked for to K given.
 */
export function market(resources: readonly string[], maxQuantity: number, bundles = false): Market {
  const name = JSON.stringify([resources, maxQuantity, bundles]);
  const known = markets.get(name) ?? made(resources, maxQuantity, bundles);
  markets.set(name, known);
  return known;
}

/** Each market is made once, as it may have thousands of offers. */
const markets = new Map<string, Market>();

function made(resources: readonly string[], maxQuantity: number, bundles: boolean): Market {
  const offers = bundles ? bundlesOf(resources.length, maxQuantity) : singles(resources.length, maxQuantity);
  const base = 2 * maxQuantity + 1;
  const keyOf = ({ give, get }: Offer): number =>
    give.reduce((key, amount, r) => key * base + amount - get[r] + maxQuantity, 0);
  const index = new Map(offers.map((offer, i) => [keyOf(offer), i]));
  return { resources, maxQuantity, bundles, offers, indexOf: (offer) => index.get(keyOf(offer)) };
}

/** The resources of which there is some. */
export const resourcesOf = (amounts: readonly number[]): number[] => [...amounts.keys()].filter((r) => amounts[r] > 0);

function singles(resources: number, maxQuantity: number): Offer[] {
  const all = Array.from({ length: resources }, (_, r) => r);
  const amounts = Array.from({ length: maxQuantity }, (_, i) => i + 1);
  const only = (resource: number, amount: number): number[] => all.map((r) => (r === resource ? amount : 0));
  return all.flatMap((give) =>
    all
      .filter((get) => get !== give)
      .flatMap((get) => amounts.flatMap((n) => amounts.map((m) => ({ give: only(give, n), get: only(get, m) })))),
  );
}

function bundlesOf(resources: number, maxQuantity: number): Offer[] {
  // Each resource has a number from −K (K are asked for) to K (K are given).
  let changes: number[][] = [[]];
  for (let r = 0; r < resources; r++) {
    changes = changes.flatMap((one) =>
      Array.from({ length: 2 * maxQuantity + 1 }, (_, i) => [...one, i - maxQuantity]),
    );
  }
  return changes
    .filter((change) => change.some((n) => n > 0) && change.some((n) => n < 0))
    .map((change) => ({ change, items: change.reduce((sum, n) => sum + Math.abs(n), 0) }))
    .sort((a, b) => a.items - b.items)
    .map(({ change }) => ({ give: change.map((n) => Math.max(0, n)), get: change.map((n) => Math.max(0, 0 - n)) }));
}
