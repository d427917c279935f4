/** The directory of a run: its files, its name, its lock, and a disk that refuses. */
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { latestName, listRuns, resolveRun } from "../../src/run/directory.ts";
import { removeStale } from "../../src/run/lock.ts";
import { readCheckpoint } from "../../src/run/read.ts";
import { createRun, resumeRun } from "../../src/run/run.ts";
import { at, bytes, contents, failure, newParent, parent, start, train } from "./runs.ts";

beforeEach(newParent);

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
      "metrics.csv",
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
