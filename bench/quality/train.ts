/** `spiral train` in a process of its own, as a user would have it. */
import { spawn } from "node:child_process";
import { SPIRAL } from "../lib/child.ts";

/** Sends the signal of Ctrl-C after `interruptAfter` seconds. → the exit code, and the seconds from its start to its end */
export function spiralTrain(
  args: readonly string[],
  dir: string,
  interruptAfter?: number,
): Promise<{ readonly code: number | null; readonly wall: number }> {
  const started = performance.now();
  const child = spawn(process.execPath, [SPIRAL, "train", ...args, "--json", "--dir", dir], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  const timer =
    interruptAfter === undefined ? undefined : setTimeout(() => child.kill("SIGINT"), interruptAfter * 1000);
  return new Promise((resolve) => {
    child.on("close", (code) => {
      clearTimeout(timer);
      if (code !== 0 && code !== 130) process.stderr.write(errors);
      resolve({ code, wall: (performance.now() - started) / 1000 });
    });
  });
}
