/** Every reader of files and answers, with the real files that are mutated for it and what must hold of what it reads. */

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { planOf } from "../../src/cli/ablation/plan.ts";
import { optionsOf } from "../../src/cli/flags/flag.ts";
import { llmFlags } from "../../src/cli/flags/llm.ts";
import { toSnapshot } from "../../src/cli/open/checkpoint-contents.ts";
import { llmSettings } from "../../src/cli/open/llm-settings.ts";
import { listedRuns, runContents } from "../../src/cli/open/run-contents.ts";
import { loadConfig } from "../../src/config/load.ts";
import { configToYaml } from "../../src/config/write.ts";
import { gameIds, getGame } from "../../src/games/registry.ts";
import { readAnswer } from "../../src/players/llm/answer.ts";
import { chatClient } from "../../src/players/llm/client.ts";
import { kind } from "../../src/policies/features/mlp.ts";
import { type Episode, formatEpisode } from "../../src/record/episode.ts";
import { formatNotation } from "../../src/record/notation.ts";
import { transcript } from "../../src/record/transcript.ts";
import { verifyEpisode } from "../../src/record/verify.ts";
import { readLog } from "../../src/replay/log.ts";
import { readResult } from "../../src/run/ablation.ts";
import { wholeCheckpoints } from "../../src/run/checkpoint-folder.ts";
import { readManifest } from "../../src/run/manifest.ts";
import { readMetrics } from "../../src/run/metrics.ts";
import { readCheckpoint, readRunConfig } from "../../src/run/run.ts";
import { openTournament } from "../../src/run/tournament.ts";
import { UserError } from "../../src/util/errors.ts";
import { Rng } from "../../src/util/rng.ts";
import type { Target } from "./campaign.ts";
import { mutate, mutateTensors } from "./mutate.ts";
import { randomEpisodes } from "./sample-games.ts";
import { type SampleRun, sampleRun } from "./sample-run.ts";

const QUIET = (): void => {};

/** Throws what is no UserError: something damaged was used. */
function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(`used in silence: ${what}`);
}

/** All targets. Their files are in `folder`, which is new. */
export function targetsIn(folder: string): Target[] {
  const run = sampleRun(join(folder, "runs"));
  return [
    ...logs(folder),
    ...filesOf(run, join(folder, "runs")),
    ...tensors(run),
    ...configs(folder),
    ...tournaments(folder),
    answers(),
  ];
}

function logs(folder: string): Target[] {
  const episodes = randomEpisodes(gameIds, 2, 3);
  const lines = episodes.map(formatEpisode);
  const known = new Set(lines);
  const path = join(folder, "games");
  const read = (bytes: Uint8Array): Episode[] => {
    writeFileSync(path, bytes);
    const entries = [...readLog(path, QUIET)];
    const found = entries.flatMap((entry) => ("episode" in entry ? entry.episode : []));
    if (found.length === 0) throw new UserError(3, "no line is an episode");
    return found;
  };
  const halves = [lines.slice(0, 8), lines.slice(8)].map((half) => Buffer.from(`${half.join("\n")}\n`));
  const games = episodes.map((episode) => Buffer.from(`${formatNotation(episode)}\n${formatNotation(episodes[0])}\n`));
  return [
    {
      name: "log",
      samples: halves,
      mutate,
      read(bytes) {
        for (const episode of read(bytes))
          must(known.has(formatEpisode(episode)), "a line whose checksum does not match");
      },
    },
    {
      name: "log with checksums made anew",
      samples: lines.map((line) => Buffer.from(line.replace(/,"check":.*/, "}"))),
      mutate,
      read(bytes) {
        let value: Episode;
        try {
          value = JSON.parse(Buffer.from(bytes).toString("utf8")) as Episode;
        } catch {
          throw new UserError(1, "not JSON");
        }
        if (typeof value !== "object" || value === null) throw new UserError(1, "no object");
        for (const episode of read(Buffer.from(`${formatEpisode(value)}\n`))) {
          const problem = verifyEpisode(episode);
          if (problem !== undefined) throw new UserError(1, problem);
          transcript(episode, "all");
          formatNotation(episode);
        }
      },
    },
    {
      name: "notation",
      samples: games,
      mutate,
      read(bytes) {
        for (const episode of read(bytes)) {
          const text = formatNotation(episode);
          const [again] = read(Buffer.from(`${text}\n`));
          must(isDeepStrictEqual(again, episode), "a game that its own text does not give again");
        }
      },
    },
  ];
}

