/** The encoding of text files. Spiral reads UTF-8, with or without a byte order mark, and refuses UTF-16 by name. */
import { type ExitCode, UserError } from "./errors.ts";

/** The length of the byte order mark of UTF-8, 3, if these first bytes of a file have one, else 0. Throws for UTF-16. */
export function markLength(head: Uint8Array, path: string, exitCode: ExitCode): 0 | 3 {
  if (isUtf16(head)) {
    const hint = `Save it as UTF-8, or convert it: iconv -f UTF-16 -t UTF-8`;
    throw new UserError(exitCode, `${path} is UTF-16 text, and Spiral reads UTF-8. ${hint}`);
  }
  return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
}

/** Whether the text has a byte order mark of UTF-16 or, without one, begins with two ASCII characters in it. */
function isUtf16([a = 0, b = 0, c = 0, d = 0]: Uint8Array): boolean {
  const isAscii = (byte: number): boolean => byte >= 9 && byte < 0x7f;
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) return true;
  return (isAscii(a) && b === 0 && isAscii(c) && d === 0) || (a === 0 && isAscii(b) && c === 0 && isAscii(d));
}
