/** Runs the stepper on a terminal and restores the terminal in all cases, even on errors and signals. */
import type { ReadStream, WriteStream } from "node:tty";
import { frame, type Paint } from "./frame.ts";
import { autoplayed, keysIn, type Position, press, type Stepper } from "./keys.ts";

/** Switches to the alternate screen without a cursor, and back. */
const ENTER = "\x1b[?1049h\x1b[?25l";
const LEAVE = "\x1b[?25h\x1b[?1049l";

/**
 * Resolves with the exit code: 0 when the person quits, 130 on Ctrl-C, 128 + n on a signal. `seconds`: between the moves of
 * autoplay.
 */
export function stepThrough(
  stepper: Stepper,
  start: Position,
  paint: Paint,
  { input, output, seconds }: { readonly input: ReadStream; readonly output: WriteStream; readonly seconds: number },
): Promise<number> {
  return new Promise((resolve, reject) => {
    let position = start;
    let page = 1;
    let open = true;
    let timer: NodeJS.Timeout | undefined;

    const draw = (): void => {
      // The last column stays free: a terminal clears what is written there together with the rest of the line.
      const drawn = frame(stepper, position, paint, Math.max(1, (output.columns || 80) - 1), output.rows || 24);
      page = drawn.page;
      position = { ...position, scroll: drawn.scroll };
      // Draws over the old lines and clears only what is right of and below them, which avoids flicker.
      output.write(`\x1b[H${drawn.lines.map((line) => `${line}\x1b[K`).join("\r\n")}\x1b[J`);
    };
    /** Draws, and waits for the next move of autoplay from now on. */
    const show = (): void => {
      draw();
      clearTimeout(timer);
      if (position.autoplay) timer = setTimeout(onPause, seconds * 1000);
    };
    const restore = (): void => {
      if (!open) return;
      open = false;
      clearTimeout(timer);
      input.setRawMode(false);
      input.pause();
      output.write(LEAVE);
      input.off("data", onData).off("end", quit);
      output.off("resize", onResize);
      process.off("SIGINT", onInterrupt).off("SIGTERM", onTerminate).off("SIGHUP", onHangUp).off("exit", restore);
    };
    const end = (code: number): void => {
      restore();
      resolve(code);
    };
    const guarded = (action: () => void): void => {
      try {
        action();
      } catch (error) {
        restore();
        reject(error);
      }
    };
    const onData = (data: string): void =>
      guarded(() => {
        for (const key of keysIn(data)) {
          const next = press(stepper, position, key, page);
          if (next === undefined) return end(key === "\x03" ? 130 : 0);
          position = next;
        }
        show();
      });
    const onPause = (): void =>
      guarded(() => {
        position = autoplayed(stepper, position);
        show();
      });
    const quit = (): void => end(0);
    const onResize = (): void => guarded(draw);
    const onInterrupt = (): void => end(130);
    const onTerminate = (): void => end(143);
    const onHangUp = (): void => end(129);

    process.once("SIGINT", onInterrupt).once("SIGTERM", onTerminate).once("SIGHUP", onHangUp).once("exit", restore);
    output.write(ENTER);
    input.setRawMode(true);
    input.setEncoding("utf8");
    input.on("data", onData).on("end", quit).resume();
    output.on("resize", onResize);
    guarded(show);
  });
}
