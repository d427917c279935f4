/** What the tests of the page in a browser share: one browser, one page, one run and its report. */
import type { Page } from "playwright-core";

export interface Opened {
  readonly page: Page;
  /** Of the report. */
  readonly url: string;
  /** The folder of runs; the run is called `small`. */
  readonly dir: string;
}

/** The text of each cell of the rows of a table, without the space around it. */
export async function cellsOf(page: Page, rows: string): Promise<string[][]> {
  const texts = await page.locator(rows).allInnerTexts();
  return texts.map((text) => text.split("\t").map((cell) => cell.trim()));
}
