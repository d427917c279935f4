/**
 * The kernels of a multilayer perceptron: the passes of src/nn/mlp.ts and the step of src/nn/adam.ts, each in one call.
 * `bin/kernels.js` compiles this file to dist/nn/mlp.wasm. src/nn/simd/mlp.ts calls them.
 *
 * `widths` is where the number of inputs and the widths of the layers are, the latter multiples of 8. Arrays lie one after
 * another in the order of the layers:
 *
 *   w   W_1 [inputs, width_1], b_1 [width_1], W_2, …      likewise their gradients g and the moments v and m
 *   h   h_1 [R, width_1], …, and the logits               likewise their gradients d
 */
import { adam, average } from "./adam";
import { product, reluGradient, sumRows, transpose } from "./product";

/** From x [R, inputs], all of h. */
export function forward(widths: usize, layers: i32, w: usize, x: usize, h: usize, R: i32): void {
  for (let l = 1; l <= layers; l++) {
    const K = load<i32>(widths);
    const N = load<i32>(widths, 4);
    const b = w + bytes(K, N);
    product(x, bytes(1, K), 4, w, b, 0, h, R, K, N, l < layers);
    widths += 4;
    w = b + bytes(1, N);
    x = h;
    h += bytes(R, N);
  }
}

/**
 * From x, h and ∂L/∂logits, the last array of d: the others of d, and g. With `dx`, which is not 0, ∂L/∂x for an x that relu
 * gave. `transposed` has room for the largest matrix but the first, and `zeros` holds as many zeros as the largest width.
 */
export function backward(
  widths: usize,
  layers: i32,
  w: usize,
  g: usize,
  x: usize,
  h: usize,
  d: usize,
  dx: usize, // as above
  transposed: usize,
  zeros: usize,
  R: i32,
): void {
  const K = load<i32>(widths);
  const N = load<i32>(widths, 4);
  if (layers > 1) {
    const layer = bytes(K + 1, N);
    const rows = bytes(R, N);
    backward(widths + 4, layers - 1, w + layer, g + layer, h, h + rows, d + rows, d, transposed, zeros, R);
  }
  product(x, 4, bytes(1, K), d, zeros, 0, g, K, R, N, false);
  sumRows(d, g + bytes(K, N), R, N);
  if (!dx) return;
  transpose(w, transposed, K, N);
  product(d, bytes(1, N), 4, transposed, zeros, 0, dx, R, N, K, false);
  reluGradient(x, dx, R * K);
}

/** `backward`, and a step of Adam. */
export function step(
  widths: usize,
  layers: i32,
  w: usize,
  g: usize,
  x: usize,
  h: usize,
  d: usize,
  transposed: usize,
  zeros: usize,
  R: i32, // as above
  v: usize,
  m: usize,
  n: i32,
  count: f64,
  beta1: f64,
  beta2: f64,
  epsilon: f32,
  c1: f64,
  c2: f64,
  clip: f64,
  rate: f64, // as in ./adam
): void {
  backward(widths, layers, w, g, x, h, d, 0, transposed, zeros, R);
  adam(w, g, v, m, n, count, beta1, beta2, epsilon, c1, c2, clip, rate);
}

/** w ← keep w + (1 − keep) other. n numbers, a multiple of 4 */
export function moveTowards(w: usize, other: usize, n: i32, keep: f64): void {
  const size = bytes(1, n);
  for (let i: usize = 0; i < size; i += 16) v128.store(w + i, average(v128.load(w + i), v128.load(other + i), keep));
}

/** The size of a matrix. */
function bytes(rows: i32, columns: i32): usize {
  return (<usize>rows * <usize>columns) << 2;
}
