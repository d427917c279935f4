/** `spiral serve`, as typed: what it offers, what it says, and how it ends. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseEpisode } from "../../../src/record/episode.ts";
import { Client } from "../../serve/serving.ts";
import { disagreements } from "../documented.ts";
import { folder, spiral, start } from "../spiral.ts";

const dir = folder();
const token = join(dir, "token");
const log = join(dir, "games.jsonl");
let server: ReturnType<typeof start>;
let printed = "";
let url = "";

beforeAll(async () => {
  await spiral(
    dir,
    "train",
    "--games",
    "kuhn",
    "--size",
    "xs",
    "--updates",
    "2",
    "--name",
    "run",
    "--set",
    "run.checkpointEvery=1",
  );
  writeFileSync(token, "correct-horse\n");
  const vs = ["--vs", "pool:run,run@000001:greedy,mcts:sims=5,c=1,nash"];
  server = start(
    "serve",
    "--games",
    "kuhn,ttt",
    ...vs,
    "--port",
    "0",
    "--json",
    "--log",
    log,
    "--token-file",
    token,
    "--dir",
    dir,
  );
  server.stdout.on("data", (chunk) => {
    printed += chunk;
  });
  await server.line(/"url"/);
  ({ url } = JSON.parse(printed) as { url: string });
});
afterAll(() => server.kill("SIGKILL"));

describe("spiral serve", () => {
  it("offers what it is told to, and says so in one line", () => {
    expect(disagreements("json.md", "spiral serve --json", JSON.parse(printed))).toEqual([]);
    expect(JSON.parse(printed)).toMatchObject({
      games: ["kuhn", "ttt"],
      opponents: ["pool:run", "run@000001:greedy", "mcts:sims=5,c=1", "nash"],
    });
  });

  it("lets the games under way end at SIGTERM, logs them, and ends with 0", async () => {
    await expect(Client.connect(url)).rejects.toThrow("401");
    const client = await Client.connect(url, { authorization: "Bearer correct-horse" });
    const drawn = new Set<unknown>();
    for (let seed = 0; seed < 8; seed++) {
      await client.reset({ game: "kuhn", seed, opponent: "pool:run" });
      drawn.add((await client.send('{"type":"state"}')).data.opponent);
    }
    expect([...drawn].sort()).toEqual(["run@000001", "run@000002"]);
    let { data } = await client.reset({ game: "ttt", opponent: "mcts:sims=5,c=1", player: "me", seed: 3 });
    server.kill("SIGTERM");
    await server.line(/no more games begin/);
    while (!data.done) ({ data } = await client.step(`I take ${data.observation.legal_actions[0]}`));
    const { code, err } = await server.done;
    expect(code).toBe(0);
    expect(err).not.toContain("correct-horse");
    const [line = "", ...others] = readFileSync(log, "utf8").split("\n");
    expect(others).toEqual([""]);
    expect(parseEpisode(line)).toMatchObject({ game: "ttt", players: ["me", "mcts:sims=5,c=1"], index: 0 });
    expect(parseEpisode(line).said?.[0]).toMatchObject({ ply: 0, answers: [{ text: "I take [0]" }] });
  });

  it.each([
    [["--host", "0.0.0.0"], 2, "name a token that clients must send, by --token-file or SPIRAL_SERVE_TOKEN"],
    [["--games", "kuhm"], 2, 'Did you mean "kuhn"?'],
    [["--vs", "self"], 2, "self is always offered"],
    [["--vs", "human"], 2, "human cannot play here"],
    [["--vs", "fair", "--games", "kuhn"], 2, "fair plays none of kuhn"],
    [["--vs", "pool:run@000001"], 2, "a pool is of a whole run"],
    [["--port", "70000", "--idle", "0"], 2, "--port is"],
    [["--log", log], 2, "is there already"],
  ])("refuses %j", async (flags, exit, text) => {
    const { code, err, out } = await spiral(dir, "serve", ...flags);
    expect([code, err, out]).toEqual([exit, expect.stringContaining(text), ""]);
  });

  it("refuses a token that others would guess, or that is none", async () => {
    writeFileSync(token, "short");
    expect((await spiral(dir, "serve", "--token-file", token)).err).toContain("it takes 8 or more");
    writeFileSync(token, "\n");
    expect((await spiral(dir, "serve", "--token-file", token)).err).toContain("holds no token");
  });
});
