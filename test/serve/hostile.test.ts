/** Clients that do not behave cost nobody else anything, and the server ends when it is asked to. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { AskedPlayer } from "../../src/players/player.ts";
import { type ServerSettings, serve } from "../../src/serve/server.ts";
import { UserError } from "../../src/util/errors.ts";
import { Client, fixed, offerOf, served } from "./serving.ts";

const offer = offerOf(["kuhn"], [fixed("nash")]);

/** Runs with a server of its own. */
async function serving(more: Partial<ServerSettings>, run: (url: string, sessions: () => number) => Promise<void>) {
  const server = await served(offer, more);
  try {
    await run(server.url, server.sessions);
  } finally {
    await server.drain();
  }
}

/** Plays a game; → whether all went well. */
async function plays(client: Client): Promise<boolean> {
  const { data } = await client.reset({ seed: 1, seat: 0 });
  return data.done === false && (await client.step("[bet]")).data.done;
}

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await sleep(2);
};

describe("others go on playing while a client", () => {
  it("floods, and its answers come one for one in order", () =>
    serving({}, async (url) => {
      const [flood, other] = [await Client.connect(url), await Client.connect(url)];
      for (let i = 0; i < 3000; i++) flood.socket.send(i % 2 ? `{"type":"${i}"}` : "garbage");
      for (let i = 0; i < 20; i++) expect(await plays(other)).toBe(true);
      for (let i = 0; i < 3000; i++) {
        const { data } = await flood.next();
        if (i % 2) assert(data.message.includes(`"${i}"`), data.message);
      }
      expect(await plays(flood)).toBe(true);
      other.socket.close();
      flood.socket.close();
    }));

  it("stops reading: nothing more is read of it, and the idle time ends it", () =>
    serving({ idleMs: 600 }, async (url, sessions) => {
      const mute = await Client.connect(url);
      mute.socket.pause();
      // The answers are 12 MB in all. The kernel's buffers take a part of them.
      const resets = 8_000;
      for (let i = 0; i < resets; i++) mute.socket.send('{"type":"reset","data":{"seat":0}}');
      const other = await Client.connect(url);
      do {
        expect(await plays(other)).toBe(true);
        await sleep(20);
      } while (sessions() > 1);
      await other.reset({});
      // The seeds count the games that have begun.
      const { data } = await other.send('{"type":"state"}');
      expect(data.seed).toBeGreaterThan(100);
      expect(data.seed).toBeLessThan(resets);
      mute.socket.terminate();
      other.socket.close();
    }));

  it("sends what is no WebSocket, or frames that are none", () =>
    serving({}, async (url, sessions) => {
      const other = await Client.connect(url);
      const { port } = new URL(url);
      const socket = connect(Number(port), "127.0.0.1").on("error", () => {});
      socket.write(
        "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
      );
      await once(socket, "data");
      socket.write(Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 1, 2, 3]));
      await once(socket, "close");
      const plain = connect(Number(port), "127.0.0.1").on("error", () => {});
      plain.write("\0\0 this is not HTTP\r\n\r\n");
      plain.resume();
      await once(plain, "close");
      expect(await plays(other)).toBe(true);
      await until(() => sessions() === 1);
      other.socket.close();
    }));

  it("vanishes within a game", () =>
    serving({}, async (url, sessions) => {
      const [gone, other] = [await Client.connect(url), await Client.connect(url)];
      await gone.reset({});
      gone.socket.terminate();
      await until(() => sessions() === 1);
      expect(await plays(other)).toBe(true);
      other.socket.close();
    }));

  it("sends pings without reading the answers", () =>
    serving({}, async (url) => {
      const [pinging, other] = [await Client.connect(url), await Client.connect(url)];
      let pongs = 0;
      pinging.socket.on("pong", () => pongs++);
      for (let i = 0; i < 2000; i++) pinging.socket.ping("x".repeat(100));
      expect(await plays(other)).toBe(true);
      await until(() => pongs > 0);
      expect(pongs).toBeLessThan(1000);
      pinging.socket.close();
      other.socket.close();
    }));
});

