/** The stepper on a terminal that is none: what it writes, how it ends, and that it restores the terminal. */
import { EventEmitter } from "node:events";
import type { ReadStream, WriteStream } from "node:tty";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Episode } from "../../src/record/episode.ts";
import { startAt } from "../../src/replay/keys.ts";
import { stepThrough } from "../../src/replay/terminal.ts";

const ttt: Episode = {
  game: "ttt",
  version: 1,
  index: 0,
  players: ["a", "b"],
  actions: [0, 3, 1, 4, 2],
  returns: [1, -1],
};
const entries = [1, 2].map((line) => ({ line, episode: ttt }));
const plain = { bold: String, dim: String, cyan: String, red: String };

class Input extends EventEmitter {
  raw: boolean[] = [];
  setRawMode = (on: boolean) => void this.raw.push(on);
  setEncoding = () => {};
  resume = () => this;
  pause = () => this;
}
class Output extends EventEmitter {
  columns = 80;
  rows = 24;
  written = "";
  write = (text: string) => {
    this.written += text;
    return true;
  };
  /** What was drawn last, without control sequences. */
  get screen(): string {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control sequences
    return (this.written.split("\x1b[H").at(-1) as string).replaceAll(/\x1b\[\??[0-9]*[A-Za-z]/g, "");
  }
}

let input: Input;
let output: Output;
const step = (autoplay = false): Promise<number> =>
  stepThrough({ entries, viewer: "all" }, startAt(0, autoplay), plain, {
    input: input as unknown as ReadStream,
    output: output as unknown as WriteStream,
    seconds: 2,
  });

beforeEach(() => {
  vi.useFakeTimers();
  [input, output] = [new Input(), new Output()];
});
afterEach(() => void vi.useRealTimers());

const listeners = () => ["SIGINT", "SIGTERM", "SIGHUP", "exit"].map((name) => process.listenerCount(name));

describe("the stepper", () => {
  it.each<[string, number, () => void]>([
    ["q", 0, () => input.emit("data", "q")],
    ["Ctrl-C", 130, () => input.emit("data", "n\x03")],
    ["the end of the input", 0, () => input.emit("end")],
    ["SIGINT", 130, () => process.emit("SIGINT")],
    ["SIGTERM", 143, () => process.emit("SIGTERM")],
    ["SIGHUP", 129, () => process.emit("SIGHUP")],
  ])("%s ends it with %i and restores the terminal", async (_, code, end) => {
    const before = listeners();
    const stepping = step(true);
    expect(output.screen).toContain("▸[0]");
    end();
    expect(await stepping).toBe(code);
    expect(input.raw).toEqual([true, false]);
    expect(output.written.startsWith("\x1b[?1049h\x1b[?25l")).toBe(true);
    expect(output.written.endsWith("\x1b[?25h\x1b[?1049l")).toBe(true);
    expect(listeners()).toEqual(before);
    expect([input.eventNames(), output.eventNames(), vi.getTimerCount()]).toEqual([[], [], 0]);
  });

  it("draws anew when the terminal gets another size, its last column free", async () => {
    const stepping = step();
    Object.assign(output, { columns: 21, rows: 8 });
    output.emit("resize");
    const lines = output.screen.split("\r\n");
    expect(lines.length).toBeLessThanOrEqual(8);
    expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(20);
    input.emit("data", "q");
    await stepping;
  });

  it("plays by itself with the pause, which begins anew with each key", async () => {
    const stepping = step();
    vi.advanceTimersByTime(60_000);
    expect(output.screen).toContain("▸[0]");
    input.emit("data", "a");
    vi.advanceTimersByTime(1900);
    input.emit("data", "n");
    vi.advanceTimersByTime(1900);
    expect(output.screen).toContain("▸[3]");
    vi.advanceTimersByTime(100);
    expect(output.screen).toContain("▸[1]");
    vi.advanceTimersByTime(60_000);
    expect(output.screen).toMatch(/2 of 2[\s\S]*Result: Player 0/);
    expect(vi.getTimerCount()).toBe(0);
    input.emit("data", "q");
    await stepping;
  });

  it("keeps no more of a scroll than there is", async () => {
    output.rows = 10;
    const stepping = step();
    input.emit("data", "uuuuuuuuuuuuuuu");
    expect(output.screen).toContain("You are Player 0");
    input.emit("data", "d");
    expect(output.screen).not.toContain("You are Player 0");
    input.emit("data", "q");
    await stepping;
  });
});
