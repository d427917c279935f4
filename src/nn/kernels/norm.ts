/**
 * RMSNorm (Zhang & Sennrich, 2019) of the rows of x [R, d], with a gain g [d]; d is a multiple of 4:
 *
 *   y = g x s      s = 1 / √(mean x² + ε)
 */
import { dot, total } from "./vector";

const EPSILON: f32 = 1e-5;

/** s of one row. */
function inverseRms(x: usize, d: i32): f32 {
  return 1 / sqrt<f32>(dot(x, x, (<usize>d) << 2) / <f32>d + EPSILON);
}

export function norm(x: usize, g: usize, y: usize, R: i32, d: i32): void {
  const step = (<usize>d) << 2;
  for (let i = 0; i < R; i++) {
    const s = f32x4.splat(inverseRms(x, d));
    for (let j: usize = 0; j < step; j += 16) {
      v128.store(y + j, f32x4.mul(f32x4.mul(v128.load(x + j), s), v128.load(g + j)));
    }
    x += step;
    y += step;
  }
}

/**
 * From dy = ∂L/∂y:  dx = plus + s (g dy) − x s³ mean(x g dy)      dg ← dg + Σ_rows dy x s
 *
 * `plus` [R, d] is the gradient that reaches x by another way; 0 stands for none.
 */
export function normGradient(x: usize, g: usize, dy: usize, plus: usize, dx: usize, dg: usize, R: i32, d: i32): void {
  const step = (<usize>d) << 2;
  const zero = f32x4.splat(0);
  for (let i = 0; i < R; i++) {
    const s = inverseRms(x, d);
    const S = f32x4.splat(s);
    let sum = zero;
    for (let j: usize = 0; j < step; j += 16) {
      const t = f32x4.mul(v128.load(dy + j), v128.load(x + j));
      sum = f32x4.add(sum, f32x4.mul(t, v128.load(g + j)));
      v128.store(dg + j, f32x4.add(v128.load(dg + j), f32x4.mul(t, S)));
    }
    const mean = f32x4.splat((s * s * s * total(sum)) / <f32>d);
    for (let j: usize = 0; j < step; j += 16) {
      const own = f32x4.mul(S, f32x4.mul(v128.load(g + j), v128.load(dy + j)));
      const all = f32x4.sub(own, f32x4.mul(v128.load(x + j), mean));
      v128.store(dx + j, f32x4.add(plus ? v128.load(plus + j) : zero, all));
    }
    x += step;
    dy += step;
    dx += step;
    if (plus) plus += step;
  }
}
