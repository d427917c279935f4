/** Rows of a matrix by their numbers: embeddings, the rows at which sequences end, and the gradients of both. */
import { add } from "./vector";

/** y = x[index]. x [·, C], index [R] → y [R, C] */
export function gather(x: usize, index: usize, y: usize, R: i32, C: i32): void {
  const step = (<usize>C) << 2;
  for (let i: usize = 0; i < <usize>R; i++)
    memory.copy(y + i * step, x + <usize>load<u32>(index + (i << 2)) * step, step);
}

/** y ← y + x[index] */
export function gatherAdd(x: usize, index: usize, y: usize, R: i32, C: i32): void {
  const step = (<usize>C) << 2;
  for (let i: usize = 0; i < <usize>R; i++) add(x + <usize>load<u32>(index + (i << 2)) * step, y + i * step, step);
}

/** y[index] ← y[index] + x, in the order of the rows. x [R, C], index [R] → y [·, C] */
export function scatterAdd(x: usize, index: usize, y: usize, R: i32, C: i32): void {
  const step = (<usize>C) << 2;
  for (let i: usize = 0; i < <usize>R; i++) add(x + i * step, y + <usize>load<u32>(index + (i << 2)) * step, step);
}
