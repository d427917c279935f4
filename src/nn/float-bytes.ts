/** 32-bit floats as little-endian bytes, the order of weight files. */

const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** The bytes of these numbers. They may share memory with `values`. On a big-endian machine, numbers are converted one by one. */
export function floatsToBytes(values: Float32Array, isLittleEndian = IS_LITTLE_ENDIAN): Uint8Array {
  if (isLittleEndian) return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const view = new DataView(new ArrayBuffer(values.byteLength));
  values.forEach((value, i) => {
    view.setFloat32(4 * i, value, true);
  });
  return new Uint8Array(view.buffer);
}

/** The numbers in these bytes, as a copy. `bytes.length` is a multiple of 4, at any offset of its buffer. */
export function bytesToFloats(bytes: Uint8Array, isLittleEndian = IS_LITTLE_ENDIAN): Float32Array {
  const values = new Float32Array(bytes.length / 4);
  if (isLittleEndian) {
    new Uint8Array(values.buffer).set(bytes);
    return values;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return values.map((_, i) => view.getFloat32(4 * i, true));
}
