/** What clients of the OpenEnv protocol rely on: pages, messages, observations, rewards, errors. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseEpisode } from "../../src/record/episode.ts";
import { verifyEpisode } from "../../src/record/verify.ts";
import type { Server } from "../../src/serve/server.ts";
import { Client, fixed, offerOf, served } from "./serving.ts";

const pool = { name: "pool:run", players: [fixed("nash"), { ...fixed("random"), name: "run@000002" }] };
let server: Server;
let client: Client;
beforeAll(async () => {
  const offer = offerOf(["kuhn", "ttt", "pig"], [fixed("nash"), fixed("random")]);
  server = await served({ ...offer, opponents: [...offer.opponents, pool] });
  client = await Client.connect(server.url);
});
afterAll(async () => {
  client.socket.terminate();
  await server.drain();
});

const page = async (path: string, method = "GET") => {
  const response = await fetch(`${server.url}${path}`, { method });
  return { status: response.status, body: (await response.json()) as Record<string, Record<string, unknown>> };
};

describe("the pages", () => {
  it("are those that a validator of the protocol asks for", async () => {
    expect(await page("/health")).toEqual({ status: 200, body: { status: "healthy" } });
    const { body: openapi } = await page("/openapi.json");
    expect(openapi.info.version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(Object.keys(openapi.paths)).toEqual(expect.arrayContaining(["/reset", "/step", "/state"]));
    expect((await page("/mcp", "POST")).body.jsonrpc).toBe("2.0");
    expect((await page("/nothing")).status).toBe(404);
    expect(await page("/reset", "POST")).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining("/ws") },
    });
  });

  it("describe an action with one required field, which clients fill with what a model writes", async () => {
    const { body } = await page("/schema");
    expect(body.action.required).toEqual(["message"]);
    expect(Object.keys(body)).toEqual(["action", "observation", "state"]);
  });

  it("name the games and who plays them", async () => {
    const { body } = await page("/metadata");
    expect(body.name).toBe("spiral");
    expect(body.games).toMatchObject([
      { id: "kuhn", opponents: ["nash", "random", "pool:run", "self"] },
      { id: "ttt", opponents: ["nash", "random", "pool:run", "self"] },
      { id: "pig", opponents: ["random", "self"] },
    ]);
  });
});

describe("a session", () => {
  it("plays a game: observations as text and as messages, legal actions, the reward at the end", async () => {
    const { type, data } = await client.reset({ game: "kuhn", seed: 3, seat: 0, episode_id: "mine" });
    expect(type).toBe("observation");
    expect(data).toMatchObject({ reward: 0, done: false });
    const { prompt, messages, legal_actions, current_player_id, role } = data.observation;
    expect(prompt).toContain("Your available actions are: [check], [bet]");
    expect(messages).toEqual([{ role: "user", content: prompt }]);
    expect([legal_actions, current_player_id, role]).toEqual([["[check]", "[bet]"], 0, "first"]);
    const { data: end } = await client.step("I think that I should \\boxed{[bet]}");
    expect(end.done).toBe(true);
    const { returns = [], episode = "" } = end.observation.info;
    expect(end.reward).toBe(returns[0]);
    expect(parseEpisode(episode)).toMatchObject({ game: "kuhn", players: ["client", "nash"], returns });
    expect(verifyEpisode(parseEpisode(episode))).toBeUndefined();
    expect((await client.send('{"type":"state"}')).data).toEqual({
      ...{ episode_id: "mine", step_count: 1, game: "kuhn", seed: 3, opponent: "nash", player: "client", done: true },
    });
    expect((await client.step("[bet]")).data).toMatchObject({ code: "EXECUTION_ERROR" });
  });

  it("reads what clients make of an answer that looks like JSON", async () => {
    for (const message of [[4], 4, "4", ["4"], { cell: 4 }, "\\boxed{[4]}"]) {
      await client.reset({ game: "ttt", opponent: "self" });
      const { data } = await client.step(message);
      expect([message, data.done, data.observation.prompt.includes("X")]).toEqual([message, false, true]);
    }
    await client.reset({ game: "kuhn", opponent: "self" });
    const { data } = await client.send('{"type":"step","data":{"action":"bet"}}');
    expect(data).toMatchObject({ done: false, observation: { current_player_id: 1 } });
  });

  it("asks again as often as is wanted, and then the game is forfeited at its price", async () => {
    await client.reset({ game: "kuhn", seed: 1, retries: 1 });
    const { data: again } = await client.step("[raise]");
    expect(again).toMatchObject({ done: false, reward: 0 });
    expect(again.observation.info.illegal).toContain("[raise] is not available");
    expect(again.observation.messages.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
    const { data: end } = await client.step("");
    expect(end).toMatchObject({
      done: true,
      reward: -3,
      observation: { info: { returns: [-3, 1], forfeit: { seat: 0 } } },
    });
    await client.reset({ game: "kuhn", seed: 1, seat: 1 });
    expect((await client.step("no")).data).toMatchObject({ reward: -3, observation: { info: { returns: [1, -3] } } });
  });

  it("lets a client play both seats; returns sum to 0 but for forfeits, and the reward is that of who moved", async () => {
    for (const game of ["kuhn", "ttt", "pig"]) {
      for (let seed = 0; seed < 5; seed++) {
        let { data } = await client.reset({ game, seed, opponent: "self" });
        let mover = 0;
        for (let step = 0; !data.done; step++) {
          const { legal_actions, current_player_id } = data.observation;
          mover = current_player_id;
          const action = legal_actions[(seed + step) % legal_actions.length];
          ({ data } = await client.step(action));
        }
        const [first, second] = data.observation.info.returns ?? [1, 1];
        expect(first + second).toBe(0);
        expect(data.reward).toBe([first, second][mover]);
      }
    }
  });

  it("gives the same game for the same seed, and a seed of its own where none is named", async () => {
    const playOut = async (data: unknown) => {
      await client.reset(data);
      return (await client.step("[bet]")).data.observation.info.episode;
    };
    const games = new Set<unknown>();
    for (let seed = 0; seed < 8; seed++) {
      const one = await playOut({ game: "kuhn", seed });
      expect(await playOut({ game: "kuhn", seed })).toBe(one);
      games.add(one);
    }
    expect(games.size).toBeGreaterThan(3);
    const seeds: unknown[] = [];
    for (let i = 0; i < 2; i++) {
      await client.reset({});
      seeds.push((await client.send('{"type":"state"}')).data.seed);
    }
    expect(seeds[1]).toBe((seeds[0] as number) + 1);
  });

  it("draws a checkpoint of a pool by the seed", async () => {
    const names: unknown[] = [];
    for (let seed = 0; seed < 12; seed++) {
      await client.reset({ game: "kuhn", seed, opponent: "pool:run" });
      names.push((await client.send('{"type":"state"}')).data.opponent);
    }
    expect([...new Set(names)].sort()).toEqual(["nash", "run@000002"]);
    await client.reset({ game: "kuhn", seed: 0, opponent: "pool:run" });
    expect((await client.send('{"type":"state"}')).data.opponent).toBe(names[0]);
  });

  it("rewards by regret: nothing for the best action, and what a mistake gives away", async () => {
    const rewards = new Map<string, number>();
    for (let seed = 0; seed < 30; seed++) {
      let { data } = await client.reset({ game: "kuhn", seed, seat: 1, reward: "regret" });
      const [, card] = /\bcards?\b.*\b([JQK])\b/.exec(data.observation.prompt.split("\n\n").slice(2).join("\n")) ?? [];
      const [action = ""] = data.observation.legal_actions.slice(-1);
      ({ data } = await client.step(action));
      rewards.set(`${card}${action}`, data.reward + 0);
    }
    // The first player of this equilibrium checks every card, and calls with K and with one Q in three. So a bet with J gains
    // as often as it loses, one with Q meets K only, for 1 more, and K should bet.
    expect(Object.fromEntries(rewards)).toEqual({ "J[bet]": 0, "Q[bet]": -0.5, "K[bet]": 0 });
  });
});

describe("what is wrong", () => {
  it.each([
    ["no JSON", "{", "INVALID_JSON"],
    ["another type", '{"type":"dance"}', "UNKNOWN_TYPE"],
    ["no type", "{}", "UNKNOWN_TYPE"],
    ["a list", "[]", "VALIDATION_ERROR"],
    ["a step that is no object", '{"type":"step","data":3}', "EXECUTION_ERROR"],
    ["an unknown field", '{"type":"reset","data":{"gaem":"ttt"}}', "VALIDATION_ERROR"],
    ["an unknown game", '{"type":"reset","data":{"game":"kuhm"}}', "VALIDATION_ERROR"],
    [
      "an opponent that does not play it",
      '{"type":"reset","data":{"game":"pig","opponent":"nash"}}',
      "VALIDATION_ERROR",
    ],
    ["a seat beside self", '{"type":"reset","data":{"opponent":"self","seat":1}}', "VALIDATION_ERROR"],
    ["regret where it is not known", '{"type":"reset","data":{"game":"pig","reward":"regret"}}', "VALIDATION_ERROR"],
    ["a seed below 0", '{"type":"reset","data":{"seed":-1}}', "VALIDATION_ERROR"],
  ])("is told with its code, and the session goes on: %s", async (_, text, code) => {
    const fresh = await Client.connect(server.url);
    expect(await fresh.send(text)).toMatchObject({
      type: "error",
      data: { code, message: expect.stringMatching(/\w/) },
    });
    expect((await fresh.reset({ seed: null, episode_id: null })).type).toBe("observation");
    fresh.socket.close();
  });

  it("comes with a hint", async () => {
    expect((await client.reset({ gaem: "ttt" })).data.message).toContain('Did you mean "game"?');
    expect((await client.reset({ game: "kuhm" })).data.message).toContain('Did you mean "kuhn"?');
  });
});
