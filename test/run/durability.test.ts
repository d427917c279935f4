/** What a run directory keeps if its process is killed at any instant, or if somebody deletes it meanwhile. */
import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { isFinished } from "../../src/run/ablation.ts";
import { evaluatedCost } from "../../src/run/best.ts";
import { latestName, removeLatest, resolveRun } from "../../src/run/directory.ts";
import { sweepLeftovers } from "../../src/run/leftovers.ts";
import { readManifest } from "../../src/run/manifest.ts";
import { createRun, resumeRun } from "../../src/run/run.ts";
import { sealRun } from "../../src/run/seal.ts";
import { statusOf } from "../../src/run/status.ts";
import { thinned } from "../../src/run/thinning.ts";
import type { RunWriter } from "../../src/run/writer.ts";
import { UserError } from "../../src/util/errors.ts";

const UPDATES = 20;
/** No process has this id. */
const GONE = 999_999_999;
let parent = "";
beforeEach(() => {
  parent = join(mkdtempSync(join(tmpdir(), "spiral-durable-")), "runs");
});

const configOf = () => loadConfig({ sets: [`run.dir=${parent}`, `updates=${UPDATES}`] }).config;
const start = (name = "a"): RunWriter => createRun({ config: configOf(), name, argv: ["train"], backend: "js" });
const dirOf = (name = "a"): string => join(parent, name);

/** Writes metrics, an episode and, at every tenth update, a checkpoint. */
function train(writer: RunWriter, from: number, to: number): void {
  for (let update = from; update <= to; update++) {
    writer.metrics({ update });
    writer.episodes([`episode of ${update}`]);
    if (update % 10 === 0)
      writer.checkpoint(update, { "model.safetensors": new Uint8Array(9).fill(update) }, { update });
  }
}

/** Leaves a run as `kill -9` would, but for the lock, whose process would be gone: its manifest says that it is running. */
function kill(writer: RunWriter): void {
  const manifest = readFileSync(join(writer.dir, "manifest.json"));
  writer.finish("failed");
  writeFileSync(join(writer.dir, "manifest.json"), manifest);
}

