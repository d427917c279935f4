/** Specs to players, with a run of a second among them. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type Given, optionsOf } from "../../src/cli/flags/flag.ts";
import { llmFlags } from "../../src/cli/flags/llm.ts";
import { closePlayers, openPlayers } from "../../src/cli/open/players.ts";
import { gameIds, getGame } from "../../src/games/registry.ts";
import { GameGraph, type Infoset } from "../../src/graph/game-graph.ts";
import { kernelHeap } from "../../src/nn/simd/arithmetic.ts";
import type { Player } from "../../src/players/player.ts";
import { fixedNames, MCTS_PARAMETERS } from "../../src/players/spec.ts";
import { UserError } from "../../src/util/errors.ts";
import { inOrder, says, serve } from "../players/llm/server.ts";
import { copyOf, folder, spiral } from "./spiral.ts";

let runs: string;
beforeAll(async () => {
  runs = folder();
  const tiny = ["--games", "kuhn", "--size", "xs", "--updates", "4", "--set", "run.checkpointEvery=2"];
  expect(await spiral(runs, "train", ...tiny, "--name", "tiny")).toMatchObject({ code: 0 });
}, 60_000);

afterEach(() => void vi.unstubAllEnvs());

const llm = (given: Record<string, Given>) => optionsOf(llmFlags, given);

const failure = async (...specs: string[]): Promise<UserError> => {
  const error = await openPlayers(specs, { runs, llm: llm({}) }).catch((reason: unknown) => reason);
  if (error instanceof UserError) return error;
  throw error;
};

const policyOf = (player: Player | undefined, id: string) => {
  if (player?.kind !== "policy") throw new Error("no policy");
  return player.policy(getGame(id));
};

/** Some information set of Kuhn poker. */
function decision(): Infoset {
  const infoset = new GameGraph(getGame("kuhn")).expand(1000).find((node) => node.infoset)?.infoset;
  if (!infoset) throw new Error("no decision");
  return infoset;
}

