/**
 * Goods and values that only their owner knows, and what the other player can tell of them. Chance deals twenty numbers, each
 * uniform in its range and independent of the others. A player that has offered or paid something was dealt enough for it; its moves
 * tell nothing else.
 */
import type { Seat, Turn } from "../game.ts";
import type { Market } from "./market.ts";
import { ACCEPT, offerOf } from "./trade.ts";

export const RESOURCES = ["Wheat", "Wood", "Sheep", "Brick", "Ore"] as const;
export const KINDS = RESOURCES.length;
/** Least and greatest quantity of each resource. */
const LEAST = 5;
export const MOST = 25;
/** Least and greatest value of each resource: its base value, a fifth less and a fifth more, within 5 … 40. */
export const VALUE_RANGES = [5, 10, 15, 25, 40].map((base) => {
  const spread = Math.floor(base / 5);
  return [Math.max(base - spread, 5), Math.min(base + spread, 40)] as const;
});

export interface Dealt {
  /** The numbers dealt so far: player 0's quantities, its values, player 1's quantities, its values, 5 numbers each. */
  readonly deal: readonly number[];
}

/** How many numbers are dealt. */
export const DEALS = 4 * KINDS;
const isValue = (index: number): boolean => Math.floor(index / KINDS) % 2 === 1;
const ownerOf = (index: number): number => Math.floor(index / (2 * KINDS));

/** Least and greatest value of each number. Outcome o of chance deals the least value + o. */
const RANGES = Array.from({ length: DEALS }, (_, i) =>
  isValue(i) ? VALUE_RANGES[i % KINDS] : ([LEAST, MOST] as const),
);
/** The turn of chance that deals each number. */
export const DEAL_TURNS = RANGES.map(([min, max]): Turn => {
  const size = max - min + 1;
  return {
    kind: "chance",
    actions: Array.from({ length: size }, (_, i) => i),
    probabilities: Array(size).fill(1 / size),
  };
});

/** The number that an outcome of chance deals. */
export const numberDealt = (index: number, outcome: number): number => (RANGES[index]?.[0] ?? 0) + outcome;

export const quantityDealt = ({ deal }: Dealt, player: Seat, resource: number): number =>
  deal[player * 2 * KINDS + resource] ?? 0;
export const valueDealt = ({ deal }: Dealt, player: Seat, resource: number): number =>
  deal[(player * 2 + 1) * KINDS + resource] ?? 0;

/** `P0 12 Wheat`, `P1 Ore@38` */
export function dealName(index: number, outcome: number): string {
  const resource = RESOURCES[index % KINDS];
  const number = numberDealt(index, outcome);
  return `P${ownerOf(index)} ${isValue(index) ? `${resource}@${number}` : `${number} ${resource}`}`;
}

/**
 * By resource, the least quantity that `player` can have been dealt, given the moves of both: it owned what it offered, and what it
 * paid for offers that it accepted. A denied offer tells nothing, as an offer may ask for goods that the player lacks.
 */
function leastDealt(m: Market, moves: readonly number[], player: Seat): number[] {
  const least = RESOURCES.map(() => LEAST);
  /** By resource, the amount that `player` has received so far minus the amount that it has paid. */
  const received = RESOURCES.map(() => 0);
  const needs = (amounts: readonly number[]) => {
    for (let r = 0; r < KINDS; r++) least[r] = Math.max(least[r], amounts[r] - received[r]);
  };
  moves.forEach((action, i) => {
    const own = i % 2 === player;
    const offered = offerOf(m, action);
    if (own && offered) needs(offered.give);
    const taken = action === ACCEPT ? offerOf(m, moves[i - 1]) : undefined;
    if (!taken) return;
    if (own) needs(taken.get);
    const sign = own ? 1 : -1;
    for (let r = 0; r < KINDS; r++) received[r] += sign * (taken.give[r] - taken.get[r]);
  });
  return least;
}

/** The deal with the numbers of `player` drawn again, as chance deals them given the moves of both. Moves only raise the least quantities. */
export function dealtAgain(
  m: Market,
  { deal, moves }: Dealt & { readonly moves: readonly number[] },
  player: Seat,
  uniform: () => number,
): number[] {
  const least = leastDealt(m, moves, player);
  return deal.map((dealt, i) => {
    if (ownerOf(i) !== player) return dealt;
    const [min, max] = RANGES[i];
    const from = isValue(i) ? min : least[i % KINDS];
    return from + Math.floor(uniform() * (max - from + 1));
  });
}
