/** Shows on stderr how far a command is: on a terminal one line that is rewritten, elsewhere a line every ten seconds. */
import { oneLine } from "../../util/printable.ts";
import { firstThatFits } from "./layout.ts";
import { note, showStatus, styleFor } from "./output.ts";

const FRAME_MS = 100;
const LINE_MS = 10_000;
const PATIENCE_MS = 1000;

export interface Counter {
  at(done: number, remark?: string): void;
  /** Takes the line away, so that results can follow. */
  close(): void;
}

/** A line on stderr that is rewritten on a terminal, and repeated every ten seconds elsewhere. The first comes after `first` ms. */
function statusLine(first: { readonly live: number; readonly plain: number }) {
  const live = process.stderr.isTTY === true && process.env.TERM !== "dumb";
  const { dim } = styleFor(process.stderr);
  let due = performance.now() + (live ? first.live : first.plain);
  let shown = false;
  return {
    /** Shows the first text that fits, if it is time. */
    show(...texts: readonly string[]): void {
      if (performance.now() < due) return;
      // A person is typing on this terminal.
      if (live && process.stdin.isRaw) return;
      due = performance.now() + (live ? FRAME_MS : LINE_MS);
      if (live) showStatus(dim(firstThatFits(texts, (process.stderr.columns || 80) - 1)));
      else note(texts[0] ?? "");
      shown = true;
    },
    close(): void {
      if (live && shown) showStatus("");
    },
  };
}

/** Counts `what` up to `total`. */
export function countedOff(what: string, total: number): Counter {
  const line = statusLine({ live: FRAME_MS, plain: LINE_MS });
  return {
    at(done, remark = "") {
      const count = `${done} of ${total} ${what}`;
      line.show(remark === "" ? count : `${count}, ${oneLine(remark, 200)}`, count);
    },
    close: line.close,
  };
}

type Tell = (remark: string) => void;

function startProgress(what: string): { readonly tell: Tell; readonly close: () => void } {
  const { show, close } = statusLine({ live: PATIENCE_MS, plain: PATIENCE_MS });
  return { tell: (remark) => show(`${what}: ${remark}`, remark), close };
}

/** Runs a computation. Once it has taken a second, a line says what it does and, as `tell` is called, how far it is. */
export function withProgress<T>(what: string, compute: (tell: Tell) => T): T {
  const { tell, close } = startProgress(what);
  try {
    return compute(tell);
  } finally {
    close();
  }
}

/** The same for a computation that waits. */
export async function withProgressAwaited<T>(what: string, compute: (tell: Tell) => Promise<T>): Promise<T> {
  const { tell, close } = startProgress(what);
  try {
    return await compute(tell);
  } finally {
    close();
  }
}
