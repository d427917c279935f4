/** What the tests of the page in a browser share: one browser, one page, one run and its report. */
import type { Page } from "playwright-core";

export interface Opened {
  readonly page: Page;
  /** Of the report. */
  readonly url: string;
  /** The folder of runs; the run is called `small`. */
  readonly dir: string;
}

/** The text of each cell of the rows of a table, all at one instant. */
export const cellsOf = (page: Page, rows: string): Promise<string[][]> =>
  page.evaluate(
    `[...document.querySelectorAll(${JSON.stringify(rows)})].map((row) => [...row.cells].map((cell) => cell.textContent))`,
  );

/** Opens a position of the strategy, and waits until the page has solved its game. */
export async function openStrategy({ page, url }: Opened, hash: string): Promise<void> {
  await page.goto(`${url}${hash}`);
  await solved(page);
}

/** Waits until nothing of the game that is shown is being solved. */
export const solved = (page: Page): Promise<void> =>
  page.locator(".strategy .note[role=status]:empty").waitFor({ state: "attached" });

/** Waits until the position of this address is shown. */
export const arrived = (page: Page, hash: string): Promise<void> =>
  page.locator(`.walked li:last-child a[href="${hash}"]`).waitFor();