function failure(action: () => unknown): UserError {
  try {
    action();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error("expected a UserError");
}

describe("a run that was killed", () => {
  it("after its last checkpoint is finished, whatever its manifest says, and goes on to its end", () => {
    const writer = start();
    train(writer, 1, UPDATES);
    kill(writer);
    expect(readManifest(dirOf()).status).toBe("running");
    expect(statusOf(dirOf(), readManifest(dirOf()))).toBe("finished");
    expect(isFinished(parent, "a")).toBe(true);
    expect(failure(() => start()).message).toMatch(/It is finished\. Take another --name, or delete/);
    const resumed = resumeRun(resolveRun("a", parent));
    expect(resumed.checkpoint?.update).toBe(UPDATES);
    // While a process writes it, it is what its manifest says.
    expect(isFinished(parent, "a")).toBe(false);
    resumed.writer.finish("finished");
    expect(readManifest(dirOf()).status).toBe("finished");
    expect(failure(() => resumeRun(resolveRun("a", parent))).message).toMatch(/is complete/);
  });

  it("after its last checkpoint is ended in its place: no lock, no leftovers, finished in its manifest", () => {
    const writer = start();
    train(writer, 1, UPDATES);
    kill(writer);
    const [lock, temporary] = [join(dirOf(), "lock"), join(dirOf(), `.manifest.json.${GONE}.tmp`)];
    writeFileSync(lock, `{"pid":${GONE},"host":${JSON.stringify(hostname())},"start":"1"}\n`);
    writeFileSync(temporary, "{");
    sealRun(dirOf());
    expect([existsSync(lock), existsSync(temporary)]).toEqual([false, false]);
    expect(readManifest(dirOf()).status).toBe("finished");
  });

  it("before its last checkpoint is stopped", () => {
    const writer = start();
    train(writer, 1, 15);
    kill(writer);
    expect(statusOf(dirOf(), readManifest(dirOf()))).toBe("stopped");
    expect(isFinished(parent, "a")).toBe(false);
  });

  it("before its first checkpoint begins again", () => {
    const writer = start();
    train(writer, 1, 7);
    writer.evaluation(0, { update: 0 });
    // Its first checkpoint is in its place, and not listed yet.
    mkdirSync(join(dirOf(), "checkpoints", "000010"), { recursive: true });
    kill(writer);
    const { writer: again, checkpoint, config } = resumeRun(resolveRun("a", parent));
    expect([checkpoint, config.updates]).toEqual([undefined, UPDATES]);
    train(again, 1, 10);
    again.finish("interrupted");
    expect(readFileSync(join(dirOf(), "episodes.jsonl"), "utf8").split("\n")).toHaveLength(11);
    expect(readdirSync(join(dirOf(), "eval"))).toEqual([]);
    expect(readdirSync(join(dirOf(), "checkpoints"))).toEqual(["000010"]);
  });

  it("does not begin again if only its list of checkpoints is gone", () => {
    const writer = start();
    train(writer, 1, UPDATES);
    kill(writer);
    rmSync(join(dirOf(), "checkpoints.jsonl"));
    const error = failure(() => resumeRun(resolveRun("a", parent)));
    expect([error.exitCode, error.message]).toEqual([3, expect.stringMatching(/missing or empty.*000010, 000020/)]);
    expect(readdirSync(join(dirOf(), "checkpoints"))).toEqual(["000010", "000020"]);
  });

  it("before its manifest was written leaves its name free", () => {
    for (const files of [[], ["lock"], [`.config.yaml.${GONE}.tmp`], ["config.yaml", `.manifest.json.${GONE}.tmp`]]) {
      mkdirSync(dirOf(), { recursive: true });
      for (const file of files) writeFileSync(join(dirOf(), file), "{");
      start().finish("finished");
      expect(readdirSync(dirOf()).filter((name) => name.startsWith(".") || name === "lock")).toEqual([]);
      rmSync(dirOf(), { recursive: true });
    }
    mkdirSync(dirOf());
    writeFileSync(join(dirOf(), "thesis.txt"), "");
    expect(failure(() => start()).message).toMatch(
      /There is a folder .* already, which is no run\. Take another --name\./,
    );
    expect(readdirSync(dirOf())).toEqual(["thesis.txt"]);
  });

  it("leaves files that are removed when it is resumed", () => {
    const writer = start();
    train(writer, 1, 10);
    kill(writer);
    const left = [`.checkpoints.jsonl.${GONE}.tmp`, `.manifest.json.${GONE}.tmp`, `lock.${GONE}.stale`];
    const kept = ["notes.tmp", ".hidden"];
    for (const name of [...left, ...kept]) writeFileSync(join(dirOf(), name), "");
    resumeRun(resolveRun("a", parent)).writer.finish("interrupted");
    const names = readdirSync(dirOf());
    expect([left.filter((name) => names.includes(name)), kept.filter((name) => names.includes(name))]).toEqual([
      [],
      kept,
    ]);
  });

  it("leaves files that are kept while their process lives and may need them", () => {
    const folder = mkdtempSync(join(tmpdir(), "spiral-durable-"));
    for (const name of [`.a.json.${process.ppid}.tmp`, `lock.${process.ppid}.stale`])
      writeFileSync(join(folder, name), "");
    sweepLeftovers(folder, { isLocked: false });
    expect(readdirSync(folder)).toHaveLength(2);
    sweepLeftovers(folder, { isLocked: true });
    expect(readdirSync(folder)).toEqual([`lock.${process.ppid}.stale`]);
  });

  it("removes the folder of a run that a process was putting in place", () => {
    const folder = mkdtempSync(join(tmpdir(), "spiral-durable-"));
    mkdirSync(join(folder, ".a_s1.4194305.tmp", "checkpoints"), { recursive: true });
    sweepLeftovers(folder, { isLocked: false });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("a run whose files vanish while it is trained", () => {
  const gone = /^Cannot write .*: (the file or its folder was deleted or moved meanwhile|no such file or folder)\.$/;

  it.each<[string, () => void]>([
    ["the folder, deleted", () => rmSync(dirOf(), { recursive: true })],
    ["the folder, moved", () => renameSync(dirOf(), dirOf("b"))],
    ["metrics.csv", () => rmSync(join(dirOf(), "metrics.csv"))],
    ["metrics.jsonl", () => rmSync(join(dirOf(), "metrics.jsonl"))],
    [
      "episodes.jsonl, replaced",
      () => {
        rmSync(join(dirOf(), "episodes.jsonl"));
        writeFileSync(join(dirOf(), "episodes.jsonl"), "");
      },
    ],
    ["checkpoints.jsonl", () => rmSync(join(dirOf(), "checkpoints.jsonl"))],
    ["log.jsonl", () => rmSync(join(dirOf(), "log.jsonl"))],
  ])("%s: an error, and nothing is made anew", (what, vanish) => {
    const writer = start();
    train(writer, 1, 10);
    vanish();
    const before = existsSync(dirOf()) ? readdirSync(dirOf()) : undefined;
    const error = failure(() => {
      train(writer, 11, UPDATES);
      writer.log({}, "finished");
      writer.finish("finished");
    });
    expect([error.exitCode, error.message]).toEqual([1, expect.stringMatching(gone)]);
    writer.finish("failed");
    const after = existsSync(dirOf()) ? readdirSync(dirOf()) : undefined;
    expect(after).toEqual(before?.filter((name) => name !== "lock"));
    if (what.startsWith("the folder")) expect(after).toBeUndefined();
  });

  it("is noticed before the run counts as finished, even if nothing else is written", () => {
    const writer = start();
    train(writer, 1, UPDATES);
    rmSync(dirOf(), { recursive: true });
    expect(failure(() => writer.finish("finished")).message).toMatch(gone);
    const other = start("b");
    rmSync(dirOf("b"), { recursive: true });
    expect(failure(() => other.evaluation(0, {})).message).toMatch(gone);
    expect(existsSync(dirOf("b"))).toBe(false);
  });
});

describe("run.keepCheckpoints", () => {
  const entriesOf = (updates: readonly number[]) =>
    updates.map((update) => ({ update, state: "", offsets: { metrics: 0, episodes: 0 } }));
  const kept = (updates: readonly number[], most: number, cost: (update: number) => number | undefined) =>
    thinned(entriesOf(updates), most, cost).map(({ update }) => update);

  it("keeps the best and the last, and spreads the others over the run", () => {
    const costs = new Map([
      [30, 1],
      [50, 0.1],
      [80, 0.1],
    ]);
    const all = [10, 20, 30, 40, 50, 60, 70, 80, 90];
    expect(kept(all, 9, (update) => costs.get(update))).toEqual(all);
    expect(kept(all, 4, (update) => costs.get(update))).toEqual([20, 50, 70, 90]);
    expect(kept(all, 2, (update) => costs.get(update))).toEqual([50, 90]);
    expect(kept([10], 2, () => undefined)).toEqual([10]);
    expect(kept(all, 2, () => undefined)).toEqual([10, 90]);
  });

  it("takes a damaged evaluation for none", () => {
    const run = start();
    run.evaluation(10, { games: { kuhn: { nashConv: 0.25 } } });
    run.evaluation(20, { games: { kuhn: { nashConv: 0.5 } } });
    writeFileSync(join(run.dir, "eval", "000020.json"), "{");
    expect([10, 20, 30].map(evaluatedCost(run.dir))).toEqual([0.25, undefined, undefined]);
    run.finish("finished");
  });

  it("leaves the same files in a run that was killed, and in one that was not", () => {
    const configured = { ...configOf(), updates: 80 };
    const config = { ...configured, run: { ...configured.run, keepCheckpoints: 3 } };
    const begin = (name: string) => createRun({ config, name, argv: [], backend: "js" });
    const part = (writer: RunWriter, from: number, to: number): void => {
      for (let update = from; update <= to; update += 10) {
        writer.evaluation(update, { update, games: { kuhn: { nashConv: Math.abs(update - 30) } } });
        train(writer, update - 9, update);
      }
    };
    const whole = begin("whole");
    part(whole, 10, 80);
    whole.finish("finished");
    const killed = begin("killed");
    part(killed, 10, 40);
    train(killed, 41, 47);
    killed.checkpoint(47, {}, {}, { temporary: true });
    kill(killed);
    const { writer } = resumeRun(resolveRun("killed", parent));
    train(writer, 48, 49);
    writer.evaluation(50, { update: 50, games: { kuhn: { nashConv: 20 } } });
    train(writer, 50, 50);
    part(writer, 60, 80);
    writer.finish("finished");
    const left = (name: string) => readdirSync(join(dirOf(name), "checkpoints")).sort();
    expect(left("whole")).toHaveLength(3);
    expect(left("whole")).toEqual(expect.arrayContaining(["000030", "000080"]));
    expect(left("killed")).toEqual(left("whole"));
    expect(readFileSync(join(dirOf("killed"), "checkpoints.jsonl"), "utf8")).toBe(
      readFileSync(join(dirOf("whole"), "checkpoints.jsonl"), "utf8"),
    );
  });
});

describe("latest", () => {
  const warned = (spec?: string): [string, string[]] => {
    const warnings: string[] = [];
    return [resolveRun(spec, parent, (message) => warnings.push(message)).name, warnings];
  };
  /** `z` was started before `b`. */
  beforeEach(() => {
    for (const [name, day] of [
      ["z", "01"],
      ["b", "02"],
    ] as const) {
      start(name).finish("finished");
      const path = join(dirOf(name), "manifest.json");
      writeFileSync(
        path,
        readFileSync(path, "utf8").replace(/"started": "[^"]*"/, `"started": "2026-01-${day}T00:00:00.000Z"`),
      );
    }
    rmSync(join(parent, "latest"));
  });

  it("that points at no run is the run that was started last, with a warning", () => {
    symlinkSync("gone", join(parent, "latest"), "dir");
    expect(warned()).toEqual([
      "b",
      [expect.stringMatching(/latest points at "gone", which is no run there\. The newest is b\./)],
    ]);
    expect(warned("z")).toEqual(["z", []]);
  });

  it("is mended by the newest run when it goes on, as after a kill before the link was made, and by no older one", () => {
    start("c").finish("interrupted");
    resumeRun(resolveRun("c", parent)).writer.finish("interrupted");
    expect(latestName(parent)).toBe("c");
    for (const target of ["z", undefined]) {
      rmSync(join(parent, "latest"));
      if (target) symlinkSync(target, join(parent, "latest"), "dir");
      resumeRun(resolveRun("c", parent)).writer.finish("interrupted");
      expect(latestName(parent)).toBe("c");
    }
    start("d").finish("interrupted");
    resumeRun(resolveRun("c", parent)).writer.finish("interrupted");
    expect(latestName(parent)).toBe("d");
  });

  it("that is missing, or a folder, is the run that was started last", () => {
    expect(warned()).toEqual(["b", []]);
    cpSync(dirOf("z"), join(parent, "latest"), { recursive: true });
    expect(warned()).toEqual(["b", []]);
    removeLatest(parent);
    expect(existsSync(join(parent, "latest"))).toBe(true);
  });

  it.skipIf(process.platform === "win32")("that is a FIFO is not read, and is replaced by the next run", () => {
    spawnSync("sh", ["-c", `mkfifo "${join(parent, "latest")}"`]);
    expect(warned()).toEqual(["b", []]);
    start("c").finish("finished");
    expect(latestName(parent)).toBe("c");
    removeLatest(parent);
    expect(existsSync(join(parent, "latest"))).toBe(false);
  });
});
