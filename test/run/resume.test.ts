/** A run that goes on: after an interruption at any instant, and from checkpoints that are damaged. */
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { listCheckpoints, wholeCheckpoints } from "../../src/run/checkpoint-folder.ts";
import { listRuns, resolveRun } from "../../src/run/directory.ts";
import { lockHolder } from "../../src/run/lock.ts";
import { readCheckpoint } from "../../src/run/read.ts";
import { resumeRun } from "../../src/run/run.ts";
import { at, bytes, contents, failure, newParent, parent, start, train } from "./runs.ts";

beforeEach(newParent);

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

  it("in a list with damaged lines: the whole ones are used, the others are named, and a writer refuses", () => {
    const writer = start();
    train(writer, 1, 20);
    writer.finish("interrupted");
    const list = join(parent, "a", "checkpoints.jsonl");
    const whole = readFileSync(list, "utf8");
    const [first = "", second = ""] = whole.trim().split("\n");
    for (const damaged of ["nonsense", "null", "{}", second.replace("20", '"20"'), second.replace("20", "10")]) {
      writeFileSync(list, `${first}\r\n${damaged}\r\n`);
      const warnings: string[] = [];
      expect(readCheckpoint(resolveRun("a", parent), (problem) => warnings.push(problem)).update).toBe(10);
      expect(warnings).toEqual([expect.stringMatching(/checkpoints\.jsonl:2: .*; left out\.$/)]);
      expect(wholeCheckpoints(join(parent, "a"), () => {})).toEqual([10]);
      const error = failure(() => resumeRun(resolveRun("a", parent)));
      expect([error.exitCode, error.message]).toEqual([3, expect.stringMatching(/jsonl:2: .*Delete the line/)]);
      expect(readdirSync(join(parent, "a", "checkpoints"))).toEqual(["000010", "000020"]);
    }
    // A folder under another update's name, listed with the right checksum.
    const { update, ...entry } = JSON.parse(second) as { update: number };
    cpSync(join(parent, "a", "checkpoints", "000020"), join(parent, "a", "checkpoints", "000030"), { recursive: true });
    writeFileSync(list, `${whole}${JSON.stringify({ update: update + 10, ...entry })}\n`);
    expect(failure(() => readCheckpoint(resolveRun("a", parent))).message).toMatch(
      /000030.state\.json is the state of update 20, and checkpoints\.jsonl lists it as that of update 30\./,
    );
    const left: string[] = [];
    expect(wholeCheckpoints(join(parent, "a"), (problem) => left.push(problem))).toEqual([10, 20]);
    expect(left).toEqual([expect.stringContaining("000030")]);
  });

  it("in a run whose other files are broken", () => {
    const writer = start();
    train(writer, 1, 10);
    writer.finish("finished");
    const dir = join(parent, "a");
    const run = resolveRun("a", parent);
    const list = readFileSync(join(dir, "checkpoints.jsonl"), "utf8");
    writeFileSync(join(dir, "checkpoints.jsonl"), "nonsense\n");
    expect(failure(() => readCheckpoint(run))).toMatchObject({
      exitCode: 3,
      message: expect.stringMatching(/jsonl:1: not the entry of a checkpoint \(not valid JSON\)\na has no checkpoint/),
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
