/**
 * Runs `action` for the numbers from 0 below `count`, in their order, at most `atOnce` at a time. After the first failure no more
 * are begun; those under way are waited for, and its error is thrown.
 */
export async function each(count: number, atOnce: number, action: (i: number) => Promise<void>): Promise<void> {
  let next = 0;
  let failure: { readonly error: unknown } | undefined;
  const lane = async (): Promise<void> => {
    while (next < count && !failure) {
      try {
        await action(next++);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, lane));
  if (failure) throw failure.error;
}
