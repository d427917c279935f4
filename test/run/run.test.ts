import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { listCheckpoints } from "../../src/run/checkpoint.ts";
import { latestName, listRuns, resolveRun } from "../../src/run/directory.ts";
import { lockHolder, removeStale } from "../../src/run/lock.ts";
import { createRun, readCheckpoint, resumeRun } from "../../src/run/run.ts";
import type { RunWriter } from "../../src/run/writer.ts";
import { UserError } from "../../src/util/errors.ts";

let parent = "";
beforeEach(() => {
  parent = join(mkdtempSync(join(tmpdir(), "spiral-run-")), "runs");
});

const start = (name = "a"): RunWriter =>
  createRun({ config: loadConfig({ sets: [`run.dir=${parent}`] }).config, name, argv: ["train"], backend: "js" });
const bytes = (update: number): Record<string, Uint8Array> => ({
  "model.safetensors": new Uint8Array(100).fill(update),
  "optimizer.safetensors": new Uint8Array(50).fill(update + 1),
});
const at = (update: number) => ({ update, baseline: update / 7 });

/** What a trainer writes in updates `from` … `to`: metrics, an episode, and a checkpoint at every tenth. */
function train(writer: RunWriter, from: number, to: number): void {
  for (let update = from; update <= to; update++) {
    writer.metrics({ update, loss: 1 / update });
    writer.episodes([`episode of ${update}`]);
    if (update % 10 === 0) {
      writer.evaluation(update, { nashConv: 1 / update });
      writer.checkpoint(update, bytes(update), at(update));
    }
  }
}

