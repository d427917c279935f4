/**
 * Causal attention of the nodes of a prefix tree over their ancestors and themselves, by head, with the rows of q, k and v of a
 * node after one another in qkv [N, 3d]:
 *
 *   s_j = q · k_j / √w      p = softmax(s)      o = Σ_j p_j v_j            w: the width of a head, a multiple of 4
 *
 * `queries` [Q] are the nodes that attend. The list of a node's ancestors begins at `starts[node]` of `ancestors`, in units of
 * 4 entries, and holds their rows' offsets in bytes. It is filled up to a multiple of 4 with the node itself, whose further
 * copies get p = 0. p is kept for the gradient: the probabilities of a query's heads lie one after another, as long as the list.
 */
import { exp, greatest, total, totals } from "./vector";

/** x · (row at the offset), for the four offsets of a list from `list` on. */
function fourDots(x: usize, rows: usize, list: usize, bytes: usize): v128 {
  const y0 = rows + load<u32>(list);
  const y1 = rows + load<u32>(list, 4);
  const y2 = rows + load<u32>(list, 8);
  const y3 = rows + load<u32>(list, 12);
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  for (let i: usize = 0; i < bytes; i += 16) {
    const z = v128.load(x + i);
    s0 = f32x4.add(s0, f32x4.mul(z, v128.load(y0 + i)));
    s1 = f32x4.add(s1, f32x4.mul(z, v128.load(y1 + i)));
    s2 = f32x4.add(s2, f32x4.mul(z, v128.load(y2 + i)));
    s3 = f32x4.add(s3, f32x4.mul(z, v128.load(y3 + i)));
  }
  return totals(s0, s1, s2, s3);
}

/** y ← y + Σ f · (row at the offset), for four factors and the four offsets of a list. */
function addFourRows(y: usize, factors: usize, rows: usize, list: usize, bytes: usize): void {
  const x0 = rows + load<u32>(list);
  const x1 = rows + load<u32>(list, 4);
  const x2 = rows + load<u32>(list, 8);
  const x3 = rows + load<u32>(list, 12);
  const f0 = v128.load_splat<f32>(factors);
  const f1 = v128.load_splat<f32>(factors, 4);
  const f2 = v128.load_splat<f32>(factors, 8);
  const f3 = v128.load_splat<f32>(factors, 12);
  for (let i: usize = 0; i < bytes; i += 16) {
    let sum = f32x4.add(v128.load(y + i), f32x4.mul(f0, v128.load(x0 + i)));
    sum = f32x4.add(sum, f32x4.mul(f1, v128.load(x1 + i)));
    sum = f32x4.add(sum, f32x4.mul(f2, v128.load(x2 + i)));
    v128.store(y + i, f32x4.add(sum, f32x4.mul(f3, v128.load(x3 + i))));
  }
}

/** y ← y + f x */
function addScaled(y: usize, f: v128, x: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) {
    v128.store(y + i, f32x4.add(v128.load(y + i), f32x4.mul(f, v128.load(x + i))));
  }
}

/** q, k, v [N, 3d] → o [Q, d] and p. `lengths` [N]: how many ancestors a node has, itself included. */
export function attention(
  qkv: usize,
  queries: usize,
  starts: usize,
  lengths: usize,
  ancestors: usize,
  o: usize,
  p: usize, // arrays
  Q: i32,
  d: i32,
  heads: i32,
): void {
  const row = (<usize>d) << 2;
  const width = row / heads;
  const scale = f32x4.splat(1 / sqrt<f32>(<f32>(d / heads)));
  const lanes = i32x4(0, 1, 2, 3);
  memory.fill(o, 0, <usize>Q * row);
  for (let i = 0; i < Q; i++) {
    const node = <usize>load<u32>(queries + ((<usize>i) << 2));
    const list = ancestors + ((<usize>load<u32>(starts + (node << 2))) << 4);
    const length = load<i32>(lengths + (node << 2));
    const bytes = (<usize>((length + 3) & ~3)) << 2;
    for (let h: usize = 0; h < row; h += width) {
      const q = qkv + node * 3 * row + h;
      let top = f32x4.splat(-Infinity);
      for (let j: usize = 0; j < bytes; j += 16) {
        const s = f32x4.mul(fourDots(q, qkv + row + h, list + j, width), scale);
        top = f32x4.max(top, s);
        v128.store(p + j, s);
      }
      const greatestScore = f32x4.splat(greatest(top));
      let sum = f32x4.splat(0);
      for (let j: usize = 0; j < bytes; j += 16) {
        const isListed = i32x4.lt_s(lanes, i32x4.splat(length - <i32>(j >> 2)));
        const e = v128.and(exp(f32x4.sub(v128.load(p + j), greatestScore)), isListed);
        sum = f32x4.add(sum, e);
        v128.store(p + j, e);
      }
      const inverse = f32x4.splat(1 / total(sum));
      for (let j: usize = 0; j < bytes; j += 16) {
        v128.store(p + j, f32x4.mul(v128.load(p + j), inverse));
        addFourRows(o + h, p + j, qkv + 2 * row + h, list + j, width);
      }
      p += bytes;
    }
    o += row;
  }
}

/**
 * From do = ∂L/∂o [Q, d], with the p that `attention` left:
 *
 *   dp_j = do · v_j     ds_j = p_j (dp_j − Σ p dp) / √w     dq = Σ_j ds_j k_j     dk_j = Σ_queries ds_j q     dv_j = Σ_queries p_j do
 *
 * into dqkv [N, 3d]. `ds` has room for one list.
 */
export function attentionGradient(
  qkv: usize,
  queries: usize,
  starts: usize,
  lengths: usize,
  ancestors: usize,
  p: usize, // as above
  d_o: usize,
  dqkv: usize,
  ds: usize,
  N: i32,
  Q: i32,
  d: i32,
  heads: i32,
): void {
  const row = (<usize>d) << 2;
  const width = row / heads;
  const scale = f32x4.splat(1 / sqrt<f32>(<f32>(d / heads)));
  memory.fill(dqkv, 0, <usize>N * 3 * row);
  for (let i = 0; i < Q; i++) {
    const node = <usize>load<u32>(queries + ((<usize>i) << 2));
    const list = ancestors + ((<usize>load<u32>(starts + (node << 2))) << 4);
    const bytes = (<usize>((load<i32>(lengths + (node << 2)) + 3) & ~3)) << 2;
    for (let h: usize = 0; h < row; h += width) {
      const q = qkv + node * 3 * row + h;
      let sum = f32x4.splat(0);
      for (let j: usize = 0; j < bytes; j += 16) {
        const dp = fourDots(d_o + h, qkv + 2 * row + h, list + j, width);
        sum = f32x4.add(sum, f32x4.mul(v128.load(p + j), dp));
        v128.store(ds + j, dp);
      }
      const mean = f32x4.splat(total(sum));
      for (let j: usize = 0; j < bytes; j += 16) {
        const centred = f32x4.sub(v128.load(ds + j), mean);
        v128.store(ds + j, f32x4.mul(f32x4.mul(v128.load(p + j), centred), scale));
        addFourRows(dqkv + node * 3 * row + h, ds + j, qkv + row + h, list + j, width);
      }
      for (let j: usize = 0; j < bytes; j += 4) {
        const dk = dqkv + load<u32>(list + j) + row + h;
        addScaled(dk, v128.load_splat<f32>(ds + j), q, width);
        addScaled(dk + row, v128.load_splat<f32>(p + j), d_o + h, width);
      }
      p += bytes;
    }
    d_o += row;
  }
}
