/** The line that is rewritten while a command works. */
import { afterEach, expect, it, vi } from "vitest";
import { countedOff } from "../../../src/cli/terminal/counter.ts";
import { note } from "../../../src/cli/terminal/output.ts";

afterEach(() => vi.restoreAllMocks());

it("on a terminal makes way for a note, and stands below it", () => {
  vi.stubEnv("TERM", "xterm");
  vi.stubEnv("NO_COLOR", "1");
  vi.spyOn(performance, "now").mockReturnValueOnce(0).mockReturnValue(1000);
  const isTTY = Object.getOwnPropertyDescriptor(process.stderr, "isTTY");
  Object.defineProperty(process.stderr, "isTTY", { value: true, configurable: true });
  let out = "";
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    out += String(text).replaceAll("\r\u001b[K", "<clear>");
    return true;
  });
  try {
    const counter = countedOff("pairs", 4);
    counter.at(1);
    note("warning");
    counter.close();
    note("done");
  } finally {
    if (isTTY) Object.defineProperty(process.stderr, "isTTY", isTTY);
    else Reflect.deleteProperty(process.stderr, "isTTY");
    vi.unstubAllEnvs();
  }
  expect(out).toBe("<clear>1 of 4 pairs<clear>warning\n1 of 4 pairs<clear>done\n");
});
