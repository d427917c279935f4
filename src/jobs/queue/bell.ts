/** Something to wait for that may ring before anybody waits. */
export function bell() {
  let rang = false;
  let wake = (): void => {};
  return {
    ring: (): void => {
      rang = true;
      wake();
    },
    /** → whether it rang within the time */
    async wait(milliseconds: number): Promise<boolean> {
      if (!rang) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, milliseconds);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      const did = rang;
      rang = false;
      return did;
    },
  };
}
