/** metrics.csv has the numbers of metrics.jsonl, whatever happened to the run. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { metricsOf } from "../../../src/run/curves/metrics-csv.ts";
import { resolveRun } from "../../../src/run/directory.ts";
import { resumeRun } from "../../../src/run/run.ts";
import { sealRun } from "../../../src/run/seal.ts";
import { newParent, parent, start, train } from "../runs.ts";

beforeEach(newParent);
const csvOf = (name = "a"): string => readFileSync(join(parent, name, "metrics.csv"), "utf8");
const HEADER = "update,game,name,value\n";

describe("a line of metrics as rows", () => {
  it("has the game of each number, and the path without it", () => {
    const line = {
      update: 5,
      loss: null,
      learningRate: 0.01,
      demonstrations: true,
      entropy: { kuhn: 0.5, "biased:of=ttt,bonus=1": 0.25 },
      baselines: { "kuhn/first": 0.125, kuhn: -1, "critic.steps": 7 },
      evaluation: { kuhn: { nashConv: 0.1 } },
      writing: { kuhn: { first: { thinking: 2 } } },
      skipped: undefined,
    };
    const rows = metricsOf(line, ["kuhn", "biased:of=ttt,bonus=1"]);
    expect(rows.map(({ game, name, value }) => [game, name, value])).toEqual([
      ["", "learningRate", 0.01],
      ["", "demonstrations", 1],
      ["kuhn", "entropy", 0.5],
      ["biased:of=ttt,bonus=1", "entropy", 0.25],
      ["kuhn", "baselines.first", 0.125],
      ["kuhn", "baselines", -1],
      ["", "baselines.critic.steps", 7],
      ["kuhn", "evaluation.nashConv", 0.1],
      ["kuhn", "writing.first.thinking", 2],
    ]);
    expect(rows.every(({ update }) => update === 5)).toBe(true);
  });
});

describe("metrics.csv", () => {
  it("grows with the run", () => {
    const writer = start();
    expect(csvOf()).toBe(HEADER);
    writer.metrics({ update: 1, entropy: { kuhn: 0.5, "a,b": 1 }, loss: Number.NaN });
    expect(csvOf()).toBe(`${HEADER}1,kuhn,entropy,0.5\n1,,"entropy.a,b",1\n`);
    writer.finish("finished");
  });

  it("of a resumed run is that of a run that was never interrupted; a torn row, an edit and a missing file do not last", () => {
    const whole = start("whole");
    train(whole, 1, 30);
    whole.finish("finished");
    expect(csvOf("whole").split("\n")).toHaveLength(1 + 30 * 3 + 1);
    for (const [i, harm] of [
      (path: string) => writeFileSync(path, `${readFileSync(path, "utf8")}26,,los`),
      (path: string) => writeFileSync(path, "mine\n"),
      (path: string) => rmSync(path),
    ].entries()) {
      const writer = start(`a${i}`);
      train(writer, 1, 25);
      writer.finish("failed");
      harm(join(writer.dir, "metrics.csv"));
      const { writer: again } = resumeRun(resolveRun(`a${i}`, parent));
      expect(csvOf(`a${i}`).split("\n").at(-2)).toBe("20,,seconds,20");
      train(again, 21, 30);
      again.finish("finished");
      expect(csvOf(`a${i}`)).toBe(csvOf("whole"));
    }
  });

  it("of a run that was killed after its last checkpoint is written anew where the run is ended in its place", () => {
    const writer = start();
    train(writer, 1, 10);
    writer.finish("failed");
    const before = csvOf();
    rmSync(join(writer.dir, "metrics.csv"));
    writeFileSync(
      join(writer.dir, "lock"),
      '{"pid":999999999,"host":"gone","start":"1"}\n'.replace("gone", hostname()),
    );
    sealRun(writer.dir);
    expect(csvOf()).toBe(before);
  });
});
