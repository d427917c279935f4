/** Commands with a queue, end to end: workers in processes of their own, against one server. */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasServer, startServer, type TestServer } from "../../jobs/queue/server.ts";
import { trainRuns } from "../ablation.ts";
import { builtSpiral, contents, folder, spiral, start } from "../spiral.ts";

const TINY = ["--games", "kuhn", "--updates", "4", "--set", "perGame.kuhn.episodes=16", "--seeds", "1"];
const GRID = ["ablate", ...TINY, "--vary", "rl.averaging=0.9,0.99", "--name", "a"];

/** The files of an ablation without what may differ: times, and the command lines of runs. */
function lasting(dir: string): Record<string, unknown> {
  const files = Object.entries(contents(dir)).filter(([path]) => !/log\.jsonl$|ablation\.md$/.test(path));
  return Object.fromEntries(
    files.map(([path, text]) => {
      if (path.endsWith("manifest.json")) {
        const { argv: _, started: __, ended: ___, ...manifest } = JSON.parse(text);
        return [path, manifest];
      }
      // The offsets of a checkpoint count the bytes of times.
      const timeless = text.replaceAll(/"seconds": ?[\d.]+|,,seconds,[\d.]+|"metrics":\d+/g, "");
      return [path, timeless];
    }),
  );
}

describe.skipIf(!hasServer)("with a queue", () => {
  let server: TestServer;
  const workers: ReturnType<typeof start>[] = [];
  beforeAll(async () => {
    server = await startServer();
    const worker = (): ReturnType<typeof start> => start("worker", "--queue", server.url, "--jobs", "1");
    workers.push(worker(), worker());
    await Promise.all(workers.map((one) => one.line(/waits for jobs/)));
  });
  afterAll(async () => {
    for (const worker of workers) worker.kill("SIGTERM");
    await Promise.all(workers.map(({ done }) => done));
    server?.stop();
  });

  it("ablate writes the same files as without", async () => {
    // In the same folder, which the settings of a run name.
    const dir = folder();
    const set = ["perGame.kuhn.episodes=16"];
    const vary = ["rl.averaging=0.9,0.99"];
    await trainRuns(join(dir, "a"), { games: "kuhn", updates: "4", set, seeds: "1", vary });
    await builtSpiral(dir, ...GRID);
    const here = lasting(dir);
    rmSync(join(dir, "a"), { recursive: true });
    const { code, out, err } = await builtSpiral(dir, ...GRID, "--queue", server.url);
    expect([code, out]).toEqual([0, readFileSync(join(dir, "a/ablation.md"), "utf8")]);
    expect(err).toMatch(/Workers at \S+ take them.*\n.*of 2 runs.*\n2 of 2 runs/);
    expect(lasting(dir)).toEqual(here);
    // A command without a queue goes on with what one with a queue has done.
    expect((await builtSpiral(dir, ...GRID)).err).toContain("2 of 2 runs are finished already");
  });

  it("arena writes the same bytes as without, also where part of it is there", async () => {
    const [here, there] = [folder(), folder()];
    const arena = ["arena", "nash", "sloppy", "random", "mcts:sims=4", "--games", "kuhn,ttt", "--pairs", "6"];
    await spiral(here, ...arena, "--out", join(here, "t"));
    const queued = [...arena, "--queue", server.url, "--out", join(there, "t")];
    expect(await builtSpiral(there, ...queued)).toMatchObject({ code: 0 });
    expect(contents(there)).toEqual(contents(here));
    expect((await builtSpiral(there, "queue", "--queue", server.url)).out).toContain("No jobs at");
  });

  it("match ends a sequential test at the same pair, and withdraws what is left", async () => {
    const [here, there] = [folder(), folder()];
    const match = ["match", "nash", "random", "--game", "ttt", "--sprt", "elo0=0,elo1=200"];
    const local = await spiral(here, ...match, "--log", join(here, "log"));
    const queued = await builtSpiral(there, ...match, "--log", join(there, "log"), "--queue", server.url);
    expect([queued.code, queued.out]).toEqual([local.code, local.out]);
    expect(contents(there)).toEqual(contents(here));
  });

  it("a person and a file of this machine stay here", async () => {
    const dir = folder();
    const human = ["match", "human", "random", "--game", "ttt", "--queue", server.url];
    expect(await builtSpiral(dir, ...human)).toMatchObject({
      code: 2,
      err: expect.stringContaining("leave out --queue"),
    });
    const grid = [...GRID, "--set", "nn.policy=./mine.js", "--queue", server.url];
    expect(await builtSpiral(dir, ...grid)).toMatchObject({ code: 2 });
  });
});

it("queue and worker need an address", async () => {
  for (const name of ["queue", "worker"]) {
    expect(await spiral("", name)).toMatchObject({ code: 2, err: expect.stringContaining("Name the queue: --queue") });
  }
});
