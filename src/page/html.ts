/**
 * Writes a page into one file: program, style and data in one HTML document that loads nothing. Its Content-Security-Policy
 * allows the program and the style by their hashes, and no request; that of `spiral view` allows requests to its own server.
 */
import { createHash } from "node:crypto";
import type { PageContents } from "./contents.ts";
import { packContents } from "./packed.ts";

/** The first bytes of every report, by which one is known. */
export const REPORT_HEAD = '<!doctype html>\n<html lang="en" data-spiral-report>\n';

/** What `npm run build` makes of web/. */
export interface PageProgram {
  readonly script: string;
  readonly style: string;
}

/** `pages`: the contents of the runs that these are of, by key. */
export function pageHtml(
  contents: PageContents,
  program: PageProgram,
  pages: ReadonlyMap<string, PageContents> = new Map(),
): string {
  const policy = `<meta http-equiv="Content-Security-Policy" content="${policyOf(program)}">\n`;
  const packed = packContents(contents);
  const inside = Object.fromEntries([...pages].map(([key, page]) => [key, packContents(page)]));
  const data = pages.size > 0 ? { ...packed, pages: inside } : packed;
  return `${REPORT_HEAD}${documentOf(contents.title, policy, data, program)}`;
}

/** The page of `spiral view`, which holds no contents but asks its server for them; and its policy, which goes into a header. */
export function livePage(title: string, program: PageProgram): { readonly html: string; readonly policy: string } {
  const html = `<!doctype html>\n<html lang="en">\n${documentOf(title, "", null, program)}`;
  return { html, policy: `${policyOf(program)}; connect-src 'self'` };
}

const policyOf = ({ script, style }: PageProgram): string =>
  [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    // The program starts itself as a worker; the worker inherits this policy.
    "worker-src blob:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");

function documentOf(title: string, policy: string, data: unknown, { script, style }: PageProgram): string {
  // Inside these elements, only their end tag and, in a script, `<!--` mean anything to a browser.
  if (/<\/script|<!--/i.test(script)) throw new Error("the page's program may not hold </script or <!--");
  if (/<\/style/i.test(style)) throw new Error("the page's style may not hold </style");
  return `<head>
<meta charset="utf-8">
${policy}<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapedText(title)}</title>
<style>${style}</style>
</head>
<body>
<noscript>This page draws itself with JavaScript, which is off in this browser.</noscript>
<script type="application/json" id="contents">${embeddedJson(data)}</script>
<script>${script}</script>
</body>
</html>
`;
}

const hashOf = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** JSON that ends no element and opens no comment, whatever its texts hold. */
const embeddedJson = (value: unknown): string => JSON.stringify(value).replaceAll("<", "\\u003c");

const escapedText = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
