/** Every reader of files and answers, with the real files that are mutated for it and what must hold of what it reads. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { toSnapshot } from "../../src/cli/open/checkpoint-contents.ts";
import { listedRuns, runContents } from "../../src/cli/open/run-contents.ts";
import { gameIds } from "../../src/games/registry.ts";
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
import { readCheckpoint, readRunConfig } from "../../src/run/read.ts";
import { UserError } from "../../src/util/errors.ts";
import type { Target } from "./campaign.ts";
import { messages } from "./message-targets.ts";
import { must } from "./must.ts";
import { mutate, mutateTensors } from "./mutate.ts";
import { randomEpisodes } from "./sample-games.ts";
import { type SampleRun, sampleRun } from "./sample-run.ts";
import { answers, configs, tournaments } from "./setting-targets.ts";

const QUIET = (): void => {};

/** All targets. Their files are in `folder`, which is new. */
export function targetsIn(folder: string): Target[] {
  const run = sampleRun(join(folder, "runs"));
  return [
    ...logs(folder),
    ...filesOf(run, join(folder, "runs")),
    ...tensors(run),
    ...configs(folder),
    ...tournaments(folder),
    messages,
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
