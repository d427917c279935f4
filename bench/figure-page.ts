/**
 * `npm run figure:page REPORT`: takes pictures of a report in headless Chromium, in light and in dark, for README.md and
 * docs/commands/report.md. REPORT is a file that `spiral report` wrote of a default run. CHROMIUM is the path of the browser, by default
 * /usr/bin/chromium.
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium, type Page } from "playwright-core";

const [report = "report.html"] = process.argv.slice(2);
const url = pathToFileURL(resolve(report)).href;

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
  play: {
    hash: "#play",
    height: 760,
    act: async (page) => {
      await page.getByLabel("Game").selectOption("ttt");
      await page.getByLabel("hints").check();
      await page.locator("svg.board .playable").nth(4).click();
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
