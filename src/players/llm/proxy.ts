/** Which proxy leads to an address, by HTTPS_PROXY, HTTP_PROXY and NO_PROXY, in capitals or not. */
import { BlockList, isIP } from "node:net";
import { UserError } from "../../util/errors.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy for an address, undefined if there is none. The own machine is never reached through one. Throws a UserError (exit 2)
 * if the variable names no proxy that can be used; the message does not repeat it, as it may hold a password.
 */
export function proxyFor(address: string, env: Environment): string | undefined {
  const { protocol, hostname, port } = new URL(address);
  const name = protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const given = (env[name.toLowerCase()] ?? env[name])?.trim();
  const host = hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  const isOwn = host === "localhost" || host.endsWith(".localhost") || /^127\./.test(host) || host === "::1";
  if (!given || isOwn) return undefined;
  const exceptions = (env.no_proxy ?? env.NO_PROXY ?? "").toLowerCase().split(/[\s,]+/);
  if (exceptions.some((entry) => matches(entry, host, port || (protocol === "https:" ? "443" : "80"))))
    return undefined;
  try {
    const proxy = new URL(given.includes("://") ? given : `http://${given}`);
    if (/^https?:$/.test(proxy.protocol)) return proxy.href;
  } catch {
    // Reported below.
  }
  throw new UserError(
    2,
    `${name} names no proxy that can be used; it takes an address such as http://proxy.example:3128`,
  );
}

/** An entry of NO_PROXY: `*`, `example.com` and its subdomains, `.example.com`, `10.1.2.3`, `10.0.0.0/8`; a port may follow. */
function matches(entry: string, host: string, port: string): boolean {
  if (entry === "*") return true;
  const family = isIP(host);
  const [network = "", bits] = entry.split("/");
  if (bits !== undefined) {
    if (
      family === 0 ||
      isIP(network) !== family ||
      !/^\d{1,3}$/.test(bits) ||
      Number(bits) > (family === 4 ? 32 : 128)
    ) {
      return false;
    }
    const type = family === 4 ? "ipv4" : "ipv6";
    const list = new BlockList();
    list.addSubnet(network, Number(bits), type);
    return list.check(host, type);
  }
  const [, name = "", only] = /^(?:\*?\.)?(\[[^\]]*\]|[^:]*|.*:.*:.*?)(?::(\d+))?$/.exec(entry) ?? [];
  const domain = name.replace(/^\[|\]$/g, "");
  if (domain === "" || (only !== undefined && only !== port)) return false;
  return host === domain || (family === 0 && host.endsWith(`.${domain}`));
}
