/** Reads what a player writes in the negotiation games. */
import type { Parsed } from "../game.ts";
import { bracketed } from "../text.ts";
import type { Offer } from "../view.ts";
import { type Market, resourcesOf } from "./market.ts";
import { ACCEPT, DECLINE, FIRST_OFFER, offerText } from "./trade.ts";

/** The turn in which a player's text is parsed. */
export interface TradeTurn {
  /** Whether there is an offer to answer. */
  readonly standing: boolean;
  /** Whether this is the last turn. */
  readonly last: boolean;
  /** The legal actions. */
  readonly actions: readonly number[];
  /** A sentence that says why an offer of legal amounts cannot be made. */
  readonly infeasible: (offer: Offer) => string;
}

/** A valid offer is shorter. The bound keeps hostile text from the patterns below. */
const LONGEST = 200;

const no = (reason: string): Parsed => ({ ok: false, reason });

/**
 * The action that a text names. Case, spacing and a plural s do not matter. `→`, `=>` and `for` mean `->`; between goods of a
 * side, a comma and `and` mean `+`. "I give" or "I offer" may begin an offer. "Deny", "decline" and "pass" are the same action.
 * The last brackets count, but if an offer stands, "accept" before another action is refused with the reason.
 */
export function parseTrade(m: Market, text: string, turn: TradeTurn): Parsed {
  const example = `[Offer: ${offerText(m, exampleOf(m))}]`;
  const words = bracketed(text)?.replace(/[.!]$/, "");
  if (!words) return no(`Put your action in square brackets: [Accept], [Deny], [Pass] or an offer such as ${example}.`);
  if (turn.standing && words !== "accept" && /\[ *accept *[.!]? *\]/i.test(text)) {
    return no("Your answer accepts the offer and does something else too. Put one action in square brackets.");
  }
  if (words === "accept") {
    if (turn.actions.includes(ACCEPT)) return { ok: true, action: ACCEPT };
    return no(turn.standing ? "You do not own what the offer asks of you." : "There is no offer to accept.");
  }
  if (words === "deny" || words === "decline" || words === "pass") return { ok: true, action: DECLINE };
  const sides = words.length > LONGEST ? [] : words.replace(/^offer ?:? ?/, "").split(/->|→|=>|\bfor\b/);
  if (sides.length !== 2) {
    return no(`[${words.slice(0, 40)}] is no action. Write [Accept], [Deny], [Pass] or an offer such as ${example}.`);
  }
  const [given = "", asked = ""] = sides;
  const give = readGoods(m, given.replace(/^ *(i )?(give|offer) /, ""));
  const get = readGoods(m, asked);
  if (!give || !get) {
    const what = m.bundles ? "amounts of resources" : "one amount of one resource";
    return no(`An offer names ${what} on each side, such as ${example}. Resources: ${m.resources.join(", ")}.`);
  }
  const both = resourcesOf(give).find((r) => (get[r] ?? 0) > 0);
  if (both !== undefined) {
    const why = m.bundles ? ` ${m.resources[both]} is on both sides.` : "";
    return no(`An offer trades ${m.bundles ? "resources for others" : "one resource for another"}.${why}`);
  }
  const amounts = [...give, ...get];
  if (Math.max(...amounts) > m.maxQuantity || ![give, get].every((side) => side.some((n) => n > 0))) {
    return no(`Quantities in an offer go from 1 to ${m.maxQuantity}.`);
  }
  const offer = { give, get };
  const action = FIRST_OFFER + (m.indexOf(offer) ?? Number.NaN);
  if (turn.actions.includes(action)) return { ok: true, action };
  if (turn.last) return no("This is the last turn: no one could answer an offer.");
  return no(turn.infeasible(offer));
}

/** An offer of one item for one item; with bundles, of two for one. */
function exampleOf({ resources, bundles }: Market): Offer {
  const only = (...wanted: number[]): number[] => resources.map((_, r) => (wanted.includes(r) ? 1 : 0));
  return bundles ? { give: only(0, 1), get: only(2) } : { give: only(0), get: only(1) };
}

/** Reads `3 woods`, with bundles `2 wheat + 1 ore` too: amounts by resource. */
function readGoods({ resources, bundles }: Market, text: string): number[] | undefined {
  const amounts = resources.map(() => 0);
  for (const part of bundles ? text.split(/[+,&]| and /) : [text]) {
    const [, digits = "", word = ""] = /^ *(\d{1,6}) ?([a-z]+?)s? *$/.exec(part) ?? [];
    const resource = resources.findIndex((name) => name.toLowerCase() === word);
    if (resource < 0) return undefined;
    amounts[resource] += Number(digits);
  }
  return amounts;
}

/** A sentence that names the first resource of which less is owned than the amount, with `who` as "You have"; undefined if none is. */
export function lacking(
  { resources }: Market,
  who: string,
  amounts: readonly number[],
  owned: (resource: number) => number,
): string | undefined {
  const short = amounts.findIndex((amount, r) => amount > owned(r));
  return short < 0 ? undefined : `${who} only ${owned(short)} ${resources[short]}.`;
}
