/**
 * `npm run figure:page`: takes pictures of every view of a report in headless Chromium, in light and in dark, for README.md and
 * docs/commands/report.md. The report is of a default run of Kuhn poker and tic-tac-toe, which it trains first; or it is the file
 * that is named, `npm run figure:page REPORT`. CHROMIUM is the path of the browser, by default /usr/bin/chromium.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium, type Page } from "playwright-core";

const [report = newReport()] = process.argv.slice(2);
const url = pathToFileURL(resolve(report)).href;

function newReport(): string {
  const dir = mkdtempSync(join(tmpdir(), "spiral-figure-"));
  const html = join(dir, "report.html");
  const spiral = (...words: string[]): void => {
    execFileSync(process.execPath, ["bin/spiral.js", ...words, "--dir", dir], { stdio: "inherit" });
  };
  spiral("train", "--games", "kuhn,ttt");
  spiral("report", "--html", html);
  return html;
}

/** What each picture shows: an address, and what is done there. */
const PICTURES: Readonly<
  Record<string, { readonly hash: string; readonly height: number; act(page: Page): Promise<void> }>
> = {
  overview: { hash: "#overview", height: 900, act: async () => {} },
  games: {
    hash: "#games",
    height: 620,
    act: async (page) => {
      await page.locator(".chooser select").first().selectOption("kuhn");
      // A bet that is called.
      await page.locator(".list li", { hasText: "2, 3 plies" }).first().locator("a").click();
      for (let ply = 0; ply < 1; ply++) await page.getByLabel("next ply").click();
    },
  },
  strategy: {
    hash: "#strategy/kuhn",
    height: 1010,
    act: async (page) => {
      await page.locator(".strategy .note[role=status]:empty").waitFor({ state: "attached" });
    },
  },
  tree: {
    hash: "#strategy/ttt/4.1",
    height: 640,
    act: async (page) => {
      await page.locator(".strategy .note[role=status]:empty").waitFor({ state: "attached" });
    },
  },
  play: {
    hash: "#play",
    height: 760,
    act: async (page) => {
      await page.getByLabel("Game").selectOption("ttt");
      await page.getByLabel("hints").check();
      await page.locator("svg.board .playable").nth(4).click();
      await page.locator(".probabilities thead").waitFor();
    },
  },
};

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
for (const colorScheme of ["light", "dark"] as const) {
  for (const [name, { hash, height, act }] of Object.entries(PICTURES)) {
    const page = await browser.newPage({ viewport: { width: 1100, height }, colorScheme });
    await page.goto(url + hash);
    await act(page);
    await page.screenshot({ path: `docs/images/page-${name}-${colorScheme}.png` });
    await page.close();
  }
}
await browser.close();
