/** Hands values from a callback to a loop, one at a time: `give` resolves when the loop has come back for the next value. */

export function handOver<T>() {
  const waiting: { readonly value: T; readonly done: () => void }[] = [];
  let isOver = false;
  let wake = (): void => {};
  async function* taken(): AsyncGenerator<T, void, undefined> {
    try {
      for (;;) {
        const [next] = waiting;
        if (next) {
          yield next.value;
          waiting.shift();
          next.done();
        } else if (isOver) return;
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    } finally {
      // Nobody takes the others, or goes on with this one: whoever gives them goes on without.
      isOver = true;
      for (const { done } of waiting.splice(0)) done();
    }
  }
  return {
    taken: taken(),
    give: (value: T): Promise<void> =>
      new Promise((resolve) => {
        if (isOver) return resolve();
        waiting.push({ value, done: resolve });
        wake();
      }),
    /** No more is given. */
    end: (): void => {
      isOver = true;
      wake();
    },
  };
}
