import type { PageContents } from "../../src/page/contents.ts";
import { type PackedContents, unpackContents } from "../../src/page/packed.ts";

/** The contents that a report holds. */
export function contentsIn(html: string): PageContents {
  const json = /id="contents">(.*?)<\/script>/s.exec(html)?.[1] ?? "";
  return unpackContents(JSON.parse(json) as PackedContents);
}
