/** Named arrays of numbers, as in weight files. A file may hold the arrays of several owners; a prefix tells whose they are. */

export interface WeightArray extends TensorShape {
  readonly values: Float32Array;
}

export interface TensorShape {
  readonly name: string;
  readonly shape: readonly number[];
}

/** The arrays with the owner's name before theirs: `layer0.bias` of `magnet` becomes `magnet.layer0.bias`. */
export function withPrefix<T extends TensorShape>(owner: string, arrays: readonly T[]): T[] {
  return arrays.map((array) => ({ ...array, name: `${owner}.${array.name}` }));
}

/** The arrays that carry the owner's name, without it. */
export function withoutPrefix<T extends TensorShape>(owner: string, arrays: readonly T[]): T[] {
  const prefix = `${owner}.`;
  return arrays
    .filter(({ name }) => name.startsWith(prefix))
    .map((array) => ({ ...array, name: array.name.slice(prefix.length) }));
}

/** The arrays of these tensors, in their order. Throws an Error that names the first that is missing or of another shape. */
export function arraysOf(tensors: readonly TensorShape[], arrays: readonly WeightArray[]): WeightArray[] {
  return tensors.map(({ name, shape }) => {
    const array = arrays.find((candidate) => candidate.name === name);
    if (!array) throw new Error(`it has no tensor ${name}`);
    if (String(array.shape) === String(shape)) return array;
    throw new Error(`${name} is [${array.shape}], and this network's is [${shape}]`);
  });
}
