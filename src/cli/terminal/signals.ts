/** Ctrl-C and its like: while training, while games are played, and while something computes. */

/** The signals that a person or a system ends a process with, and the exit codes. */
export const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
export type Signal = keyof typeof SIGNALS;
const NAMES = Object.keys(SIGNALS) as Signal[];

export type Signals = ReturnType<typeof listen>;

/**
 * The first signal asks training to stop after this update; the second ends the process, the last checkpoint being whole. A
 * process that was started with a channel to its parent (`ablate` starts runs so) also stops if the parent dies.
 */
export function listen() {
  let received: Signal | undefined;
  let now = 0;
  let first: (update: number) => void = () => {};
  let second = (): void => {};
  const onSignal = (signal: Signal): void => {
    if (received) {
      second();
      process.exit(SIGNALS[signal]);
    }
    received = signal;
    first(now);
  };
  const onOrphaned = (): void => {
    received ??= "SIGHUP";
  };
  for (const signal of NAMES) process.on(signal, onSignal);
  process.on("disconnect", onOrphaned);
  if (process.send && !process.connected) onOrphaned();
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
      for (const signal of NAMES) process.off(signal, onSignal);
      process.off("disconnect", onOrphaned);
    },
  };
}

export interface Interruption {
  /** Aborted at the first signal, with its name as the reason. */
  readonly signal: AbortSignal;
  /** Ends the listening. */
  stop(): void;
}

/** Listens for signals: the first aborts, after `onFirst`, and the second ends the process. */
export function interruption(onFirst: () => void): Interruption {
  const controller = new AbortController();
  const onSignal = (signal: Signal): void => {
    if (controller.signal.aborted) process.exit(SIGNALS[signal]);
    onFirst();
    controller.abort(signal);
  };
  // The name is not passed if a dialogue emits the signal.
  const handlers = NAMES.map((name) => [name, () => onSignal(name)] as const);
  for (const [name, handler] of handlers) process.on(name, handler);
  return {
    signal: controller.signal,
    stop(): void {
      for (const [name, handler] of handlers) process.off(name, handler);
    },
  };
}

/** The exit code after an interruption; undefined if there was none. */
export const exitCodeOf = ({ aborted, reason }: AbortSignal): number | undefined =>
  aborted ? SIGNALS[reason as Signal] : undefined;

/**
 * Runs a long synchronous computation without signal handlers. Handlers would run only after it; without them a signal ends the
 * process at once.
 */
export function interruptible<T>(compute: () => T): T {
  const handlers = NAMES.map((signal) => process.rawListeners(signal) as NodeJS.SignalsListener[]);
  const each = (action: (signal: NodeJS.Signals, handler: NodeJS.SignalsListener) => void): void => {
    for (const [i, signal] of NAMES.entries()) for (const handler of handlers[i] ?? []) action(signal, handler);
  };
  each((signal, handler) => process.off(signal, handler));
  try {
    return compute();
  } finally {
    each((signal, handler) => process.on(signal, handler));
  }
}