/** Every file below a folder but those that hold times. */
function contents(dir: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (const entry of readdirSync(dir, { recursive: true, encoding: "utf8" }).sort()) {
    if (/manifest\.json|log\.jsonl/.test(entry) && !entry.includes("/")) continue;
    if (statSync(join(dir, entry)).isFile()) files[entry] = readFileSync(join(dir, entry), "latin1");
  }
  return files;
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

describe("a run", () => {
  it("leaves the files that docs/run-directory.md lists, and can be read back", () => {
    const writer = start();
    train(writer, 1, 20);
    writer.log({ update: 20 }, "saved");
    writer.finish("finished");
    const dir = join(parent, "a");
    expect(Object.keys(contents(dir))).toEqual([
      "checkpoints.jsonl",
      "checkpoints/000010/model.safetensors",
      "checkpoints/000010/optimizer.safetensors",
      "checkpoints/000010/state.json",
      "checkpoints/000020/model.safetensors",
      "checkpoints/000020/optimizer.safetensors",
      "checkpoints/000020/state.json",
      "config.yaml",
      "episodes.jsonl",
      "eval/000010.json",
      "eval/000020.json",
      "metrics.jsonl",
    ]);
    expect(JSON.parse(readFileSync(join(dir, "log.jsonl"), "utf8"))).toMatchObject({ update: 20, msg: "saved" });
    const run = resolveRun(undefined, parent);
    expect(run).toMatchObject({ name: "a", checkpoint: undefined });
    const { update, state, files, config } = readCheckpoint(run);
    expect({ update, state, files }).toEqual({ update: 20, state: at(20), files: bytes(20) });
    expect(config).toEqual(loadConfig({ sets: [`run.dir=${parent}`] }).config);
    expect(readCheckpoint(resolveRun("a@10", parent)).state).toEqual(at(10));
    expect(listRuns(parent)).toMatchObject([{ name: "a", manifest: { status: "finished", seed: 1, argv: ["train"] } }]);
  });

  it("gets a name from time, games and seed, counted up where it is taken", () => {
    const config = loadConfig({ sets: [`run.dir=${parent}`, "games=negotiation:maxQuantity=5,kuhn"] }).config;
    const names = [0, 1].map(() => {
      const writer = createRun({ config, argv: [], backend: "js" });
      writer.finish("finished");
      return writer.name;
    });
    expect(names[0]).toMatch(/^\d{4}-\d\d-\d\d_\d{4}_negotiation\.maxQuantity5-kuhn_s1$/);
    // The minute may turn between the two.
    expect(names[1] === `${names[0]}-2` || names[1]?.endsWith("_s1")).toBe(true);
    expect(new Set(names).size).toBe(2);
    expect(latestName(parent)).toBe(names[1]);
  });

  it.each(["latest", "../x", "a/b", "a@1", "", ".hidden", "a b"])("cannot be called %j", (name) => {
    expect(failure(() => start(name))).toMatchObject({ exitCode: 2 });
    expect(existsSync(join(parent, name, "manifest.json"))).toBe(false);
  });

  it("leaves its name free where it cannot be made", () => {
    const { config } = loadConfig({ sets: [`run.dir=${parent}`] });
    // No manifest can hold this backend.
    expect(() => createRun({ config, name: "a", argv: [], backend: 1n as never })).toThrow(TypeError);
    expect(existsSync(join(parent, "a"))).toBe(false);
    start("a").finish("finished");
  });

  it("cannot take the name of another", () => {
    start().finish("finished");
    expect(failure(() => start()).message).toMatch(
      /is a run "a" .* already\. It is finished\. Take another --name, or delete/,
    );
    start("b").finish("interrupted");
    expect(failure(() => start("b")).message).toMatch(/is a run "b" .* already.*--resume b/);
  });
});

describe("finding a run", () => {
  beforeEach(() => {
    for (const name of ["2026-01-01_kuhn", "2026-01-02_kuhn", "2026-02-01_ttt"]) start(name).finish("finished");
  });

  it("by name, by a beginning that is unique, by path, by latest", () => {
    expect(resolveRun("2026-01-02_kuhn", parent).name).toBe("2026-01-02_kuhn");
    expect(resolveRun("2026-02", parent).name).toBe("2026-02-01_ttt");
    expect(resolveRun(join(parent, "2026-01-01_kuhn"), "elsewhere").name).toBe("2026-01-01_kuhn");
    for (const spec of [undefined, "latest", ""]) expect(resolveRun(spec, parent).name).toBe("2026-02-01_ttt");
    expect(resolveRun("2026-02@000120", parent).checkpoint).toBe(120);
    expect(resolveRun("@120", parent)).toMatchObject({ name: "2026-02-01_ttt", checkpoint: 120 });
  });

  it("by latest where that is a text file, or points at a run that was deleted", () => {
    rmSync(join(parent, "latest"));
    writeFileSync(join(parent, "latest"), "2026-01-01_kuhn\n");
    expect(resolveRun("latest", parent).name).toBe("2026-01-01_kuhn");
    rmSync(join(parent, "2026-01-01_kuhn"), { recursive: true });
    expect(resolveRun("latest", parent).name).toBe("2026-02-01_ttt");
  });

  it("by latest where that is a folder, as runs that were copied have it; new runs say that it stays", () => {
    rmSync(join(parent, "latest"));
    cpSync(join(parent, "2026-01-01_kuhn"), join(parent, "latest"), { recursive: true });
    expect(latestName(parent)).toBeUndefined();
    expect(resolveRun("latest", parent).name).toBe("2026-02-01_ttt");
    const { config } = loadConfig({ sets: [`run.dir=${parent}`] });
    const warnings: string[] = [];
    const warn = (message: string) => warnings.push(message);
    createRun({ config, name: "z", argv: [], backend: "js", warn }).finish("finished");
    expect(warnings).toEqual([
      expect.stringMatching(/^"latest" does not point at z\. Cannot write .*a folder, not a file/),
    ]);
    expect(resolveRun("latest", parent).name).toBe("z");
  });

  it("or says what there is (exit 3)", () => {
    const said = (spec: string, dir = parent): string => {
      const error = failure(() => resolveRun(spec, dir));
      expect(error.exitCode).toBe(3);
      return error.message;
    };
    expect(said("2026-01")).toMatch(/beginning of 2 runs: 2026-01-01_kuhn, 2026-01-02_kuhn/);
    expect(said("2026-02-01_tt_")).toMatch(/Did you mean "2026-02-01_ttt"/);
    expect(said("x")).toMatch(/No run "x".*Runs in .*2026-01-01_kuhn/);
    expect(said(tmpdir())).toMatch(/is not a run/);
    expect(said("latest", join(parent, "nowhere"))).toMatch(/no run .* yet.*spiral train/);
  });
});

describe("resuming", () => {
  it("ends with the files of a run that was not interrupted, wherever it was killed", () => {
    const whole = start("whole");
    train(whole, 1, 40);
    whole.finish("finished");
    for (const [killed, torn] of [
      [10, ""],
      [17, '{"update":18,'],
      [29, "x".repeat(1000)],
    ] as const) {
      const name = `killed${killed}`;
      const writer = start(name);
      train(writer, 1, killed);
      writer.finish("failed");
      const dir = join(parent, name);
      // What a process leaves that dies while it writes.
      appendFileSync(join(dir, "metrics.jsonl"), torn);
      appendFileSync(join(dir, "episodes.jsonl"), torn);
      mkdirSync(join(dir, "checkpoints", ".000020.tmp"), { recursive: true });
      writeFileSync(join(dir, "checkpoints", ".000020.tmp", "model.safetensors"), "half");
      cpSync(join(dir, "checkpoints", "000010"), join(dir, "checkpoints", "000031"), { recursive: true });
      writeFileSync(join(dir, "eval", "000040.json"), "{");
      const { writer: again, checkpoint, warnings } = resumeRun(resolveRun(name, parent));
      expect(warnings).toEqual([]);
      expect(checkpoint).toMatchObject({
        update: Math.floor(killed / 10) * 10,
        files: bytes(Math.floor(killed / 10) * 10),
      });
      train(again, Math.floor(killed / 10) * 10 + 1, 40);
      again.finish("finished");
      const [a, b] = [contents(dir), contents(join(parent, "whole"))];
      expect(a).toEqual(b);
    }
  });

  it("forgets a checkpoint saved at an interruption as soon as the next one is whole", () => {
    const whole = start("whole");
    train(whole, 1, 30);
    whole.finish("finished");
    const writer = start();
    train(writer, 1, 13);
    writer.checkpoint(13, bytes(13), at(13), { temporary: true });
    writer.finish("interrupted");
    let resumed = resumeRun(resolveRun("a", parent));
    expect(resumed.checkpoint?.update).toBe(13);
    // Interrupted once more, before a single update, and then at another.
    resumed.writer.checkpoint(13, bytes(13), at(13), { temporary: true });
    train(resumed.writer, 14, 15);
    resumed.writer.checkpoint(15, bytes(15), at(15), { temporary: true });
    expect(listCheckpoints(join(parent, "a")).map(({ update }) => update)).toEqual([10, 15]);
    resumed.writer.finish("interrupted");
    resumed = resumeRun(resolveRun("a", parent));
    train(resumed.writer, 16, 30);
    resumed.writer.finish("finished");
    expect(contents(join(parent, "a"))).toEqual(contents(join(parent, "whole")));
  });

  it("does not make a lasting checkpoint temporary", () => {
    const writer = start();
    train(writer, 1, 10);
    writer.checkpoint(10, bytes(10), at(10), { temporary: true });
    train(writer, 11, 20);
    writer.finish("finished");
    expect(listCheckpoints(join(parent, "a")).map(({ update }) => update)).toEqual([10, 20]);
  });

  it("passes over a damaged checkpoint, with a warning", () => {
    const writer = start();
    train(writer, 1, 25);
    writer.finish("failed");
    truncateSync(join(parent, "a", "checkpoints", "000020", "model.safetensors"), 99);
    const { writer: again, checkpoint, warnings } = resumeRun(resolveRun("a", parent));
    expect(checkpoint?.update).toBe(10);
    expect(warnings).toEqual([expect.stringMatching(/000020\/model\.safetensors has 99 bytes, 100 were saved/)]);
    again.finish("interrupted");
    expect(
      readFileSync(join(parent, "a", "metrics.jsonl"), "utf8")
        .trim()
        .split("\n"),
    ).toHaveLength(10);
  });

  it("brings back a checkpoint that was being replaced", () => {
    const writer = start();
    train(writer, 1, 10);
    writer.finish("failed");
    const folder = join(parent, "a", "checkpoints");
    cpSync(join(folder, "000010"), join(folder, ".000010.old"), { recursive: true });
    rmSync(join(folder, "000010"), { recursive: true });
    expect(failure(() => readCheckpoint(resolveRun("a", parent))).exitCode).toBe(3);
    const { writer: again, checkpoint } = resumeRun(resolveRun("a", parent));
    expect(checkpoint?.update).toBe(10);
    again.finish("interrupted");
    // The new one is in its place, but we died before it was listed.
    cpSync(join(folder, "000010"), join(folder, ".000010.old"), { recursive: true });
    writeFileSync(join(folder, "000010", "state.json"), "{}");
    resumeRun(resolveRun("a", parent)).writer.finish("interrupted");
    expect(readCheckpoint(resolveRun("a", parent)).state).toEqual(at(10));
    expect(readdirSync(folder)).toEqual(["000010"]);
  });

  it("leaves alone what it did not put among the checkpoints", () => {
    const writer = start();
    train(writer, 1, 10);
    const folder = join(parent, "a", "checkpoints");
    for (const name of ["000010-best", "notes", ".git", "000011", ".000012.tmp"]) mkdirSync(join(folder, name));
    writer.finish("failed");
    resumeRun(resolveRun("a", parent)).writer.finish("interrupted");
    expect(readdirSync(folder).sort()).toEqual([".git", "000010", "000010-best", "notes"]);
  });

  it("is refused without a whole checkpoint, with a chosen one, with a metrics file that is too short", () => {
    const only = start();
    train(only, 1, 10);
    only.finish("failed");
    const run = resolveRun("a", parent);
    truncateSync(join(parent, "a", "checkpoints", "000010", "model.safetensors"), 99);
    expect(failure(() => resumeRun(run))).toMatchObject({
      exitCode: 3,
      message: expect.stringMatching(/no checkpoint/),
    });
    expect(failure(() => resumeRun({ ...run, checkpoint: 10 }))).toMatchObject({ exitCode: 2 });
    const writer = start("b");
    train(writer, 1, 10);
    writer.finish("failed");
    truncateSync(join(parent, "b", "metrics.jsonl"), 3);
    expect(failure(() => resumeRun(resolveRun("b", parent))).message).toMatch(/metrics\.jsonl has 3 bytes, fewer than/);
    // A refusal gives the lock back.
    expect(lockHolder(join(parent, "b"))).toBeUndefined();
  });
});

describe("the lock", () => {
  it("keeps a second writer out until the first is done", () => {
    const writer = start();
    train(writer, 1, 10);
    const run = resolveRun("a", parent);
    expect(failure(() => resumeRun(run)).message).toMatch(`is being written by process ${process.pid}`);
    writer.finish("interrupted");
    writer.finish("interrupted");
    resumeRun(run).writer.finish("interrupted");
    expect(existsSync(join(run.dir, "lock"))).toBe(false);
  });

  it.each([
    ["of a process that is gone", { pid: 2 ** 22 + 1, host: hostname(), start: "1" }],
    ["of another process with the same id", { pid: process.ppid, host: hostname(), start: "-1" }],
    ["of an earlier process with our own id", { pid: process.pid, host: hostname(), start: "-1" }],
    ["that is torn", '{"pid'],
    ["that is nonsense", "null"],
  ])("%s is taken over", (_what, lock) => {
    const writer = start();
    train(writer, 1, 10);
    writer.finish("failed");
    writeFileSync(join(parent, "a", "lock"), typeof lock === "string" ? lock : JSON.stringify(lock));
    resumeRun(resolveRun("a", parent)).writer.finish("interrupted");
  });

  it("that is stale is removed, and one that another process has put in its place is not", () => {
    start().finish("finished");
    const path = join(parent, "a", "lock");
    for (const [there, found, left] of [
      ["stale", "stale", []],
      ["fresh", "stale", ["lock"]],
    ] as const) {
      writeFileSync(path, there);
      removeStale(path, found);
      expect(readdirSync(join(parent, "a")).filter((name) => name.startsWith("lock"))).toEqual(left);
    }
    expect(readFileSync(path, "utf8")).toBe("fresh");
    rmSync(path);
    expect(() => removeStale(path, "stale")).not.toThrow();
  });

  it("on another machine holds", () => {
    const writer = start();
    train(writer, 1, 10);
    writer.finish("failed");
    writeFileSync(join(parent, "a", "lock"), JSON.stringify({ pid: 1, host: "elsewhere", start: "" }));
    expect(failure(() => resumeRun(resolveRun("a", parent))).message).toMatch(/on elsewhere.*delete/);
  });
});

describe("a checkpoint that is not what was saved (exit 3)", () => {
  it.each<[string, (dir: string) => void, RegExp]>([
    ["truncated", (dir) => truncateSync(join(dir, "model.safetensors"), 5), /model\.safetensors has 5 bytes, 100 were/],
    ["altered", (dir) => writeFileSync(join(dir, "model.safetensors"), "y".repeat(100)), /model.*its checksum differs/],
    ["without a file", (dir) => rmSync(join(dir, "optimizer.safetensors")), /Cannot read .*optimizer.*no such file/],
    ["without its state", (dir) => rmSync(join(dir, "state.json")), /Cannot read .*state\.json.*no such file/],
    ["with a truncated state", (dir) => truncateSync(join(dir, "state.json"), 40), /state\.json is not valid JSON/],
    ["with an empty state", (dir) => truncateSync(join(dir, "state.json"), 0), /state\.json is not valid JSON/],
    ["foreign", (dir) => writeFileSync(join(dir, "state.json"), '{"a":1}'), /is of schema undefined/],
    ["foreign, a list", (dir) => writeFileSync(join(dir, "state.json"), "[]"), /is of schema undefined/],
    [
      "of a later Spiral",
      (dir) =>
        writeFileSync(
          join(dir, "state.json"),
          readFileSync(join(dir, "state.json"), "utf8").replace('"schema": 1', '"schema": 2'),
        ),
      /is of schema 2; this Spiral reads 1/,
    ],
    [
      "with an altered state",
      (dir) =>
        writeFileSync(
          join(dir, "state.json"),
          readFileSync(join(dir, "state.json"), "utf8").replace('"baseline": 2', '"baseline": 3'),
        ),
      /state\.json is not what was saved/,
    ],
    ["gone", (dir) => rmSync(dir, { recursive: true }), /Cannot read .*state\.json/],
  ])("%s", (_what, damage, reason) => {
    const writer = start();
    train(writer, 1, 20);
    writer.finish("finished");
    damage(join(parent, "a", "checkpoints", "000020"));
    const error = failure(() => readCheckpoint(resolveRun("a", parent)));
    expect(error.exitCode).toBe(3);
    expect(error.message).toMatch(reason);
    expect(error.message).toContain("An earlier one is whole: a@000010.");
  });

  it("asked for but not there: names those that are", () => {
    const writer = start();
    train(writer, 1, 20);
    writer.finish("finished");
    expect(failure(() => readCheckpoint(resolveRun("a@15", parent))).message).toBe(
      "a has no checkpoint 000015; it has 000010, 000020.",
    );
  });

  it("in a run whose other files are broken", () => {
    const writer = start();
    train(writer, 1, 10);
    writer.finish("finished");
    const dir = join(parent, "a");
    const run = resolveRun("a", parent);
    const list = readFileSync(join(dir, "checkpoints.jsonl"), "utf8");
    writeFileSync(join(dir, "checkpoints.jsonl"), `${list}nonsense\n`);
    expect(failure(() => readCheckpoint(run))).toMatchObject({
      exitCode: 3,
      message: expect.stringMatching(/jsonl:2: not/),
    });
    writeFileSync(join(dir, "checkpoints.jsonl"), list);
    writeFileSync(join(dir, "config.yaml"), "seed: x\n");
    expect(failure(() => readCheckpoint(run))).toMatchObject({
      exitCode: 3,
      message: expect.stringMatching(/config\.yaml:1:7/),
    });
    for (const [text, reason] of [
      ["{", /not valid JSON/],
      ["{}", /not the manifest of a run/],
      ["[]", /not the manifest/],
      ['{"schema": 9}', /newer than this Spiral/],
    ] as const) {
      writeFileSync(join(dir, "manifest.json"), text);
      expect(failure(() => resumeRun(run))).toMatchObject({ exitCode: 3, message: expect.stringMatching(reason) });
      expect(listRuns(parent)[0]).toMatchObject({ manifest: undefined, problem: expect.stringMatching(reason) });
    }
  });
});

describe("a disk that refuses", () => {
  it("a runs folder that is a file", () => {
    writeFileSync(join(parent, "..", "file"), "");
    const config = loadConfig({ sets: [`run.dir=${join(parent, "..", "file", "runs")}`] }).config;
    const error = failure(() => createRun({ config, argv: [], backend: "js" }));
    expect(error).toMatchObject({ exitCode: 1, message: expect.stringMatching(/Cannot write .*a file, not a folder/) });
  });

  it.runIf(existsSync("/dev/full"))("a full one: says so, and leaves earlier checkpoints whole", () => {
    const writer = start();
    train(writer, 1, 10);
    writer.finish("failed");
    const dir = join(parent, "a");
    rmSync(join(dir, "log.jsonl"), { force: true });
    symlinkSync("/dev/full", join(dir, "log.jsonl"));
    const { writer: again } = resumeRun(resolveRun("a", parent));
    const error = failure(() => again.log({ a: 1 }));
    expect(error).toMatchObject({ exitCode: 1, message: expect.stringMatching(/log\.jsonl: the disk is full/) });
    again.finish("failed");
    expect(readCheckpoint(resolveRun("a", parent)).update).toBe(10);
  });

  it("a checkpoint that cannot be written leaves nothing behind but the earlier ones", () => {
    const writer = start();
    train(writer, 1, 10);
    const error = failure(() => writer.checkpoint(11, { "no/such/folder": new Uint8Array(1) }, {}));
    expect(error).toMatchObject({ exitCode: 1, message: expect.stringMatching(/Cannot write .*000011/) });
    expect(readdirSync(join(parent, "a", "checkpoints"))).toEqual(["000010"]);
    writer.finish("failed");
    expect(readCheckpoint(resolveRun("a", parent)).update).toBe(10);
  });
});
