/** The readers of settings, of a tournament's manifest and of an endpoint's answers. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { planOf } from "../../src/cli/ablation/plan.ts";
import { optionsOf } from "../../src/cli/flags/flag.ts";
import { llmFlags } from "../../src/cli/flags/llm.ts";
import { llmSettings } from "../../src/cli/open/llm-settings.ts";
import { loadConfig } from "../../src/config/load.ts";
import { configToYaml } from "../../src/config/write.ts";
import { gameIds, getGame } from "../../src/games/registry.ts";
import { readAnswer } from "../../src/players/llm/answer.ts";
import { chatClient } from "../../src/players/llm/client.ts";
import { openTournament } from "../../src/run/tournament.ts";
import { Rng } from "../../src/util/rng.ts";
import type { Target } from "./campaign.ts";
import { must } from "./must.ts";
import { mutate } from "./mutate.ts";

const QUIET = (): void => {};

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
  const client = chatClient(
    llmSettings(optionsOf(llmFlags, { llmBaseUrl: "http://localhost:9/v1", llmAttempts: "1" }), {}),
    {
      now: () => 0,
      sleep: () => Promise.resolve(),
      warn: QUIET,
    },
  );
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
      const { fetch } = globalThis;
      globalThis.fetch = () => Promise.resolve(new Response(Uint8Array.from(bytes)));
      try {
        const { text } = await client.ask({ model: "m", messages: [{ role: "user", content: "?" }], rng: new Rng(1) });
        for (const decision of decisions) {
          const parsed = readAnswer(decision, text);
          must(!parsed.ok || decision.actions.includes(parsed.action), "a move that is not legal");
        }
      } finally {
        globalThis.fetch = fetch;
      }
    },
  };
}
