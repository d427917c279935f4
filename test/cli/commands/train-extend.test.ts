/** `spiral train --resume RUN --updates N` and `--init RUN`, in this process. */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { contents, copyOf, edit, spiral } from "../spiral.ts";
import { TINY, trainWhole } from "./trained.ts";

/** A run of 6 updates with checkpoints after 3 and 6. */
let whole: string;
let parent: string;
beforeAll(async () => {
  parent = await trainWhole();
  whole = join(parent, "whole");
}, 60_000);

const manifestOf = (run: string) => JSON.parse(readFileSync(join(run, "manifest.json"), "utf8"));
const metricsOf = (run: string) =>
  readFileSync(join(run, "metrics.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
const sha256 = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");
/** Files that are the same in runs that were not interrupted at the same time. */
const lasting = (run: string) => {
  const { "episodes.jsonl": episodes, "config.yaml": config, ...rest } = contents(run);
  const folders = Object.entries(rest).filter(([path]) => /^(checkpoints|eval)[/\\]/.test(path));
  return { episodes, config, ...Object.fromEntries(folders) };
};
/** Removes all that was saved after an update, as if the process had been killed before it was. */
const cutBackTo = (run: string, update: number): void => {
  edit(join(run, "checkpoints.jsonl"), (text) =>
    text
      .split("\n")
      .filter((line) => line !== "" && JSON.parse(line).update <= update)
      .map((line) => `${line}\n`)
      .join(""),
  );
  edit(join(run, "manifest.json"), (text) => text.replace('"finished"', '"running"'));
};

describe("spiral train --resume --updates", () => {
  it("trains a finished run longer, by the schedules of a run of that length", async () => {
    const { dir, run } = copyOf(whole);
    const before = manifestOf(run);
    const { code, err } = await spiral(dir, "train", "--resume", "copy", "--updates", "12");
    expect(code).toBe(0);
    expect(err).toMatch(
      /^The run had 6 updates and has 12 now\. From update 7 on, the schedules are those of a run of 12 updates: the learning rate goes from \S+ to \S+\.$/m,
    );
    const after = manifestOf(run);
    expect(after).toMatchObject({
      updates: 12,
      status: "finished",
      config: sha256(join(run, "config.yaml")),
      extended: [{ update: 6, updates: 6, config: before.config }],
    });
    expect(readFileSync(join(run, "config.yaml"), "utf8")).toMatch(/^updates: 12$/m);
    const last = metricsOf(run).at(-1);
    expect(last.update).toBe(12);
    // The schedule ends where a run of 12 ends; what was trained before stays.
    expect(last.learningRate).toBeCloseTo(metricsOf(whole).at(-1).learningRate, 12);
    expect(contents(run)[join("checkpoints", "000006", "model.safetensors")]).toBe(
      contents(whole)[join("checkpoints", "000006", "model.safetensors")],
    );
    expect((await spiral(dir, "runs", "show", "copy")).out).toMatch(
      /updates +12, 6 before it was extended after update 6$/m,
    );
  });

  it("goes on to the same bytes if it is killed meanwhile", async () => {
    const extended = copyOf(whole);
    await spiral(extended.dir, "train", "--resume", "copy", "--updates", "12");
    const killed = copyOf(extended.run);
    for (const update of [9, 6]) {
      cutBackTo(killed.run, update);
      expect(await spiral(killed.dir, "train", "--resume", "copy")).toMatchObject({ code: 0 });
      expect(lasting(killed.run)).toEqual(lasting(extended.run));
    }
    // The kill came between manifest.json and config.yaml.
    cutBackTo(killed.run, 6);
    writeFileSync(join(killed.run, "config.yaml"), contents(whole)["config.yaml"] as string);
    expect(await spiral(killed.dir, "train", "--resume", "copy")).toMatchObject({ code: 0 });
    expect(lasting(killed.run)).toEqual(lasting(extended.run));
  });

  it("records where the schedules changed, if it falls back to a checkpoint before the extension", async () => {
    const { dir, run } = copyOf(whole);
    const { config } = manifestOf(run);
    await spiral(dir, "train", "--resume", "copy", "--updates", "12");
    cutBackTo(run, 6);
    // The checkpoint of update 6 is damaged, so updates 4 to 6 are trained again, by the schedules of 12 updates.
    writeFileSync(join(run, "checkpoints", "000006", "model.safetensors"), "damaged");
    expect(await spiral(dir, "train", "--resume", "copy")).toMatchObject({ code: 0 });
    expect(manifestOf(run)).toMatchObject({ updates: 12, extended: [{ update: 3, updates: 6, config }] });
    expect((await spiral(dir, "runs", "show", "copy")).out).toMatch(/6 before it was extended after update 3$/m);
    await spiral(dir, "train", "--resume", "copy", "--updates", "15");
    const extended = [
      { update: 3, updates: 6 },
      { update: 12, updates: 12 },
    ];
    expect(manifestOf(run)).toMatchObject({ updates: 15, extended });
  });

  it("takes a length that is not yet trained, and no other setting", async () => {
    const { dir, run } = copyOf(whole);
    const before = contents(run);
    const resume = (...argv: string[]) => spiral(dir, "train", "--resume", "copy", ...argv);
    expect((await resume("--updates", "6")).err).toMatch(/all 6 updates are done\. .*--resume copy --updates 12/);
    expect((await resume("--updates", "5")).code).toBe(2);
    expect((await resume("--updates", "x")).err).toMatch(/updates is "x"/);
    expect((await resume("--updates", "12", "--seed", "4")).err).toMatch(/leave out --seed,/);
    expect(contents(run)).toEqual(before);
  });
});

describe("spiral train --init", () => {
  const TRAIN = ["train", ...TINY, "--set", "run.checkpointEvery=3"];

  it("begins with the weights that a checkpoint serves, and says which", async () => {
    const { dir, run } = copyOf(whole);
    const init = (name: string, spec: string) => spiral(dir, ...TRAIN, "--init", spec, "--name", name);
    expect((await init("a", "copy")).code).toBe(0);
    const model = join("checkpoints", "000006", "model.safetensors");
    expect(manifestOf(join(dir, "a")).init).toEqual({
      run: "copy",
      checkpoint: "000006",
      sha256: sha256(join(run, model)),
    });
    // The first evaluation is of those weights.
    expect(metricsOf(join(dir, "a"))[0].evaluation).toEqual(metricsOf(run).at(-1).evaluation);
    expect(contents(join(dir, "a"))[join("checkpoints", "000000", "model.safetensors")]).toBe(contents(run)[model]);
    await init("again", "copy@6");
    expect(lasting(join(dir, "again"))).toEqual(lasting(join(dir, "a")));
    await init("other", "copy@3");
    expect(contents(join(dir, "other"))[model]).not.toBe(contents(join(dir, "a"))[model]);
    // Killed before those weights were saved, it does not begin with random ones.
    const early = copyOf(join(dir, "again"));
    cutBackTo(early.run, -1);
    expect(await spiral(early.dir, "train", "--resume", "copy")).toMatchObject({
      code: 3,
      err: expect.stringMatching(/before it had saved|though there are checkpoints/),
    });
    // Killed before the first update, it still begins with those weights, without the run that they came from.
    cutBackTo(join(dir, "again"), 0);
    expect((await spiral(dir, "train", "--resume", "again")).code).toBe(0);
    expect(lasting(join(dir, "again"))).toEqual(lasting(join(dir, "a")));
  });

  it("says where it ends worse than it began, and the first checkpoint is then RUN@best", async () => {
    const { dir } = copyOf(whole);
    // Pushed towards uniform play.
    const spoilt = ["--set", "perGame.kuhn.entropy=100", "--set", "rl.learningRate.start=0.05"];
    const { out } = await spiral(dir, ...TRAIN, "--init", "copy@best", "--name", "bad", ...spoilt);
    const [first, , last] = metricsOf(join(dir, "bad")).map(({ evaluation }) => evaluation?.kuhn.nashConv.toFixed(4));
    expect(out).toContain(`The policy was better after update 0, by NashConv: kuhn ${first} (now ${last}).`);
    expect(out).toMatch(/spiral eval bad@best --dir \S+ {2,}the same for the best checkpoint/);
    const { untrained } = JSON.parse(readFileSync(join(dir, "bad", "eval", "000000.json"), "utf8"));
    // Uniform play in Kuhn poker: 11 / 12.
    expect(untrained.kuhn).toBeCloseTo(11 / 12, 12);
    expect((await spiral(dir, "policy", "bad@best", "--rows", "1")).out).toContain("bad@000000");
  });

  it.each<[string[], number, RegExp]>([
    [["--games", "kuhn,ttt"], 2, /--init copy: copy has games kuhn, and this run kuhn,ttt\./],
    [["--set", "nn.hidden=[32]"], 2, /--init copy: copy has nn\.hidden 64,64, and this run 32\./],
    [["--init", "nosuch"], 3, /nosuch/],
    [["--init", "copy@4"], 3, /copy has no checkpoint 000004/],
    [["--resume", "copy"], 2, /leave out .*--init/],
  ])("%j: says what does not fit, and makes nothing", async (argv, code, reason) => {
    const { dir } = copyOf(whole);
    const before = contents(dir);
    const outcome = await spiral(dir, "train", "--games", "kuhn", "--size", "xs", "--init", "copy", ...argv);
    expect(outcome).toMatchObject({ code, out: "", err: expect.stringMatching(reason) });
    expect(contents(dir)).toEqual(before);
  });
});
