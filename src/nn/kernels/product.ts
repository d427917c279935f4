/**
 * Matrix products with SIMD, in AssemblyScript. Matrices are rows of 32-bit floats; a step is the number of bytes from one row
 * (or column) to the next.
 *
 * An entry is z + a₀ b₀ + a₁ b₁ + …, added in this order whatever the other rows are. So a row of C is the same, bit for bit, in
 * a product of one row and of thousands.
 */

/** The part of a product that is worked on at once: it keeps the operands in the cache, and changes no number. */
const ROWS = 64;
const TERMS = 256;

/**
 * C = Z + A · B, or max(0, Z + A · B) with `relu`. A [M, K], B [K, N], C [M, N]; N is a multiple of 8.
 *
 * Z is a matrix [M, N], or with zStep = 0 a row that stands for each. C itself as Z adds to C. With its two steps exchanged,
 * A is read as its transpose.
 */
export function product(
  a: usize,
  aRow: usize,
  aColumn: usize,
  b: usize,
  z: usize,
  zStep: usize,
  c: usize, // matrices and steps
  M: i32,
  K: i32,
  N: i32,
  relu: bool,
): void {
  const step = (<usize>N) << 2;
  for (let k = 0; k < K; k += TERMS) {
    const terms = min(TERMS, K - k);
    const isLast = k + terms === K;
    for (let from = 0; from < M; from += ROWS) {
      const to = min(from + ROWS, M);
      for (let j: usize = 0; j < step; j += 32) {
        let i = from;
        for (; i + 4 <= to; i += 4) {
          const at = <usize>i * step + j;
          const start = k === 0 ? z + <usize>i * zStep + j : c + at;
          const left = a + <usize>i * aRow + <usize>k * aColumn;
          const right = b + <usize>k * step + j;
          fourRows(left, aRow, aColumn, right, start, k === 0 ? zStep : step, c + at, step, terms, relu && isLast);
        }
        for (; i < to; i++) {
          const at = <usize>i * step + j;
          const start = k === 0 ? z + <usize>i * zStep + j : c + at;
          const left = a + <usize>i * aRow + <usize>k * aColumn;
          oneRow(left, aColumn, b + <usize>k * step + j, start, c + at, step, terms, relu && isLast);
        }
      }
    }
  }
}

/** 4 rows and 8 columns of C. */
function fourRows(
  a: usize,
  aRow: usize,
  aColumn: usize,
  b: usize,
  z: usize,
  zStep: usize,
  c: usize,
  step: usize, // as above
  K: i32,
  relu: bool,
): void {
  let a0 = a;
  let a1 = a0 + aRow;
  let a2 = a1 + aRow;
  let a3 = a2 + aRow;
  let c00 = v128.load(z);
  let c01 = v128.load(z, 16);
  z += zStep;
  let c10 = v128.load(z);
  let c11 = v128.load(z, 16);
  z += zStep;
  let c20 = v128.load(z);
  let c21 = v128.load(z, 16);
  z += zStep;
  let c30 = v128.load(z);
  let c31 = v128.load(z, 16);
  for (let k = 0; k < K; k++) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load_splat<f32>(a0);
    c00 = f32x4.add(c00, f32x4.mul(x, b0));
    c01 = f32x4.add(c01, f32x4.mul(x, b1));
    x = v128.load_splat<f32>(a1);
    c10 = f32x4.add(c10, f32x4.mul(x, b0));
    c11 = f32x4.add(c11, f32x4.mul(x, b1));
    x = v128.load_splat<f32>(a2);
    c20 = f32x4.add(c20, f32x4.mul(x, b0));
    c21 = f32x4.add(c21, f32x4.mul(x, b1));
    x = v128.load_splat<f32>(a3);
    c30 = f32x4.add(c30, f32x4.mul(x, b0));
    c31 = f32x4.add(c31, f32x4.mul(x, b1));
    a0 += aColumn;
    a1 += aColumn;
    a2 += aColumn;
    a3 += aColumn;
    b += step;
  }
  put(c, c00, c01, relu);
  put(c + step, c10, c11, relu);
  put(c + 2 * step, c20, c21, relu);
  put(c + 3 * step, c30, c31, relu);
}

/** 1 row and 8 columns of C. */
function oneRow(a: usize, aColumn: usize, b: usize, z: usize, c: usize, step: usize, K: i32, relu: bool): void {
  let c0 = v128.load(z);
  let c1 = v128.load(z, 16);
  for (let k = 0; k < K; k++) {
    const x = v128.load_splat<f32>(a);
    c0 = f32x4.add(c0, f32x4.mul(x, v128.load(b)));
    c1 = f32x4.add(c1, f32x4.mul(x, v128.load(b, 16)));
    a += aColumn;
    b += step;
  }
  put(c, c0, c1, relu);
}

function put(c: usize, c0: v128, c1: v128, relu: bool): void {
  const zero = f32x4.splat(0);
  v128.store(c, relu ? f32x4.max(c0, zero) : c0);
  v128.store(c, relu ? f32x4.max(c1, zero) : c1, 16);
}

/** y = xᵀ. x [R, C] → y [C, R], both multiples of 4 */
export function transpose(x: usize, y: usize, R: i32, C: i32): void {
  const xStep = (<usize>C) << 2;
  const yStep = (<usize>R) << 2;
  for (let i: usize = 0; i < yStep; i += 16) {
    for (let j: usize = 0; j < xStep; j += 16)
      fourByFour(x + (i >> 2) * xStep + j, xStep, y + (j >> 2) * yStep + i, yStep);
  }
}

function fourByFour(x: usize, xStep: usize, y: usize, yStep: usize): void {
  const a = v128.load(x);
  const b = v128.load(x + xStep);
  const c = v128.load(x + 2 * xStep);
  const d = v128.load(x + 3 * xStep);
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5); // a0 b0 a1 b1
  const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  v128.store(y, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5));
  v128.store(y + yStep, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
  const ab2 = v128.shuffle<f32>(a, b, 2, 6, 3, 7); // a2 b2 a3 b3
  const cd2 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(y + 2 * yStep, v128.shuffle<f32>(ab2, cd2, 0, 1, 4, 5));
  v128.store(y + 3 * yStep, v128.shuffle<f32>(ab2, cd2, 2, 3, 6, 7));
}

/** y = Σ over the rows of x. x [R, C] → y [C], C a multiple of 4 */
export function sumRows(x: usize, y: usize, R: i32, C: i32): void {
  const step = (<usize>C) << 2;
  for (let j: usize = 0; j < step; j += 16) {
    let sum = f32x4.splat(0);
    for (let i = 0; i < R; i++) sum = f32x4.add(sum, v128.load(x + <usize>i * step + j));
    v128.store(y + j, sum);
  }
}

/** d ← d where h > 0, else 0: the gradient of relu. n numbers, a multiple of 4 */
export function reluGradient(h: usize, d: usize, n: i32): void {
  const zero = f32x4.splat(0);
  const bytes = (<usize>n) << 2;
  for (let i: usize = 0; i < bytes; i += 16) {
    v128.store(d + i, v128.and(v128.load(d + i), f32x4.gt(v128.load(h + i), zero)));
  }
}
