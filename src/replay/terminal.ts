/** Runs the stepper on a terminal and restores the terminal in all cases, even on errors and signals. */
import type { ReadStream, WriteStream } from "node:tty";
import { frame, keysIn, type Paint, type Position, press, type Stepper } from "./stepper.ts";

/** Switches to the alternate screen without a cursor, and back. */
const ENTER = "\x1b[?1049h\x1b[?25l";
const LEAVE = "\x1b[?25h\x1b[?1049l";

/** Resolves with the exit code: 0 when the person quits, 130 on Ctrl-C, 128 + n on a signal. */
export function stepThrough(
  stepper: Stepper,
  start: number,
  paint: Paint,
  { input, output }: { readonly input: ReadStream; readonly output: WriteStream },
): Promise<number> {
  return new Promise((resolve, reject) => {
    let position: Position = { episode: start, moment: 0, help: false };
    let open = true;

    const draw = (): void => {
      const lines = frame(stepper, position, paint, output.columns || 80, output.rows || 24);
      // Draws over the old lines and clears only what is right of and below them, which avoids flicker.
      output.write(`\x1b[H${lines.map((line) => `${line}\x1b[K`).join("\r\n")}\x1b[J`);
    };
    const restore = (): void => {
      if (!open) return;
      open = false;
      input.setRawMode(false);
      input.pause();
      output.write(LEAVE);
      input.off("data", onData).off("end", quit);
      output.off("resize", onResize);
      process.off("SIGTERM", onTerminate).off("SIGHUP", onHangUp).off("exit", restore);
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
          const next = press(stepper, position, key);
          if (next === undefined) return end(key === "\x03" ? 130 : 0);
          position = next;
        }
        draw();
      });
    const quit = (): void => end(0);
    const onResize = (): void => guarded(draw);
    const onTerminate = (): void => end(143);
    const onHangUp = (): void => end(129);

    process.once("SIGTERM", onTerminate).once("SIGHUP", onHangUp).once("exit", restore);
    output.write(ENTER);
    input.setRawMode(true);
    input.setEncoding("utf8");
    input.on("data", onData).on("end", quit).resume();
    output.on("resize", onResize);
    guarded(draw);
  });
}
