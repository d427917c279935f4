/**
 * A step of Adam, as in src/nn/adam.ts, over n numbers, a multiple of 4. Numbers beyond a tensor's own are 0 and stay 0:
 *
 *   m ← β₁ m + (1 − β₁) g      v ← β₂ v + (1 − β₂) g²      u = m / (√(v / c₂) + ε)
 *   w ← w − η / c₁ · u · min(1, d c₁ / RMS(u))             c₁ = 1 − β₁ᵗ      c₂ = 1 − β₂ᵗ
 */
import { total } from "./vector";

/** So many bytes are summed in 32 bits, and their sums in 64. */
const BLOCK: usize = 4096;

/** `m` is 0 where β₁ is, which takes g for m. `count`: the numbers of which RMS(u) is the mean. Overwrites g by u. */
export function adam(
  w: usize,
  g: usize,
  v: usize,
  m: usize,
  n: i32,
  count: f64,
  beta1: f64,
  beta2: f64,
  epsilon: f32,
  c1: f64,
  c2: f64,
  clip: f64, // d; infinite for none
  rate: f64, // η
): void {
  const bytes = (<usize>n) << 2;
  const squares = updates(g, v, m, bytes, beta1, beta2, epsilon, <f32>(1 / c2));
  const factor = min<f64>(1, (clip * c1) / sqrt<f64>(squares / count));
  const step = f32x4.splat(<f32>((rate / c1) * factor));
  for (let i: usize = 0; i < bytes; i += 16) {
    v128.store(w + i, f32x4.sub(v128.load(w + i), f32x4.mul(step, v128.load(g + i))));
  }
}

/** Overwrites g by u. → Σ u² */
function updates(g: usize, v: usize, m: usize, bytes: usize, beta1: f64, beta2: f64, epsilon: f32, scale: f32): f64 {
  let sum: f64 = 0;
  for (let from: usize = 0; from < bytes; from += BLOCK) {
    let squares = f32x4.splat(0);
    const to = min(from + BLOCK, bytes);
    for (let i = from; i < to; i += 16) {
      const x = v128.load(g + i);
      const second = average(v128.load(v + i), f32x4.mul(x, x), beta2);
      v128.store(v + i, second);
      let first = x;
      if (m) {
        first = average(v128.load(m + i), x, beta1);
        v128.store(m + i, first);
      }
      const root = f32x4.sqrt(f32x4.mul(second, f32x4.splat(scale)));
      const u = f32x4.div(first, f32x4.add(root, f32x4.splat(epsilon)));
      v128.store(g + i, u);
      squares = f32x4.add(squares, f32x4.mul(u, u));
    }
    sum += <f64>total(squares);
  }
  return sum;
}

/** keep · x + (1 − keep) · y. The difference is taken in 64 bits, as in 32 it is inexact for a `keep` near 1. */
export function average(x: v128, y: v128, keep: f64): v128 {
  return f32x4.add(f32x4.mul(f32x4.splat(<f32>keep), x), f32x4.mul(f32x4.splat(<f32>(1 - keep)), y));
}
