/** Numbers as text, for tables and sentences. */
import type { Estimate } from "./bootstrap-interval.ts";
import type { MeanInterval } from "./mean-interval.ts";

/** `+0.127`, with so many digits after the point. Zero has no sign; infinity is `∞`. */
export function signed(x: number, digits = 3): string {
  if (!Number.isFinite(x)) return x < 0 ? "-∞" : "+∞";
  const text = Math.abs(x).toFixed(digits);
  return Number(text) === 0 ? text : `${x < 0 ? "-" : "+"}${text}`;
}

/** All digits: `+2`, `0`, `-1.5`. Text for people may use the typographic minus, `−1.5`. */
export const withSign = (x: number, minus: "-" | "−" = "-"): string =>
  x > 0 ? `+${x}` : x < 0 ? `${minus}${-x}` : "0";

/** `+0.127 [+0.083, +0.171]` */
export function withInterval(x: number, [low, high]: readonly [number, number], digits = 3): string {
  return `${signed(x, digits)} [${signed(low, digits)}, ${signed(high, digits)}]`;
}

/** `0.0034 [0.0010, 0.0061]`; with `signs`, `+0.0034 [-0.0010, +0.0061]`. The mean alone if there is no interval. */
export function withMean({ mean, ci95 }: MeanInterval, { digits = 4, signs = false } = {}): string {
  const text = (x: number): string => (signs ? signed(x, digits) : x.toFixed(digits));
  return ci95 ? `${text(mean)} [${text(ci95[0])}, ${text(ci95[1])}]` : text(mean);
}

/** A mean with its interval, as `withInterval`. */
export const estimated = ({ mean, ci95 }: Estimate, digits = 3): string => withInterval(mean, ci95, digits);

/** A probability: `97.3 %`, `> 99.9 %`, `< 0.1 %`. */
export function likelihood(p: number): string {
  if (p > 0.999) return "> 99.9 %";
  if (p < 0.001) return "< 0.1 %";
  return `${(100 * p).toFixed(1)} %`;
}

/** `1 pair`, `2 pairs` */
export const plural = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;
