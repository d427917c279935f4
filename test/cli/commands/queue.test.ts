/** Commands with a queue, end to end: a worker of two jobs at once, and what it starts, in processes of their own, against one server. */
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasServer, startServer, type TestServer } from "../../jobs/queue/server.ts";
import { type Asked, says, sends, serve } from "../../players/llm/server.ts";
import { trainRuns } from "../ablation.ts";
import { builtSpiral, contents, folder, spiral, start } from "../spiral.ts";

const TINY = ["--games", "kuhn", "--updates", "4", "--set", "perGame.kuhn.episodes=16", "--seeds", "1"];
const GRID = ["ablate", ...TINY, "--vary", "rl.averaging=0.9,0.99", "--name", "a"];

/** The legal actions, as a request lists them. */
const actionsIn = ({ body }: Asked): string[] =>
  /available actions are: (.*)/
    .exec(body.messages.map(({ content }) => content).join("\n"))?.[1]
    ?.match(/\[[^\]]+\]/g) ?? [];

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
  let worker: ReturnType<typeof start> | undefined;
  let endpoint: Awaited<ReturnType<typeof serve>>;
  /** The number of the request that fails. */
  let failsAt = Number.NaN;
  beforeAll(async () => {
    server = await startServer();
    endpoint = await serve((response, asked, n) => {
      const reply = says(`\\boxed{${actionsIn(asked)[0]}}`, { usage: { prompt_tokens: 20, completion_tokens: 2 } });
      (n === failsAt ? sends(500, "{}") : reply)(response, asked, n);
    });
    // Not by vi.stubEnv, which a command that runs in this process takes back.
    Object.assign(process.env, { SPIRAL_LLM_BASE_URL: endpoint.url, SPIRAL_LLM_API_KEY: "a-key" });
    worker = start("worker", "--queue", server.url, "--jobs", "2");
    await worker.line(/waits for jobs/);
  });
  afterAll(async () => {
    delete process.env.SPIRAL_LLM_BASE_URL;
    delete process.env.SPIRAL_LLM_API_KEY;
    worker?.kill("SIGTERM");
    await worker?.done;
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

  it("workers ask a language model, with the key of their environment", async () => {
    const [here, there] = [folder(), folder()];
    const match = ["match", "llm:m", "nash", "--game", "kuhn", "--pairs", "3", "--json", "--log"];
    const local = JSON.parse((await spiral(here, ...match, join(here, "log"))).out);
    const askedHere = endpoint.asked.length;
    const queued = await builtSpiral(there, ...match, join(there, "log"), "--queue", server.url);
    const report = JSON.parse(queued.out);
    // The tokens and times of the workers' answers are counted here.
    expect(report.answers[0].latency.p50).toBeGreaterThan(0);
    const timeless = ({ answers: [answers], ...rest }: typeof report) => [{ ...answers, latency: 0 }, rest];
    expect(timeless(report)).toEqual(timeless(local));
    expect(readFileSync(join(there, "log"), "utf8").split("\n").sort()).toEqual(
      readFileSync(join(here, "log"), "utf8").split("\n").sort(),
    );
    expect(endpoint.asked).toHaveLength(2 * askedHere);
    expect(new Set(endpoint.asked.map(({ headers }) => headers.authorization))).toEqual(new Set(["Bearer a-key"]));

    // One answer of a block fails: the others are kept, and it alone is asked for again.
    failsAt = endpoint.asked.length + 3;
    const asked = ["llm:m", "--game", "kuhn", "--queue", server.url];
    const evaluated = ["eval", ...asked, "--samples", "2", "--llm-attempts", "1", "--llm-concurrency", "1"];
    const before = endpoint.asked.length;
    expect((await builtSpiral(there, ...evaluated, "--out", join(there, "m"))).err).toContain("for 24 answers");
    expect(endpoint.asked.length - before).toBe(25);
    const kept = readFileSync(join(there, "m/answers.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    // In the order of the questions: each information set once, then again.
    expect(kept.map(({ sample }) => sample)).toEqual([...Array(12).fill(0), ...Array(12).fill(1)]);
    expect(new Set(kept.map(({ set }) => set)).size).toBe(12);
    // In another wording too.
    const probe = ["probe", ...asked, "--vary", "order", "--samples", "1", "--sets", "1", "--out", join(there, "p")];
    expect(await builtSpiral(there, ...probe)).toMatchObject({ code: 0 });
    const [usual = [], varied = []] = endpoint.asked.slice(-2).map(actionsIn);
    expect([usual.length, varied]).toEqual([2, [...usual].reverse()]);
    const policy = ["policy", ...asked, "--samples", "2", "--out", join(there, "m"), "--json"];
    expect(JSON.parse((await builtSpiral(there, ...policy)).out).rows).toHaveLength(12);
    expect(JSON.stringify([contents(there), queued])).not.toContain("a-key");
  });

  it("a person and a file of this machine stay here", async () => {
    const dir = folder();
    const human = ["match", "human", "random", "--game", "ttt", "--queue", server.url];
    expect(await spiral(dir, ...human)).toMatchObject({
      code: 2,
      err: expect.stringContaining("leave out --queue"),
    });
    const grid = [...GRID, "--set", "nn.policy=./mine.js", "--queue", server.url];
    expect(await spiral(dir, ...grid)).toMatchObject({ code: 2 });
  });
});

it("a wrong address is said with all else that is wrong, before anything is made or asked", async () => {
  const dir = folder();
  const wrong = ["--queue", "http://x"];
  for (const args of [
    ...["eval", "policy"].map((name) => [name, "llm:m", "--llm-base-url", "http://localhost:1", "--samples", "0"]),
    ["probe", "llm:m", "--llm-base-url", "http://localhost:1", "--samples", "0", "--vary", "order"],
    ["arena", "nash", "--games", "kuhn"],
    ["match", "nash", "random", "--game", "kuhn", "--pairs", "0"],
    ["ladder", "nowhere"],
    ["ablate", "nowhere"],
  ]) {
    const { code, err } = await spiral(dir, ...args, ...wrong);
    const problems = err.split("\n").filter((line) => line.startsWith("error: "));
    expect(code, args[0]).toBe(2);
    expect(problems.length, err).toBeGreaterThan(1);
    expect(problems.at(-1)).toContain("takes the address of a NATS server");
  }
  expect(readdirSync(dir)).toEqual([]);
});

it("queue and worker need an address", async () => {
  for (const name of ["queue", "worker"]) {
    expect(await spiral("", name)).toMatchObject({ code: 2, err: expect.stringContaining("Name the queue: --queue") });
  }
});
