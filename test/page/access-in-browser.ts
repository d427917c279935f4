/** Every view by keyboard alone, in enough contrast, on a narrow screen and on paper. */
import { describe, expect, it } from "vitest";
import { arrived, type Opened, solved } from "./opened.ts";

/** Remembers the elements that get the focus, and those of them whose focus cannot be seen. */
const WATCH = `(() => {
  window.visited = new Set();
  window.unseen = [];
  document.addEventListener("focusin", ({ target }) => {
    visited.add(target);
    const { outlineStyle, outlineWidth } = getComputedStyle(target);
    if (outlineStyle === "none" || outlineWidth === "0px") unseen.push(target.outerHTML.slice(0, 80));
  });
})()`;

/** What can be used and was never reached. */
const MISSED = `[...document.querySelectorAll("a[href], button, select, input, summary, [tabindex='0']")]
  .filter((element) => element.checkVisibility() && !visited.has(element))
  .map((element) => element.outerHTML.slice(0, 80))`;

/**
 * Texts whose contrast with what is behind them is below 4.5 : 1 (WCAG AA), by computed styles. What is behind a text in a drawing
 * is the ground of the page; test/page/style.test.ts has the other grounds of drawings.
 */
const POOR = `(() => {
  const parse = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const luminance = (rgb) => rgb.slice(0, 3).map((v) => v / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const groundOf = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const rgba = parse(getComputedStyle(at).backgroundColor);
      if (rgba.length === 3 || rgba[3] === 1) return rgba;
    }
    return [255, 255, 255];
  };
  const poor = [];
  let count = 0;
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const element = node.parentElement;
    if (node.data.trim() === "" || !element.checkVisibility() || element.closest("script, noscript, .board")) continue;
    const style = getComputedStyle(element);
    const ink = parse(element.closest("svg") ? style.fill : style.color);
    const [low, high] = [luminance(ink), luminance(groundOf(element))].sort((a, b) => a - b);
    count++;
    if ((high + 0.05) / (low + 0.05) < 4.5) poor.push(node.data.trim() + " " + ink + " on " + groundOf(element));
  }
  return { count, poor };
})()`;

export function accessTests(opened: () => Opened): void {
  const VIEWS = ["#overview", "#games/1/2", "#strategy/kuhn/1.1", "#strategy/ttt/4", "#play"];
  const open = async (view: string): Promise<void> => {
    const { page, url } = opened();
    await page.goto(`${url}${view}`);
    if (view.startsWith("#strategy")) await solved(page);
  };

  describe("the page for everybody", () => {
    it.each(VIEWS.filter((view) => !view.includes("ttt")))("has %s in reach of the Tab key", async (view) => {
      const { page } = opened();
      // A new document, so that the Tab key begins at its top.
      await page.goto("about:blank");
      await open(view);
      if (view.startsWith("#games")) {
        await page.getByLabel("Plies from").fill("9");
        await page.locator("h1").click();
      }
      await page.evaluate(WATCH);
      for (let seen = -1, now = 0; seen < now; ) {
        for (let press = 0; press < 12; press++) await page.keyboard.press("Tab");
        [seen, now] = [now, (await page.evaluate("visited.size")) as number];
      }
      expect(await page.evaluate(MISSED)).toEqual([]);
      expect(await page.evaluate("unseen")).toEqual([]);
      expect(await page.evaluate("visited.size")).toBeGreaterThan(8);
    });

    it("is used by keys alone, from the first view to the end of a game", async () => {
      const { page, url } = opened();
      const press = async (...keys: string[]): Promise<void> => {
        for (const key of keys) await page.keyboard.press(key);
      };
      await page.goto("about:blank");
      await page.goto(url);
      // The third link of four: the strategy. Then the game and the policies, and on to the table of moves.
      await press("Tab", "Tab", "Tab", "Enter");
      await arrived(page, "#strategy/kuhn");
      await press("Tab", "Tab", "Tab", "Tab", "Home");
      expect(await page.getByLabel("Beside it").inputValue()).toBe("");
      await solved(page);
      while (!(await page.evaluate("document.activeElement.closest('.tree') !== null"))) await press("Tab");
      // Each move is made by Enter, and the focus is on the first of the next moves.
      await press("Enter");
      await arrived(page, "#strategy/kuhn/0");
      await press("Tab", "Enter");
      await arrived(page, "#strategy/kuhn/0.1");
      await press("Enter");
      await arrived(page, "#strategy/kuhn/0.1.0");
      await page.evaluate("location.hash = '#play'");
      await page.getByLabel("Game").focus();
      await press("Home", "Tab", "Home");
      while (!(await page.evaluate("document.activeElement.closest('.actions') !== null"))) await press("Tab");
      await press("Enter");
      const status = page.locator(".play [role=status]");
      if (!(await status.innerText()).includes("You have")) await press("Enter");
      expect(await status.innerText()).toContain("after 1 game.");
    });

    it.each(["light", "dark"] as const)("has enough contrast in %s", async (colorScheme) => {
      const { page } = opened();
      await page.emulateMedia({ colorScheme });
      for (const view of VIEWS) {
        await open(view);
        const { count, poor } = (await page.evaluate(POOR)) as { count: number; poor: string[] };
        expect([view, poor]).toEqual([view, []]);
        expect(count).toBeGreaterThan(15);
      }
      await page.emulateMedia({ colorScheme: null });
    });

    it("does not show what is hidden, such as the curves of a tournament, which has none", async () => {
      const { page } = opened();
      await open("#overview");
      const charts = 'document.querySelector(".charts")';
      expect(await page.evaluate(`${charts}.checkVisibility()`)).toBe(true);
      expect(await page.evaluate(`${charts}.hidden = true, ${charts}.checkVisibility()`)).toBe(false);
      await page.reload();
    });

    it("names every picture, and fits a screen 380 pixels wide, and paper", async () => {
      const { page } = opened();
      for (const view of VIEWS) {
        await page.setViewportSize({ width: 380, height: 700 });
        await open(view);
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(380);
        const pictures = "[...document.querySelectorAll('svg:not([aria-hidden])')]";
        const names = (await page.evaluate(
          `${pictures}.map((one) => one.getAttribute('aria-label') ?? '')`,
        )) as string[];
        expect(names.filter((name) => name.length < 10)).toEqual([]);
        // A4 at 96 points an inch.
        await page.setViewportSize({ width: 794, height: 1123 });
        await page.emulateMedia({ media: "print" });
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(794);
        expect(await page.locator("header nav, button, .options").filter({ visible: true }).count()).toBe(0);
        await page.emulateMedia({ media: null });
      }
    });
  });
}