describe("openPlayers", () => {
  it("makes the fixed ones, each for the games that it plays", async () => {
    const players = await openPlayers(["random", "minimax", "nash", "fair", "random"], { runs });
    expect(players.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      "policy random",
      "policy minimax",
      "policy nash",
      "policy fair",
      "policy random",
    ]);
    expect(players[0]).not.toBe(players[4]);
    const plays = (id: string) => players.map((player) => player.plays(getGame(id)));
    expect(plays("kuhn")).toEqual([true, false, true, false, true]);
    expect(plays("ttt")).toEqual([true, true, true, false, true]);
    expect(plays("negotiation")).toEqual([true, true, true, true, true]);
    expect(policyOf(players[0], "kuhn").distributions([decision()])[0]).toEqual(new Float64Array([0.5, 0.5]));
  });

  it("makes tree search, as it is set", async () => {
    const players = await openPlayers(["mcts", "mcts:sims=30,sample=1"], { runs });
    expect(players.map(({ name }) => name)).toEqual(["mcts:sims=200", "mcts:sims=30,sample=1"]);
    expect(players.map((player) => player.plays(getGame("kuhn")) && player.plays(getGame("ttt")))).toEqual([
      true,
      true,
    ]);
    const shares = policyOf(players[1], "kuhn").distributions([decision()])[0];
    expect([...(shares ?? [])].map((share) => Math.round(share * 30) / 30)).toEqual([...(shares ?? [])]);
  });

  it("makes runs, named by their checkpoints, and lets go of their weights", async () => {
    const before = kernelHeap().held;
    const players = await openPlayers(["latest", "tiny@2", "tiny@000004:greedy", "tiny@000004", "random"], { runs });
    expect(players.map(({ name }) => name)).toEqual([
      "tiny@000004",
      "tiny@000002",
      "tiny@000004:greedy",
      "tiny@000004",
      "random",
    ]);
    expect(players[0]?.plays(getGame("kuhn"))).toBe(true);
    expect(players[0]?.plays(getGame("ttt"))).toBe(false);
    expect(() => policyOf(players[0], "ttt")).toThrow(/tiny@000004 does not play ttt\. It has learned kuhn\./);
    const [last, earlier, greedily, again] = players
      .slice(0, 4)
      .map((player) => [...(policyOf(player, "kuhn").distributions([decision()])[0] ?? [])]);
    expect(again).toEqual(last);
    expect(earlier).not.toEqual(last);
    expect([...(greedily ?? [])].sort()).toEqual([0, 1]);
    expect(kernelHeap().held).toBeGreaterThan(before);
    await closePlayers(players);
    expect(kernelHeap().held).toBe(before);
  });

  it("makes best responses to runs and to fixed players", async () => {
    const specs = ["best-response:of=tiny@2", "best-response:of=random", "best-response:of=latest@best:greedy"];
    const players = await openPlayers(specs, { runs });
    expect(players.map(({ name }) => name)).toEqual([
      "best-response:of=tiny@000002",
      "best-response:of=random",
      "best-response:of=tiny@000004:greedy",
    ]);
    const plays = (id: string) => players.map((player) => player.plays(getGame(id)));
    expect(plays("kuhn")).toEqual([true, true, true]);
    expect(plays("ttt")).toEqual([false, true, false]);
    expect(plays("connect-four")).toEqual([false, false, false]);
    expect([...(policyOf(players[0], "kuhn").distributions([decision()])[0] ?? [])].sort()).toEqual([0, 1]);
    expect(() => policyOf(players[1], "connect-four")).toThrow(/does not play connect-four, which has too many states/);
    await closePlayers(players);
    expect((await failure("best-response", "best-response:of=mcts", "best-response:of=tine")).problems).toEqual([
      '"best-response" names nobody to exploit; write best-response:of=latest.',
      '"best-response:of=mcts": best-response is of a run or of a fixed opponent, such as latest or nash.',
      expect.stringMatching(/^No run "tine"\. Did you mean "tiny"/),
    ]);
  });

  it("seats a person where the command has a place for one", async () => {
    const person: Player = { kind: "policy", name: "human", plays: () => true, policy: () => policyOf(person, "ttt") };
    expect(await openPlayers(["human"], { runs, human: () => person })).toMatchObject([
      { kind: "policy", name: "human" },
    ]);
    const two = openPlayers(["human", "random", "human"], { runs, human: () => person });
    await expect(two).rejects.toThrow("human can be named once");
    expect(await failure("human")).toMatchObject({
      exitCode: 2,
      message: expect.stringContaining("play, match and arena; human"),
    });
  });

  it("seats language models where there is an endpoint, all at the one", async () => {
    vi.stubEnv("SPIRAL_LLM_BASE_URL", "http://localhost:1/v1");
    const players = await openPlayers(["llm:a/b:free", "nash", "llm:c"], { runs, llm: llm({ llmRetries: "0" }) });
    expect(players.map(({ kind, name }) => [kind, name])).toEqual([
      ["asked", "llm:a/b:free"],
      ["policy", "nash"],
      ["asked", "llm:c"],
    ]);
    expect(gameIds.every((id) => players[0]?.plays(getGame(id)))).toBe(true);
    await closePlayers(players);
    const [wrong] = (await openPlayers(["llm:a"], { runs, llm: llm({ llmRetries: "x" }) }).catch((e) => e)).problems;
    expect(wrong).toMatch(/^--llm-retries is "x"/);
    await expect(openPlayers(["llm:a"], { runs })).rejects.toThrow(
      /Language models play in .*; llm:a cannot play here/,
    );
  });

  it("says what a model has come to when it leaves", async () => {
    const usage = { prompt_tokens: 1200, completion_tokens: 30 };
    const { url } = await serve(inOrder(says("no", { usage }), says("[bet]", { usage })));
    const [player] = await openPlayers(["llm:a"], { runs, llm: llm({ llmBaseUrl: url }) });
    if (player?.kind !== "asked") throw new Error("nobody to ask");
    await player.choose({ infoset: decision(), episode: 0, ply: 0 });
    const stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    try {
      await closePlayers([player]);
      const counts = "2 answers, 1 illegal, 1 asked for again; 2,400 tokens read, 60 written";
      expect(stderr.mock.calls).toEqual([
        [expect.stringMatching(`^llm:a: ${counts}; [\\d.]+ s an answer, 95 % within [\\d.]+ s\n$`)],
      ]);
    } finally {
      stderr.mockRestore();
    }
  });

  it("says everything that is wrong with any of them", async () => {
    vi.stubEnv("SPIRAL_LLM_BASE_URL", "");
    const { exitCode, problems } = await failure("randm", "mcts:sims=0", "llm:", "nowhere", "tiny@9", "nash");
    expect(exitCode).toBe(2);
    expect(problems).toEqual([
      expect.stringMatching(/^Unknown player "randm"\. Did you mean "random"\? Players: random, /),
      expect.stringMatching(/^mcts:sims is "0"/),
      expect.stringMatching(/names no model/),
      expect.stringMatching(/^No run "nowhere"\. Runs in .*: tiny\. Players that are no runs: spiral players$/),
      expect.stringMatching(/^tiny has no checkpoint 000009; it has 000002, 000004\.$/),
      expect.stringMatching(/^A language model needs an endpoint: set SPIRAL_LLM_BASE_URL/),
    ]);
    expect((await failure("nowhere", "tiny@9")).exitCode).toBe(3);
  });

  it("a run that cannot be loaded takes the others down without a trace", async () => {
    const damaged = copyOf(join(runs, "tiny"));
    const config = join(damaged.run, "config.yaml");
    writeFileSync(config, "games: [kuhn]\nseed: 1\nnn: { hidden: [5] }\n");
    const before = kernelHeap().held;
    const error = await failure("tiny", damaged.run, "random");
    expect(error).toMatchObject({ exitCode: 3, message: expect.stringMatching(/is not of this run's network/) });
    expect(kernelHeap().held).toBe(before);
  });
});

describe("spiral players", () => {
  it("lists everyone who can be named, and what each plays", async () => {
    const { code, out, err } = await spiral(runs, "players");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const rows = out.split("\n").map((line) => line.split(/ {2,}/));
    for (const name of fixedNames) expect(rows.map(([spec = ""]) => spec.split(/[:[]/)[0])).toContain(name);
    expect(rows.find(([spec]) => spec === "random")?.[2]).toBe("every game");
    expect(rows.find(([spec]) => spec === "fair")?.[2]).toBe("negotiation");
    expect(rows.find(([spec]) => spec === "nash")?.[2]).toMatch(/^all but .*negotiation-private/);
    for (const { name } of MCTS_PARAMETERS) expect(out).toContain(`mcts:${name}=`);
  });

  it("as JSON says the same", async () => {
    const listed = JSON.parse((await spiral(runs, "players", "--json")).out) as {
      spec: string;
      games: string[] | null;
    }[];
    for (const { spec, games } of listed) {
      const [player] = games && !/[:[]/.test(spec) ? await openPlayers([spec], { runs, human }) : [];
      if (player) expect(games).toEqual(gameIds.filter((id) => player.plays(getGame(id))));
    }
    expect(listed.find(({ spec }) => spec.startsWith("RUN"))?.games).toBeNull();
  });
});

const human = (): Player => ({ kind: "asked", name: "human", plays: () => true, choose: () => Promise.reject() });
