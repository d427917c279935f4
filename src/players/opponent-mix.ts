/** Parses the value of `rl.opponents`, such as `self=0.7,pool=0.3`. It needs no networks, so that settings are checked first. */
import { didYouMean } from "../util/errors.ts";

export interface OpponentShare {
  readonly name: string;
  /** The fraction of a game's episodes, in (0, 1]. The fractions of a mix sum to 1. */
  readonly fraction: number;
}

/** Parses `pool`, or `self=0.7,random=0.3`. Throws an Error that says what is wrong. */
export function parseOpponents(text: string, known: readonly string[]): OpponentShare[] {
  const shares = text.split(",").map((part): OpponentShare => {
    // Split at the first "=": "self=1=2" has the fraction "1=2", which is invalid.
    const [, name = "", fraction] = /^([^=]*)(?:=(.*))?$/s.exec(part.trim()) ?? [];
    if (!known.includes(name)) {
      throw new Error(`unknown opponent "${name}".${didYouMean(name, known)} Opponents: ${known.join(", ")}`);
    }
    const value = fraction === undefined ? Number.NaN : Number(fraction);
    if (fraction !== undefined && !(value > 0 && value <= 1)) {
      throw new Error(`the fraction of ${name} is "${fraction}"; it takes a number above 0 and at most 1`);
    }
    return { name, fraction: value };
  });
  const names = shares.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new Error(`${twice} is named twice`);
  if (shares.length === 1 && Number.isNaN(shares[0].fraction)) return [{ name: names[0], fraction: 1 }];
  const sum = shares.reduce((total, { fraction }) => total + fraction, 0);
  if (!(Math.abs(sum - 1) < 1e-9))
    throw new Error(`the fractions must be given and sum to 1, as in self=0.7,random=0.3`);
  return shares;
}
