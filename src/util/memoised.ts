/**
 * A function that computes a value once for each key object, and returns the same value at every later call. The value is
 * freed with its key. Further arguments, such as a callback for progress, reach `compute` at the first call.
 */
export function memoised<K extends object, V, Rest extends unknown[]>(
  compute: (key: K, ...rest: Rest) => V,
): (key: K, ...rest: Rest) => V {
  const cache = new WeakMap<K, { readonly value: V }>();
  return (key, ...rest) => {
    let entry = cache.get(key);
    if (!entry) {
      entry = { value: compute(key, ...rest) };
      cache.set(key, entry);
    }
    return entry.value;
  };
}
