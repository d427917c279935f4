/** The Chromium of this machine, if it has one; tests in a browser are skipped where it has none. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** Its path. */
export const chromium =
  process.env.CHROMIUM ??
  (process.env.PATH ?? "")
    .split(":")
    .flatMap((path) => NAMES.map((name) => join(path, name)))
    .find((path) => existsSync(path));

if (!chromium) console.warn("This machine has no Chromium: the tests of the page in a browser are skipped.");

export async function openBrowser(): Promise<Browser> {
  const { chromium: driver } = await import("playwright-core");
  // Without a process that draws on a GPU, a start takes a fifth less.
  return driver.launch({ executablePath: chromium ?? "", args: ["--no-sandbox", "--disable-gpu"] });
}
