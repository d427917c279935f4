/** Signals that end a command, during training and during long computations. */

const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

export type Signals = ReturnType<typeof listen>;

/** The first signal asks training to stop after this update; the second ends the process. The last checkpoint is whole. */
export function listen() {
  let received: keyof typeof SIGNALS | undefined;
  let now = 0;
  let first: (update: number) => void = () => {};
  let second = (): void => {};
  const onSignal = (signal: keyof typeof SIGNALS): void => {
    if (received) {
      second();
      process.exit(SIGNALS[signal]);
    }
    received = signal;
    first(now);
  };
  for (const signal of Object.keys(SIGNALS) as (keyof typeof SIGNALS)[]) process.on(signal, onSignal);
  return {
    onFirst(callback: (update: number) => void): void {
      first = callback;
    },
    onSecond(callback: () => void): void {
      second = callback;
    },
    requested(update: number): boolean {
      now = update;
      return received !== undefined;
    },
    exitCode: (): number => (received ? SIGNALS[received] : 1),
    stop(): void {
      for (const signal of Object.keys(SIGNALS) as (keyof typeof SIGNALS)[]) process.off(signal, onSignal);
    },
  };
}

/**
 * Runs a long synchronous computation without signal handlers. Handlers would run only after it; without them a signal ends the
 * process at once.
 */
export function interruptible<T>(compute: () => T): T {
  const signals = Object.keys(SIGNALS) as (keyof typeof SIGNALS)[];
  const handlers = signals.map((signal) => process.rawListeners(signal) as NodeJS.SignalsListener[]);
  const each = (action: (signal: NodeJS.Signals, handler: NodeJS.SignalsListener) => void): void => {
    for (const [i, signal] of signals.entries()) for (const handler of handlers[i] ?? []) action(signal, handler);
  };
  each((signal, handler) => process.off(signal, handler));
  try {
    return compute();
  } finally {
    each((signal, handler) => process.on(signal, handler));
  }
}
