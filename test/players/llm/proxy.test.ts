/** Which proxy leads where, and requests through a proxy of the tests' own. */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, describe, expect, it } from "vitest";
import { proxyFor } from "../../../src/players/llm/proxy.ts";
import { UserError } from "../../../src/util/errors.ts";
import { firstDecision, playerAt, type Reply, says } from "./server.ts";

const FAR = "https://api.example.com/v1/chat/completions";
const PLAIN = "http://models.example.com:8000/v1/chat/completions";

describe("the proxy", () => {
  it.each<[string, Record<string, string>, string | undefined]>([
    [FAR, {}, undefined],
    [FAR, { HTTPS_PROXY: "http://proxy.example:3128" }, "http://proxy.example:3128/"],
    [FAR, { https_proxy: "http://small.example", HTTPS_PROXY: "http://capital.example" }, "http://small.example/"],
    [FAR, { HTTPS_PROXY: "proxy.example:3128" }, "http://proxy.example:3128/"],
    [FAR, { HTTPS_PROXY: "http://me:s3cret@proxy.example" }, "http://me:s3cret@proxy.example/"],
    [FAR, { HTTP_PROXY: "http://proxy.example" }, undefined],
    [FAR, { HTTPS_PROXY: " " }, undefined],
    [PLAIN, { HTTP_PROXY: "http://proxy.example" }, "http://proxy.example/"],
    [PLAIN, { HTTPS_PROXY: "http://proxy.example" }, undefined],
    ["http://localhost:8080/v1", { HTTP_PROXY: "http://proxy.example" }, undefined],
    ["http://127.0.0.1:8080/v1", { HTTP_PROXY: "http://proxy.example" }, undefined],
    ["http://[::1]:8080/v1", { HTTP_PROXY: "http://proxy.example" }, undefined],
  ])("to %s, %j: %s", (url, env, proxy) => {
    expect(proxyFor(url, env)).toBe(proxy);
  });

  it.each<[string, string, boolean]>([
    [FAR, "*", true],
    [FAR, "api.example.com", true],
    [FAR, "example.com", true],
    [FAR, ".example.com", true],
    [FAR, "*.example.com", true],
    [FAR, "EXAMPLE.com", true],
    [FAR, "other.example, example.com:443", true],
    [FAR, "other.example example.com", true],
    [FAR, "example.com:8000", false],
    [FAR, "ample.com", false],
    [FAR, "example", false],
    [FAR, "", false],
    [FAR, ".", false],
    [PLAIN, "models.example.com:8000", true],
    ["https://10.1.2.3/v1", "10.1.2.3", true],
    ["https://10.1.2.3/v1", "10.0.0.0/8", true],
    ["https://10.1.2.3/v1", "10.0.0.0/99", false],
    ["https://10.1.2.3/v1", "1.2.3", false],
    ["https://11.1.2.3/v1", "10.0.0.0/8", false],
    ["https://[fd00::5]/v1", "fd00::/8", true],
    ["https://[fd00::5]:8443/v1", "[fd00::5]:8443", true],
    ["https://[fd00::5]/v1", "fd00::5", true],
  ])("to %s, NO_PROXY=%s: left out %s", (url, no, isLeftOut) => {
    const proxies = { HTTPS_PROXY: "http://proxy.example", HTTP_PROXY: "http://proxy.example" };
    expect(proxyFor(url, { ...proxies, NO_PROXY: no }) === undefined).toBe(isLeftOut);
    expect(proxyFor(url, { ...proxies, no_proxy: no, NO_PROXY: "*" }) === undefined).toBe(isLeftOut);
  });

  it.each(["socks5://me:s3cret@proxy.example", "http://me:s3cret@", "http://s3cret:port"])("is not %s", (given) => {
    const refused = (): unknown => proxyFor(FAR, { HTTPS_PROXY: given });
    expect(refused).toThrow(UserError);
    expect(refused).toThrow(/^HTTPS_PROXY names no proxy that can be used; it takes an address such as/);
    expect(refused).not.toThrow(/s3cret/);
  });
});

describe("requests", () => {
  const decision = { infoset: firstDecision("kuhn"), episode: 0, ply: 1 };

  /** A proxy that answers in the endpoint's place, and notes what it was asked for. */
  async function proxy(reply: Reply) {
    const asked: { target: string; login: string | undefined }[] = [];
    const note = (target: string, { headers }: IncomingMessage) =>
      asked.push({ target, login: headers["proxy-authorization"] });
    const server = createServer((request, response) => {
      note(`${request.method} ${request.url}`, request);
      reply(response, undefined as never, 0);
    });
    server.on("connect", (request, socket) => {
      note(`CONNECT ${request.url}`, request);
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    afterAll(() => {
      server.close();
      server.closeAllConnections();
    });
    const { port } = server.address() as AddressInfo;
    return { address: `http://me:p%40ssword-1@127.0.0.1:${port}/`, asked, close: () => server.close() };
  }
  const login = `Basic ${Buffer.from("me:p@ssword-1").toString("base64")}`;

  it("go through it, with its login", async () => {
    const { address, asked } = await proxy(says("[bet]"));
    const { player } = playerAt(PLAIN, { proxy: address });
    expect(await player.choose(decision)).toMatchObject({ slot: 1 });
    expect(asked).toEqual([{ target: `POST ${PLAIN}`, login }]);
  });

  it("to https pass through a tunnel; what the proxy refuses is told, without its password", async () => {
    const { address, asked } = await proxy(says("[bet]"));
    const error = await playerAt(FAR, { proxy: address, attempts: 2 })
      .player.choose(decision)
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UserError);
    expect((error as Error).message).toMatch(
      /cannot be reached through the proxy http:\/\/127\.0\.0\.1:\d+: it answers 403, after 2 attempts\. See that the proxy runs/,
    );
    expect((error as Error).message).not.toMatch(/p%40ssword|p@ssword/);
    expect(asked).toEqual(Array(2).fill({ target: "CONNECT api.example.com:443", login }));
  });

  it("name the proxy where it is not there", async () => {
    const { player } = playerAt(PLAIN, { proxy: "http://127.0.0.1:9/", attempts: 1 });
    await expect(player.choose(decision)).rejects.toThrow(
      /cannot be reached through the proxy http:\/\/127\.0\.0\.1:9: nothing listens there\. See that the proxy runs/,
    );
  });
});
