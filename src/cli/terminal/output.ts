/** Prints results to stdout and everything else to stderr, in colours if the terminal and NO_COLOR allow it. */
import { UserError } from "../../util/errors.ts";
import { diskError } from "../../util/files.ts";
import { escapedControls, JOINED, printable, printableInColor } from "../../util/printable.ts";
import { fold, layTable, type TableLayout } from "./layout.ts";

type Paint = (text: string) => string;
export interface Style {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly cyan: Paint;
}

/** How the command is typed here: from a checkout, npx finds it. */
export const SPIRAL = process.env.npm_command === "exec" ? "npx spiral" : "spiral";

/** NO_COLOR wins over FORCE_COLOR (no-color.org); without either, terminals get colours. */
export function hasColor(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv = process.env): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== "") return env.FORCE_COLOR !== "0";
  return stream.isTTY === true && env.TERM !== "dumb";
}

export function styleFor(stream: { readonly isTTY?: boolean }): Style {
  const on = hasColor(stream);
  const paint =
    (open: number, close: number): Paint =>
    (text) =>
      on && text !== "" ? `\x1b[${open}m${text}\x1b[${close}m` : text;
  return {
    bold: paint(1, 22),
    dim: paint(2, 22),
    red: paint(31, 39),
    green: paint(32, 39),
    yellow: paint(33, 39),
    cyan: paint(36, 39),
  };
}

/** A table that fits the terminal. Elsewhere, as in a pipe, its width is unlimited. */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  layout: Pick<TableLayout, "right" | "drop" | "folded"> = {},
): string {
  const { stdout } = process;
  return layTable(header, rows, { ...layout, columns: columnsOf(stdout), bold: styleFor(stdout).bold });
}

/** The width of a terminal; infinite for a pipe, a file or a dumb terminal, which wraps lines in its own way. */
export const columnsOf = ({ isTTY, columns }: { readonly isTTY?: boolean; readonly columns?: number }): number =>
  isTTY && columns && process.env.TERM !== "dumb" ? columns : Number.POSITIVE_INFINITY;

/** A text as a stream gets it. Everything that is printed passes here, because any of it may come from a file. */
export function printed(text: string, stream: NodeJS.WriteStream): string {
  return fold(printableInColor(text, hasColor(stream)), columnsOf(stream)).replaceAll(JOINED, " ");
}

/** Whether the reader has closed the pipe, and the error if results could not be written. */
let closed = false;
let failure: unknown;

/** Must be called once before anything is printed, because a stream reports an error later than the call that wrote. */
export function watchOutput(): void {
  // A note that cannot be written changes neither the results nor the exit code.
  process.stderr.on("error", () => {});
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // After `spiral replay | head` the command goes on, because it may still save files and has an exit code.
    if (error.code === "EPIPE") closed = true;
    if (closed || failure !== undefined) return;
    failure = diskError("write", "the output", error);
    printError(failure instanceof UserError ? failure : { problems: [`Cannot write the output: ${error.message}.`] });
    process.exitCode = 1;
  });
}

/** The error, already printed, if results could not be written. */
export const outputFailure = (): unknown => failure;

/** Prints lines of results. Throws if an earlier one could not be written. */
export function print(text: string): void {
  if (failure !== undefined) throw failure;
  if (!closed) process.stdout.write(`${printed(text, process.stdout)}\n`);
}

/** Prints a line for the person who plays: on stdout, or on stderr if stdout holds a document. */
export function say(out: NodeJS.WriteStream, text: string): void {
  if (out === process.stdout) print(text);
  else note(text);
}

/** Prints text whose lines are not to be broken, such as a table for other programs; it ends in a newline. */
export function printText(text: string): void {
  if (failure !== undefined) throw failure;
  if (!closed) process.stdout.write(printable(text));
}

/** Prints JSON; on one line if `indent` is 0. Characters that a terminal would obey are escaped, so that the value stays the same. */
export function printJson(value: unknown, indent = 2): void {
  if (failure !== undefined) throw failure;
  if (!closed) process.stdout.write(`${escapedControls(JSON.stringify(value, null, indent))}\n`);
}

/** The line that a command rewrites on a terminal, stderr's last; "" if there is none. */
let status = "";
const START_OF_LINE = "\r\x1b[K";

/** Shows such a line in place of the last; "" takes it away. */
export function showStatus(text: string): void {
  process.stderr.write(START_OF_LINE + text);
  status = text;
}

/** Prints a line to stderr. */
export function note(text: string): void {
  process.stderr.write(`${status && START_OF_LINE}${printed(text, process.stderr)}\n${status}`);
}

export function warn(text: string): void {
  note(`${styleFor(process.stderr).yellow("warning:")} ${text}`);
}

export function printError({ problems }: Pick<UserError, "problems">): void {
  const { red } = styleFor(process.stderr);
  for (const problem of problems) note(`${red("error:")} ${problem}`);
}
