/** The server of `spiral view`: what it serves of a run that goes on, and what it refuses. */
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import type { LiveContents, LiveState, PageEpisode } from "../../src/page/contents.ts";
import { livePage } from "../../src/page/html.ts";
import { type PackedList, unpackList } from "../../src/page/listed.ts";
import { liveRun } from "../../src/page/live/live-folder.ts";
import { type PageServer, servePage } from "../../src/page/live/server.ts";
import { type Episode, formatEpisode } from "../../src/record/episode.ts";
import { createRun } from "../../src/run/run.ts";
import type { RunWriter } from "../../src/run/writer.ts";

const PAGE = livePage("a run", { script: "1", style: "p{}" });
const WEIGHTS = new Uint8Array([1, 2, 3]);
const HOSTILE = "</script><script>alert(1)</script>\u202e";
const episode = (index: number, more: Partial<Episode> = {}): Episode => ({
  ...{ game: "kuhn", version: 1, update: 1, index, players: ["learner", "learner"] as const },
  ...{ actions: [5, 1, 1], returns: [2, -2] as const },
  ...more,
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** The path goes as it is, which `fetch` would tidy up. */
const ask = (port: number, path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path, method, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part) => {
        text += part;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    sent.on("error", reject).end();
  });

/** A run that is being written. */
let writer: RunWriter;
let server: PageServer;
const ours = (path: string) => ask(server.port, path);
const json = async <T>(path: string): Promise<T> => JSON.parse((await ours(path)).text) as T;

beforeAll(async () => {
  const parent = mkdtempSync(join(tmpdir(), "spiral-view-"));
  const { config } = loadConfig({ sets: [`run.dir=${parent}`, "games=kuhn"] });
  writer = createRun({ config, name: "followed", argv: ["train"], backend: "js" });
  writer.metrics({ update: 0, episodes: 0, decisions: 0, seconds: 0, evaluation: { kuhn: { nashConv: 0.9 } } });
  writer.episodes([formatEpisode(episode(0)), formatEpisode(episode(1, { players: [HOSTILE.slice(0, 30), "nash"] }))]);
  writer.checkpoint(1, { "model.safetensors": WEIGHTS }, {});
  const run = liveRun({ dir: writer.dir, name: writer.name });
  server = await servePage({ page: PAGE, overview: run, run: (key) => (key === "a" ? run : undefined), every: 5 }, 0);
});
afterAll(async () => {
  await server.close();
  writer.finish("finished");
});

describe("what is served", () => {
  it("is the page, with a policy that allows its own program and this server alone", async () => {
    const { status, headers, text } = await ours("/");
    expect([status, text]).toEqual([200, PAGE.html]);
    expect(headers["content-security-policy"]).toMatch(
      /^default-src 'none'; script-src 'sha256-.*'; .*connect-src 'self'; frame-ancestors 'none'$/,
    );
    expect(headers).toMatchObject({ "x-content-type-options": "nosniff", "cache-control": "no-store" });
  });

  it("is the run piece by piece: contents, checkpoints, the list of games, and each game", async () => {
    const contents = await json<LiveContents>("/contents.json");
    expect(contents).toMatchObject({ title: "followed", games: ["kuhn"], updates: [1], checkpoints: [], episodes: [] });
    expect(Object.fromEntries(contents.facts).status).toBe("running, after update 0");
    expect(await json("/contents.json?run=a")).toEqual(contents);
    expect(await json("/checkpoint/1.json")).toEqual({ update: 1, weights: "AQID" });
    const games = unpackList(await json<PackedList>("/games.json?from=1&to=9"));
    expect(games).toMatchObject([{ line: 2, index: 1, plies: 3, players: [HOSTILE.slice(0, 30), "nash"] }]);
    expect(await json<PageEpisode>("/game/2.json")).toMatchObject({ line: 2, index: 1, actions: [5, 1, 1] });
  });

  it("tells at once what there is, and again whenever something is added", async () => {
    const states: LiveState[] = [];
    const wanted = (done: (state: LiveState) => boolean): Promise<void> =>
      new Promise((resolve, reject) => {
        const sent = request({ host: "127.0.0.1", port: server.port, path: "/events" }, (response) => {
          expect(response.headers["content-type"]).toContain("text/event-stream");
          let rest = "";
          response.setEncoding("utf8").on("data", (part: string) => {
            const events = (rest + part).split("\n\n");
            rest = events.pop() ?? "";
            states.push(...events.map((event) => JSON.parse(event.replace("data: ", "")) as LiveState));
            if (!states.some(done)) return;
            sent.destroy();
            resolve();
          });
        });
        sent.on("error", reject).end();
        writer.metrics({ update: 1, episodes: 1, decisions: 9, seconds: 1 });
        writer.episodes([formatEpisode(episode(2))]);
        writer.checkpoint(2, { "model.safetensors": WEIGHTS }, {});
      });
    const { mark } = await json<LiveContents>("/contents.json");
    await wanted(({ games, contents }) => games === 3 && contents !== mark);
    const { updates, metrics } = await json<LiveContents>("/contents.json");
    expect([updates, metrics.map(({ update }) => update)]).toEqual([
      [1, 2],
      [0, 1],
    ]);
    expect(states.length).toBeGreaterThan(0);
  });
});

describe("what is refused", () => {
  it.each(["example.org", `example.org:80`, "127.0.0.1.example.org", "localhost.example.org:4680", "192.168.0.1"])(
    "the host name %j, as it would be of a name that was made to point here",
    async (host) => {
      for (const path of ["/", "/contents.json", "/game/1.json", "/events"]) {
        const { status, text } = await ask(server.port, path, { host });
        expect([status, text]).toEqual([403, "This host name is not served.\n"]);
      }
    },
  );

  it("pages from elsewhere, whatever they ask for", async () => {
    const origins = ["https://example.org", "null", "http://localhost:1", `https://127.0.0.1:${server.port}`];
    for (const origin of origins) {
      const { status, headers } = await ask(server.port, "/contents.json", { origin });
      expect([origin, status, headers["access-control-allow-origin"]]).toEqual([origin, 403, undefined]);
    }
    const own = { origin: `http://localhost:${server.port}`, host: `localhost:${server.port}` };
    expect((await ask(server.port, "/contents.json", own)).status).toBe(200);
  });

  it.each(["POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH"])("%s", async (method) => {
    const { status, headers } = await ask(server.port, "/contents.json", {}, method);
    expect([status, headers.allow]).toEqual([405, "GET"]);
  });

  it.each([
    ...["/manifest.json", "/../manifest.json", "/checkpoint/../../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd"],
    ...["/checkpoint/..%2f..%2fmanifest.json", "//etc/passwd", "/game/1.json/..", "/game/-1.json", "/game/1e1.json"],
    ...[
      "/checkpoint/1",
      "/checkpoint/99.json",
      "/game/99.json",
      "/contents.json?run=1",
      "/contents.json?run=__proto__",
    ],
    ...["/contents.json?run=../other", "/game/0.json", "/favicon.ico", "/C:/windows", "/\\..\\x"],
  ])("%s", async (path) => {
    const { status, text } = await ours(path);
    expect(status).toBe(404);
    expect(text).not.toContain(writer.dir);
  });

  it("numbers that are none", async () => {
    expect(unpackList(await json<PackedList>("/games.json?from=-1&to=x")).length).toBeGreaterThan(1);
    expect(unpackList(await json<PackedList>("/games.json?from=5&to=2"))).toEqual([]);
  });

  it("a second server on its port, and says how to mend it", async () => {
    const again = servePage(
      { page: PAGE, overview: liveRun({ dir: writer.dir, name: "x" }), run: () => undefined, every: 5 },
      server.port,
    );
    await expect(again).rejects.toThrow(/is taken, perhaps by another spiral view.*--port 0/);
  });
});

describe("a run that is damaged", () => {
  async function withCopy(damage: (dir: string) => void, look: (port: number) => Promise<void>): Promise<void> {
    const dir = join(mkdtempSync(join(tmpdir(), "spiral-view-")), "copy");
    cpSync(writer.dir, dir, { recursive: true });
    rmSync(join(dir, "lock"), { force: true });
    damage(dir);
    const served = await servePage(
      { page: PAGE, overview: liveRun({ dir, name: "copy" }), run: () => undefined, every: 5 },
      0,
    );
    await look(served.port).finally(served.close);
  }
  /** Once the log is read. */
  const contentsAt = async (port: number): Promise<LiveContents> => {
    await ask(port, "/games.json");
    return JSON.parse((await ask(port, "/contents.json")).text) as LiveContents;
  };

  it("is shown as far as it can be, and what cannot is named", async () => {
    await withCopy(
      (dir) => {
        appendFileSync(join(dir, "episodes.jsonl"), `{"event":"login"}\n${formatEpisode(episode(9))}\n{"game":"ku`);
        appendFileSync(join(dir, "metrics.jsonl"), `${HOSTILE}\n{"update":`);
        writeFileSync(join(dir, "checkpoints/000002/model.safetensors"), "no weights");
      },
      async (port) => {
        const { notes, updates } = await contentsAt(port);
        expect(notes).toEqual([
          "1 line of the metrics could not be read.",
          "The last line of the log is torn and was left out.",
          "1 line of the log could not be read: line 4: not an episode: it does not end in a checksum.",
        ]);
        expect(updates).toEqual([1, 2]);
        const { status, text } = await ask(port, "/checkpoint/2.json");
        expect([status, text]).toEqual([404, expect.stringContaining("truncated or replaced")]);
        expect(unpackList(JSON.parse((await ask(port, "/games.json")).text)).at(-1)).toMatchObject({
          line: 5,
          index: 9,
        });
      },
    );
  });

  it("does not lead out of its folder by links", async () => {
    const secret = join(mkdtempSync(join(tmpdir(), "spiral-view-")), "secret");
    writeFileSync(secret, `${formatEpisode(episode(77))}\n`);
    await withCopy(
      (dir) => {
        rmSync(join(dir, "episodes.jsonl"));
        symlinkSync(secret, join(dir, "episodes.jsonl"));
        rmSync(join(dir, "checkpoints/000001/model.safetensors"));
        symlinkSync(
          join(writer.dir, "checkpoints/000001/model.safetensors"),
          join(dir, "checkpoints/000001/model.safetensors"),
        );
      },
      async (port) => {
        const { notes } = await contentsAt(port);
        expect(notes).toEqual([expect.stringContaining("episodes.jsonl is a link out of its folder")]);
        expect(unpackList(JSON.parse((await ask(port, "/games.json")).text))).toEqual([]);
        for (const path of ["/game/1.json", "/checkpoint/1.json"]) {
          const { status, text } = await ask(port, path);
          expect([path, status]).toEqual([path, 404]);
          expect(text).not.toContain("77");
        }
      },
    );
    await withCopy(
      (dir) => {
        const metrics = join(dir, "metrics.jsonl");
        writeFileSync(secret, readFileSync(metrics));
        rmSync(metrics);
        symlinkSync(secret, metrics);
      },
      async (port) => {
        const { status, text } = await ask(port, "/contents.json");
        expect([status, text]).toEqual([404, expect.stringContaining("metrics.jsonl is a link out of its folder")]);
      },
    );
  });
});

describe("a page that does not read", () => {
  it("is sent no more until it does, and then the newest state", async () => {
    let looks = 0;
    const state = async (): Promise<LiveState> => ({ contents: "x".repeat(1e6), games: ++looks, log: 0 });
    const run = liveRun({ dir: writer.dir, name: "x" });
    const overview = new Proxy(run, { get: (of, name) => (name === "state" ? state : Reflect.get(of, name).bind(of)) });
    const served = await servePage({ page: PAGE, overview, run: () => undefined, every: 1 }, 0);
    const received = await new Promise<number[]>((resolve, reject) => {
      const sent = request({ host: "127.0.0.1", port: served.port, path: "/events" }, (response) => {
        const numbers: number[] = [];
        // The number is at the end of an event, after a text of a million characters.
        let end = "";
        response.setEncoding("utf8").pause();
        const begin = (): void => {
          if (looks < 30) {
            setTimeout(begin, 5);
            return;
          }
          response.on("data", (part: string) => {
            const text = end + part;
            for (const [, games] of text.matchAll(/"games":(\d+),"log":0\}\n\n/g)) numbers.push(Number(games));
            end = text.endsWith("\n\n") ? "" : text.slice(-40).replace(/.*\n\n/s, "");
            if ((numbers.at(-1) ?? 0) < 30) return;
            sent.destroy();
            resolve(numbers);
          });
          response.resume();
        };
        begin();
      });
      sent.on("error", reject).end();
    }).finally(served.close);
    // What the sockets hold, far from 30 events.
    expect(received.length).toBeLessThan(15);
  });
});

describe("a game that is asked for", () => {
  it("has the advantage of a game, which the games of its batch before it lead to", async () => {
    const baselines = { "kuhn/first": 0.25, "kuhn/second": -0.5 };
    writer.metrics({ update: 9, episodes: 9, decisions: 9, seconds: 1, baselines });
    writer.episodes([0, 1].map((index) => formatEpisode(episode(index, { update: 9 }))));
    const line = unpackList(await json<PackedList>("/games.json")).find(({ update }) => update === 9)?.line ?? 0;
    expect((await json<PageEpisode>(`/game/${line}.json`)).advantages).toEqual([1.75, -1.5]);
    // 0.25 · 0.95 + 2 · 0.05 = 0.3375; −0.5 · 0.95 − 2 · 0.05 = −0.575.
    expect((await json<PageEpisode>(`/game/${line + 1}.json`)).advantages).toEqual([1.6625, -1.425]);
  });
});
