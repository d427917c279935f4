/** Who is let in: clients that send the server's token, and no page that a browser shows. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/**
 * Whether a request carries the token; always if there is none. It does as `Authorization: Bearer TOKEN`, and as the password of Basic
 * authentication, which clients without headers send for an address such as http://spiral:TOKEN@host:8000. Digests are compared, so
 * that time does not tell how much is right.
 */
export function gate(token: string | undefined): (headers: IncomingHttpHeaders) => boolean {
  if (token === undefined) return () => true;
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  const wanted = digest(token);
  return ({ authorization }) => timingSafeEqual(digest(tokenIn(authorization)), wanted);
}

/**
 * Whether a browser may have opened this WebSocket for a page, of any site. A page cannot send a Bearer token with it; a password that
 * the browser knows is sent for every page.
 */
export const isFromPage = ({ origin, authorization = "" }: IncomingHttpHeaders): boolean =>
  origin !== undefined && !/^bearer /i.test(authorization);

function tokenIn(authorization = ""): string {
  const [, scheme = "", credentials = ""] = /^(bearer|basic) +(.*)$/i.exec(authorization) ?? [];
  if (scheme.toLowerCase() !== "basic") return credentials;
  const [, password = ""] = /^[^:]*:(.*)$/.exec(Buffer.from(credentials, "base64").toString()) ?? [];
  return password;
}
