/** The file of a report, and the program of the page that goes into it. */
import { closeSync, existsSync, openSync, readFileSync, readSync } from "node:fs";
import { type PageProgram, REPORT_HEAD } from "../../page/html.ts";
import { UserError } from "../../util/errors.ts";
import { checkRegular, checkWritable, withDiskErrors } from "../../util/files.ts";
import { packageFile } from "../../util/package.ts";

/** Throws a UserError (exit 2) if the file cannot be written, or is there and is no report. */
export function checkReportPath(path: string): void {
  if (existsSync(path) && !isReport(path)) {
    throw new UserError(2, `${path} is there already and is no report. Name another file, or delete it.`);
  }
  checkWritable(path);
}

function isReport(path: string): boolean {
  checkRegular(path, 2);
  return withDiskErrors("read", path, () => {
    const fd = openSync(path, "r");
    try {
      const head = Buffer.alloc(REPORT_HEAD.length);
      return head.toString("utf8", 0, readSync(fd, head, 0, head.length, 0)) === REPORT_HEAD;
    } finally {
      closeSync(fd);
    }
  });
}

/** Throws a UserError (exit 1) if the page was not built. */
export function pageProgram(): PageProgram {
  const [script, style] = ["page.js", "page.css"].map((name) => {
    const path = packageFile(`dist/web/${name}`);
    if (!existsSync(path)) throw new UserError(1, `${path} is missing. Make it with: npm run build`);
    return readFileSync(path, "utf8");
  });
  return { script: script ?? "", style: style ?? "" };
}