describe("the limits", () => {
  it("refuse a message that is too long, and sessions beyond the last", () =>
    serving({ maxMessage: 1000, maxSessions: 2 }, async (url, sessions) => {
      const [long, other] = [await Client.connect(url), await Client.connect(url)];
      const third = await Client.connect(url);
      expect((await third.next()).data.code).toBe("CAPACITY_REACHED");
      expect(await third.closed()).toBe(1013);
      long.socket.send("x".repeat(1001));
      expect(await long.closed()).toBe(1009);
      await until(() => sessions() === 1);
      const next = await Client.connect(url);
      expect([await plays(next), await plays(other)]).toEqual([true, true]);
      next.socket.close();
      other.socket.close();
    }));

  it("end a session that is idle, whatever it asks for, and not one that moves", () =>
    serving({ idleMs: 300 }, async (url) => {
      const [idle, busy] = [await Client.connect(url), await Client.connect(url)];
      const asking = setInterval(() => idle.socket.send('{"type":"state"}'), 50);
      const moving = setInterval(() => busy.socket.send('{"type":"reset"}'), 50);
      const closed = idle.closed();
      let last = await idle.next();
      while (last.type === "state") last = await idle.next();
      clearInterval(asking);
      expect(last.data).toMatchObject({ code: "SESSION_ERROR" });
      expect(await closed).toBe(1013);
      clearInterval(moving);
      expect(busy.socket.readyState).toBe(busy.socket.OPEN);
      busy.socket.close();
    }));

  it("let nobody in without the token, where there is one, nor pages of other sites where there is none", async () => {
    await serving({ token: "open sesame" }, async (url) => {
      await expect(Client.connect(url)).rejects.toThrow("401");
      await expect(Client.connect(url, { authorization: "Bearer open" })).rejects.toThrow("401");
      expect((await fetch(`${url}/schema`)).status).toBe(401);
      expect((await fetch(`${url}/health`)).status).toBe(200);
      const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;
      const passwords = ["", ":", "any:", "open sesame", "any:open", ":open sesam", "open sesame:any"].map(basic);
      for (const authorization of [
        ...passwords,
        "open sesame",
        "Basic",
        "Basic open sesame",
        "Bearer",
        `Bearer ${basic(":open sesame")}`,
      ]) {
        await expect(Client.connect(url, { authorization }), authorization).rejects.toThrow("401");
      }
      const right = ["Bearer open sesame", "bearer  open sesame", basic("any:open sesame"), basic(":open sesame")];
      for (const authorization of right) {
        const client = await Client.connect(url, { authorization });
        expect(await plays(client)).toBe(true);
        client.socket.close();
        expect((await fetch(`${url}/schema`, { headers: { authorization } })).status).toBe(200);
      }
      // As the password of an address, as verifiers sends it.
      const client = await Client.connect(url.replace("//", "//spiral:open%20sesame@"));
      expect(await plays(client)).toBe(true);
      client.socket.close();
      // A browser sends the password that it knows for pages of other sites too.
      const origin = "https://example.com";
      await expect(Client.connect(url, { origin, authorization: basic("any:open sesame") })).rejects.toThrow("403");
    });
    await serving({}, async (url) => {
      await expect(Client.connect(url, { origin: "https://example.com" })).rejects.toThrow("403");
    });
  });
});

describe("the end", () => {
  it("lets games end that have begun, and lets no more begin", async () => {
    const server = await served(offer);
    const [playing, waiting] = [await Client.connect(server.url), await Client.connect(server.url)];
    await plays(waiting);
    await playing.reset({ seed: 1, seat: 0 });
    const [ended, closed] = [server.drain(), waiting.closed()];
    expect(await closed).toBe(1001);
    await expect(Client.connect(server.url)).rejects.toThrow();
    const over = playing.closed();
    expect((await playing.step("[bet]")).data.done).toBe(true);
    expect(await over).toBe(1001);
    await ended;
    expect(server.sessions()).toBe(0);
  });

  it("begins no game in place of one that is abandoned", async () => {
    const server = await served(offer);
    const client = await Client.connect(server.url);
    await client.reset({ seed: 1, seat: 0 });
    const ended = server.drain();
    expect((await client.reset({})).data.code).toBe("CAPACITY_REACHED");
    client.socket.close();
    await ended;
  });
});

describe("a server", () => {
  it("says what is in the way of listening", async () => {
    await serving({}, async (url) => {
      const port = Number(new URL(url).port);
      await expect(served(offer, { port })).rejects.toThrow(/in use\. Take another --port/);
      await expect(served(offer, { port, host: "192.0.2.1" })).rejects.toThrow(UserError);
    });
  });

  it("tells the client where its opponent fails, and hides what is its own fault", async () => {
    const failing = (error: Error): AskedPlayer => ({
      ...{ kind: "asked", name: error.message, plays: () => true },
      choose: () => Promise.reject(error),
    });
    const faults: unknown[] = [];
    const players = [failing(new UserError(1, "no credit")), failing(new Error("secret"))];
    const server = await serve(offerOf(["kuhn"], players), {
      ...{ host: "127.0.0.1", port: 0, maxSessions: 5, maxMessage: 1000, idleMs: 60_000, retries: 0 },
      fault: (error) => faults.push(error),
    });
    const client = await Client.connect(server.url);
    const { data: known } = await client.reset({ seat: 1 });
    expect(known).toEqual({ code: "EXECUTION_ERROR", message: "The opponent cannot go on: no credit" });
    const { data: unknown } = await client.reset({ seat: 1, opponent: "secret" });
    expect(unknown.message).not.toContain("secret");
    expect(faults).toEqual([new Error("secret")]);
    client.socket.close();
    await server.drain();
  });
});
