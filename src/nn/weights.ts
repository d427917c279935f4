/** Arrays of several owners in one file: each owner's carry its name, a dot, and then their own. No networks here. */
import type { WeightArray } from "./mlp.ts";

/** An owner's arrays as a file of several names them. */
export function withPrefix(owner: string, arrays: readonly WeightArray[]): WeightArray[] {
  return arrays.map((array) => ({ ...array, name: `${owner}.${array.name}` }));
}

/** Of a file's arrays the owner's, as the owner names them. */
export function withoutPrefix(owner: string, arrays: readonly WeightArray[]): WeightArray[] {
  const prefix = `${owner}.`;
  return arrays
    .filter(({ name }) => name.startsWith(prefix))
    .map((array) => ({ ...array, name: array.name.slice(prefix.length) }));
}