/** The files of a run: each is mutated in its place, read by all that reads it, and put back. */
function filesOf(run: SampleRun, parent: string): Target[] {
  const original = readCheckpoint(run);
  const inPlace = (name: string, read: () => void): Target => {
    const path = join(run.dir, name);
    const whole = readFileSync(path);
    return {
      name,
      samples: [whole],
      mutate,
      read(bytes) {
        writeFileSync(path, bytes);
        try {
          read();
        } finally {
          writeFileSync(path, whole);
        }
      },
    };
  };
  const show = (): void => {
    listedRuns(parent);
    runContents(run.name, parent);
  };
  const checkpoint = (): void => {
    show();
    wholeCheckpoints(run.dir, QUIET);
    const { update, files, state } = readCheckpoint(run);
    if (update !== original.update) throw new UserError(3, "an earlier checkpoint, with a warning");
    must(isDeepStrictEqual({ files, state }, { files: original.files, state: original.state }), "a damaged checkpoint");
  };
  return [
    inPlace("manifest.json", () => {
      show();
      readManifest(run.dir);
    }),
    inPlace("metrics.jsonl", () => {
      show();
      for (const line of readMetrics(run.dir).lines) must(Number.isFinite(line.seconds + line.update), "no number");
      for (const { nashConv } of Object.values(readResult(run.dir, ".", 1).games))
        must(Number.isFinite(nashConv), "NaN");
    }),
    inPlace("eval/000020.json", show),
    inPlace("config.yaml", () => void readRunConfig(run.dir)),
    inPlace("checkpoints.jsonl", checkpoint),
    inPlace("checkpoints/000020/state.json", checkpoint),
    inPlace("checkpoints/000020/model.safetensors", checkpoint),
  ];
}

/** What a checkpoint holds, though its checksums match. */
function tensors({ config, files: { files, state } }: SampleRun): Target[] {
  const open = (changed: Partial<{ files: Record<string, Uint8Array>; state: Record<string, unknown> }>) =>
    toSnapshot({ update: 20, files, state, ...changed }, "sample", config, kind);
  const original = open({});
  return [
    ...Object.entries(files).flatMap(([name, bytes]): Target[] => {
      const read = (changed: Uint8Array): void => {
        const { learner, estimator, pool } = open({ files: { ...files, [name]: changed } });
        const arrays = [learner.weights, learner.averaged, learner.magnet, learner.optimizer.arrays, estimator.arrays];
        const all = [...arrays.flat(), ...pool.flatMap(({ weights }) => weights)];
        must(
          all.every(({ values }) => values.every(Number.isFinite)),
          "a number that is not finite",
        );
        const expected = numbersOf(changed);
        const own = name.startsWith("model") ? learner.averaged : learner.weights;
        const prefix = name.startsWith("model") ? "" : "learner.";
        for (const array of own) {
          must(
            isDeepStrictEqual(array.values, expected.get(prefix + array.name)),
            `the numbers of another than ${array.name}`,
          );
        }
        must(learner.weights.length === original.learner.weights.length, "too few tensors");
      };
      return [
        { name: `${name} with checksums made anew`, samples: [bytes], mutate, read },
        { name: `header of ${name}`, samples: [bytes], mutate: mutateTensors, read },
      ];
    }),
    {
      name: "state.json with checksums made anew",
      samples: [Buffer.from(JSON.stringify(state))],
      mutate,
      read(bytes) {
        let value: unknown;
        try {
          value = JSON.parse(Buffer.from(bytes).toString("utf8"));
        } catch {
          throw new UserError(3, "not JSON");
        }
        const { learner, estimator, pool } = open({ state: value as Record<string, unknown> });
        const numbers = [
          learner.optimizer.steps,
          ...Object.values(estimator.numbers),
          ...pool.map(({ score }) => score),
        ];
        must(numbers.every(Number.isFinite), "a number that is not finite");
      },
    },
  ];
}

/** The numbers of each tensor, read by another decoder. */
function numbersOf(file: Uint8Array): Map<string, Float32Array> {
  const bytes = Uint8Array.from(file);
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const header = JSON.parse(Buffer.from(bytes.subarray(8, 8 + length)).toString("utf8")) as Record<
    string,
    { data_offsets: [number, number] }
  >;
  const tensors = Object.entries(header).filter(([name]) => name !== "__metadata__");
  return new Map(
    tensors.map(([name, { data_offsets: offsets }]) => {
      const [from, to] = offsets.map((offset) => 8 + length + offset);
      return [name, new Float32Array(bytes.slice(from, to).buffer)] as const;
    }),
  );
}

function configs(folder: string): Target[] {
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

function tournaments(folder: string): Target[] {
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
function answers(): Target {
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
