/** The readers of settings, of a tournament's manifest and of an endpoint's answers. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { planOf } from "../../src/cli/ablation/plan.ts";
import { loadConfig } from "../../src/config/load.ts";
import { configToYaml } from "../../src/config/write.ts";
import { gameIds, getGame } from "../../src/games/registry.ts";
import { readAnswer } from "../../src/players/llm/answer.ts";
import { requestChat } from "../../src/players/llm/request.ts";
import type { Transport } from "../../src/players/llm/transport.ts";
import { openTournament } from "../../src/run/tournament.ts";
import { UserError } from "../../src/util/errors.ts";
import { printable } from "../../src/util/printable.ts";
import type { Target } from "./campaign.ts";
import { must } from "./must.ts";
import { mutate } from "./mutate.ts";

export function configs(folder: string): Target[] {
  const packaged = (path: string): Buffer[] =>
    readdirSync(path).flatMap((name) => (name.endsWith(".yaml") ? [readFileSync(join(path, name))] : []));
  const path = join(folder, "settings.yaml");
  const options = { games: undefined, vary: [], seeds: () => undefined, updates: undefined, set: [], name: undefined };
  return [
    {
      name: "config",
      samples: packaged("configs"),
      mutate,
      read(bytes) {
        writeFileSync(path, bytes);
        const { config } = loadConfig({ file: path });
        const again = join(folder, "again.yaml");
        writeFileSync(again, configToYaml(config));
        must(isDeepStrictEqual(loadConfig({ file: again }).config, config), "settings that are not those of the file");
      },
    },
    {
      name: "ablation",
      samples: packaged("configs/ablations"),
      mutate,
      read(bytes) {
        writeFileSync(path, bytes);
        planOf(path, options);
      },
    },
  ];
}

export function tournaments(folder: string): Target[] {
  const players = ["random", "nash"].map((name) => ({ name, identity: "" }));
  const planned = { players, games: [{ id: "kuhn", version: 1 }], pairs: 2, seed: 1, gauntlet: false };
  const dir = join(folder, "tournament");
  mkdirSync(dir);
  openTournament(dir, planned, "0").close();
  const path = join(dir, "tournament.json");
  return [
    {
      name: "tournament.json",
      samples: [readFileSync(path)],
      mutate,
      read(bytes) {
        writeFileSync(path, bytes);
        openTournament(dir, planned, "0").close();
      },
    },
  ];
}

/** Bodies of an endpoint, and the moves that are read of its answers. */
export function answers(): Target {
  const endpoint = { url: "http://localhost/v1/chat/completions", timeoutMs: 60_000, maxTokens: 100 };
  const ask = (body: string): ReturnType<typeof requestChat> => {
    const post: Transport["post"] = () => Promise.resolve({ status: 200, header: () => null, body });
    const transport = { post, close: () => {} };
    const connection = { endpoint, transport, clean: printable, usesMaxCompletionTokens: new Set<string>() };
    const request = { model: "m", messages: [{ role: "user", content: "?" } as const], logprobs: true };
    return requestChat(connection, request, new AbortController().signal);
  };
  const decisions = gameIds.map((id) => {
    const game = getGame(id);
    let state = game.initial();
    let turn = game.turn(state);
    for (; turn.kind === "chance"; turn = game.turn(state)) state = game.apply(state, turn.actions[0]);
    return { game, state, actions: turn.kind === "end" ? [] : turn.actions };
  });
  const texts = [
    "I [bet].",
    "\\boxed{[col 3]}",
    "<think>[fold]</think> so \\boxed{\\text{check}}",
    "[Offer: 1 Wood -> 2 Gold]",
  ];
  const bodies = texts.map((content) => ({
    choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }],
    usage: { prompt_tokens: 20, completion_tokens: 5 },
  }));
  return {
    name: "answer of an endpoint",
    samples: [...bodies, { error: { code: 429, message: "slow down" } }].map((body) =>
      Buffer.from(JSON.stringify(body)),
    ),
    mutate,
    async read(bytes) {
      const answer = await ask(Buffer.from(bytes).toString("utf8"));
      if ("what" in answer) throw new UserError(1, answer.what);
      for (const decision of decisions) {
        const parsed = readAnswer(decision, answer.text);
        must(!parsed.ok || decision.actions.includes(parsed.action), "a move that is not legal");
      }
    },
  };
}
