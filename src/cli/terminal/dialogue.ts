/**
 * Questions and answers, a line each. A terminal has editing, history and completion. An answer from a pipe is written after the
 * prompt, so that the output reads the same.
 */
import { createInterface, type Interface } from "node:readline";
import { oneLine } from "../../util/printable.ts";
import { say } from "./output.ts";

/** Characters of a line that are kept. No answer is longer. */
const LONGEST_TYPED_LINE = 10_000;
/** Characters of a piped answer that are written behind its prompt. */
const ECHOED = 200;

export class Dialogue {
  readonly out: NodeJS.WriteStream;
  readonly #input = process.stdin;
  readonly #terminal: Interface | undefined;
  readonly #lines: string[] = [];
  /** Whether the terminal itself shows what is typed. */
  readonly #isEchoed: boolean;
  #waiting: ((line: string | undefined) => void) | undefined;
  #completions: readonly string[] = [];
  #hasEnded = false;
  /** The part of a pipe's current line that has been read. */
  #pending = "";

  /** Reads stdin until `close`. Writes to `out`, which is stderr if stdout holds a JSON document. */
  constructor(out: NodeJS.WriteStream = process.stdout) {
    this.out = out;
    this.#isEchoed = this.#input.isTTY === true && this.out.isTTY === true;
    // Editing needs a terminal that can move its cursor.
    if (this.#isEchoed && process.env.TERM !== "dumb") {
      const completer = (line: string): [string[], string] => [
        this.#completions.filter((name) => name.startsWith(line.toLowerCase())),
        line,
      ];
      this.#terminal = createInterface({
        input: this.#input,
        output: this.out,
        completer,
        removeHistoryDuplicates: true,
      });
      this.#terminal
        .on("line", (line) => this.#take(line))
        .on("close", () => this.#end())
        // In raw mode Ctrl-C sends no signal, so the command's handler is called here.
        .on("SIGINT", () => {
          if (!process.emit("SIGINT")) process.exit(130);
        });
      this.#readKeys(false);
    } else {
      this.#input.setEncoding("utf8").on("data", this.#onData).on("end", this.#onEnd).on("error", this.#onEnd);
    }
  }

  /** The next line; undefined at the end of the input. Rejects with the signal's reason if it is aborted. */
  async ask(prompt: string, signal?: AbortSignal, completions: readonly string[] = []): Promise<string | undefined> {
    signal?.throwIfAborted();
    this.#completions = completions;
    if (this.#terminal && !this.#hasEnded) {
      this.#readKeys(true);
      this.#terminal.setPrompt(prompt);
      this.#terminal.prompt();
    } else {
      this.out.write(prompt);
    }
    const line = this.#lines.shift() ?? (this.#hasEnded ? undefined : await this.#next(signal));
    this.#readKeys(false);
    if (line === undefined) this.say("");
    else if (!this.#terminal && !this.#isEchoed) this.say(oneLine(line, ECHOED));
    return line;
  }

  say(text: string): void {
    say(this.out, text);
  }

  close(): void {
    this.#input.off("data", this.#onData).off("end", this.#onEnd).off("error", this.#onEnd).pause();
    this.#terminal?.close();
  }

  /** Raw mode is on only during a question. Outside of it Ctrl-C is a signal, which ends even a search that never yields. */
  #readKeys(on: boolean): void {
    if (this.#terminal) this.#input.setRawMode(on);
  }

  #next(signal: AbortSignal | undefined): Promise<string | undefined> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#waiting = undefined;
        reject(signal?.reason);
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#waiting = (line) => {
        this.#waiting = undefined;
        signal?.removeEventListener("abort", onAbort);
        resolve(line);
      };
    });
  }

  #take(line: string): void {
    if (this.#waiting) this.#waiting(line);
    else this.#lines.push(line);
  }

  #end(): void {
    this.#hasEnded = true;
    this.#waiting?.(undefined);
  }

  readonly #onData = (chunk: string): void => {
    const parts = chunk.split("\n");
    const last = parts.pop() as string;
    for (const part of parts) {
      this.#take((this.#pending + part).slice(0, LONGEST_TYPED_LINE));
      this.#pending = "";
    }
    this.#pending = (this.#pending + last).slice(0, LONGEST_TYPED_LINE);
  };

  readonly #onEnd = (): void => {
    if (this.#pending !== "") this.#take(this.#pending);
    this.#pending = "";
    this.#end();
  };
}
