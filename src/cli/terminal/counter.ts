/** Shows on stderr how far a command is: on a terminal one line that is rewritten, elsewhere a line every ten seconds. */
import { oneLine } from "../../util/printable.ts";
import { firstThatFits } from "./layout.ts";
import { note, styleFor } from "./output.ts";

const FRAME_MS = 100;
const LINE_MS = 10_000;

export interface Counter {
  at(done: number, remark?: string): void;
  /** Takes the line away, so that results can follow. */
  close(): void;
}

/** Counts `what` up to `total`. */
export function countedOff(what: string, total: number): Counter {
  const live = process.stderr.isTTY === true && process.env.TERM !== "dumb";
  const every = live ? FRAME_MS : LINE_MS;
  const { dim } = styleFor(process.stderr);
  // The first line comes late enough that what is quick stays silent.
  let last = performance.now();
  let shown = false;
  return {
    at(done, remark = "") {
      if (performance.now() - last < every) return;
      // Somebody is typing on this terminal.
      if (live && process.stdin.isRaw) return;
      last = performance.now();
      const count = `${done} of ${total} ${what}`;
      const text = remark === "" ? count : `${count}, ${oneLine(remark, 200)}`;
      if (live)
        process.stderr.write(`\r\x1b[K${dim(firstThatFits([text, count], (process.stderr.columns || 80) - 1))}`);
      else note(text);
      shown = true;
    },
    close() {
      if (live && shown) process.stderr.write("\r\x1b[K");
    },
  };
}
