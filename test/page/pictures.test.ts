/**
 * Pictures of every view of a report in headless Chromium, in light and in dark, for README.md and docs/commands/report.md. They are
 * taken into the folder that SPIRAL_PICTURES names, and not without it, as a default run is trained for them:
 *
 *   npm run figure:page
 */
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { builtSpiral, folder } from "../cli/spiral.ts";
import { chromium, openBrowser } from "./chromium.ts";

interface Picture {
  readonly hash: string;
  readonly height: number;
  /** What is done there. */
  act(page: Page): Promise<unknown>;
}

const solved = (page: Page): Promise<void> =>
  page.locator(".strategy .note[role=status]:empty").waitFor({ state: "attached" });

const PICTURES: Readonly<Record<string, Picture>> = {
  overview: {
    ...{ hash: "#overview", height: 900 },
    act: async (page) => {
      // The pictures are of what the commit makes.
      expect(await page.locator(".facts").innerText()).not.toContain("with changes");
    },
  },
  games: {
    ...{ hash: "#games", height: 620 },
    act: async (page) => {
      await page.locator(".chooser select").first().selectOption("kuhn");
      // A bet that is called.
      await page.locator(".list li", { hasText: "2, 3 plies" }).first().locator("a").click();
      await page.getByLabel("next ply").click();
    },
  },
  strategy: { hash: "#strategy/kuhn", height: 1010, act: solved },
  tree: { hash: "#strategy/ttt/4.1", height: 640, act: solved },
  play: {
    ...{ hash: "#play", height: 760 },
    act: async (page) => {
      await page.getByLabel("Game").selectOption("ttt");
      await page.getByLabel("hints").check();
      await page.locator("svg.board .playable").nth(4).click();
      await page.locator(".probabilities thead").waitFor();
    },
  },
};

const place = process.env.SPIRAL_PICTURES;

describe.skipIf(!chromium || place === undefined)("pictures of the page", () => {
  let browser: Browser;
  let url: string;

  beforeAll(async () => {
    const dir = folder();
    await builtSpiral(dir, "train", "--games", "kuhn,ttt");
    const html = join(dir, "report.html");
    expect(await builtSpiral(dir, "report", "--html", html)).toMatchObject({ code: 0 });
    url = pathToFileURL(resolve(html)).href;
    browser = await openBrowser();
  }, 600_000);
  afterAll(() => browser?.close());

  const schemes = ["light", "dark"] as const;
  it.each(Object.keys(PICTURES).flatMap((name) => schemes.map((scheme) => [name, scheme] as const)))(
    "%s, %s",
    async (name, colorScheme) => {
      const { hash, height, act } = PICTURES[name] as Picture;
      const page = await browser.newPage({ viewport: { width: 1100, height }, colorScheme });
      await page.goto(url + hash);
      await act(page);
      await page.screenshot({ path: join(place ?? "", `page-${name}-${colorScheme}.png`) });
      await page.close();
    },
  );
});
