/** `spiral train --resume` in this process: a run that goes on, and what is refused. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { contents, copyOf, edit, spiral } from "../spiral.ts";
import { interruptedCopy, trainWhole } from "./trained.ts";

/** A run of 6 updates with checkpoints after 3 and 6, and the same cut back to the first. */
let parent: string;
let whole: string;
beforeAll(async () => {
  parent = await trainWhole();
  whole = join(parent, "whole");
}, 60_000);

const interrupted = () => interruptedCopy(whole);

/** Changes the config of a run as if it had been started with it, by a Spiral that noted no checksum of it. */
function begunWith(run: string, change: (text: string) => string): void {
  edit(join(run, "config.yaml"), (text) => {
    const changed = change(text);
    expect(changed).not.toBe(text);
    return changed;
  });
  edit(join(run, "manifest.json"), (text) => text.replace(/ +"config": "\w{64}",\n/, ""));
}

describe("spiral train --resume", () => {
  it("goes on to the run that was never interrupted", async () => {
    const { dir, run } = interrupted();
    expect(await spiral(dir, "train", "--resume", "copy")).toMatchObject({
      code: 0,
      err: expect.stringMatching(/^Going on with .*copy on/),
    });
    expect(contents(join(run, "checkpoints"))).toEqual(contents(join(whole, "checkpoints")));
    expect(contents(run)["episodes.jsonl"]).toBe(contents(whole)["episodes.jsonl"]);
  });

  it("refuses a length that is already trained, and does not call the run complete", async () => {
    const { dir } = interrupted();
    const { code, err } = await spiral(dir, "train", "--resume", "copy", "--updates", "2");
    expect({ code, err }).toEqual({
      code: 2,
      err: "error: copy: 3 of its 6 updates are done; --updates takes more than that.\n",
    });
  });

  it("says what is done after a kill between the last checkpoint and the end, also without the last evaluation", async () => {
    const { dir, run } = copyOf(whole);
    edit(join(run, "manifest.json"), (text) => text.replace('"status": "finished"', '"status": "running"'));
    writeFileSync(join(run, "eval", "000006.json"), "{");
    const { code, out, err } = await spiral(dir, "train", "--resume", "copy");
    expect({ code, err }).toMatchObject({ code: 0, err: expect.stringContaining("000006.json is not valid JSON") });
    expect(out).toContain("Trained 6 updates");
    expect(JSON.parse(readFileSync(join(run, "manifest.json"), "utf8"))).toMatchObject({ status: "finished" });
  });

  it("keeps its settings, and names those that were given", async () => {
    const { code, err } = await spiral(
      parent,
      "train",
      "my.yaml",
      "--resume",
      "whole",
      "--seed",
      "4",
      "--keep-episodes",
      "1",
    );
    expect(code).toBe(2);
    // --dir only says where runs are.
    expect(err).toMatch(/leave out my\.yaml, --seed, --keep-episodes, or/);
  });

  it("refuses a complete run, which stays as it is", async () => {
    const before = contents(whole);
    expect(await spiral(parent, "train", "--resume", "whole")).toMatchObject({
      code: 2,
      out: "",
      err: expect.stringMatching(/^error: whole is complete: all 6 updates are done\./),
    });
    expect(contents(whole)).toEqual(before);
  });

  it.each<[string, (run: string) => void, RegExp]>([
    [
      "whose network is of another width",
      (run) => begunWith(run, (t) => t.replace("[64, 64]", "[64, 32]")),
      /model\.safetensors is not of this run's network: its layer1\.weight is \[64, 64\], and \[64, 32\] is needed/,
    ],
    [
      "that learned other games",
      (run) => begunWith(run, (t) => t.replace("games: [kuhn]", "games: [ttt]")),
      /the checkpoint is of a policy for kuhn, the run's config says ttt/,
    ],
    [
      "whose optimizer had no momentum",
      (run) => begunWith(run, (t) => t.replace("beta1: 0\n", "beta1: 0.9\n")),
      /optimizer\.safetensors is not of this run's network: it has no tensor adam\.m\.0/,
    ],
    [
      "that had no critic",
      (run) => begunWith(run, (t) => t.replace("advantage: rae", "advantage: critic")),
      /optimizer\.safetensors is not of this run's network: it has no tensor critic\.layer0\.weight/,
    ],
    [
      "that had no pool",
      (run) => begunWith(run, (t) => t.replace("opponents: self", "opponents: self=0.5,pool=0.5")),
      /the checkpoint holds no pool, which rl\.opponents "self=0\.5,pool=0\.5" needs/,
    ],
    [
      "whose config was edited",
      (run) => edit(join(run, "config.yaml"), (t) => t.replace("seed: 3", "seed: 4")),
      /config\.yaml is not what the run was started with: its checksum differs\. Put it back as it was, or start a new run/,
    ],
    [
      "with a broken config",
      (run) => edit(join(run, "config.yaml"), (t) => t.replace("seed: 3", "seed: three")),
      /config\.yaml:\d+:7: seed is "three"/,
    ],
    [
      "with a corrupted state.json",
      (run) => edit(join(run, "checkpoints", "000003", "state.json"), (t) => t.replace("{", "")),
      /state\.json is not valid JSON.*\n.*no checkpoint that is whole/,
    ],
    [
      "with a state.json of another time",
      (run) =>
        edit(join(run, "checkpoints", "000003", "state.json"), (t) => t.replace('"episodes": 768', '"episodes": 769')),
      /state\.json is not what was saved/,
    ],
    [
      "with a truncated network",
      (run) => writeFileSync(join(run, "checkpoints", "000003", "model.safetensors"), "short"),
      /model\.safetensors has 5 bytes, \d+ were saved/,
    ],
    [
      "without its checkpoint",
      (run) => rmSync(join(run, "checkpoints", "000003"), { recursive: true }),
      /Cannot read .*state\.json: no such file/,
    ],
    [
      "with a file where evaluations go",
      (run) => {
        rmSync(join(run, "eval"), { recursive: true });
        writeFileSync(join(run, "eval"), "");
      },
      /Cannot read .*eval: a part of that path is a file/,
    ],
  ])("says what is wrong with a run %s (exit 3)", async (_, damage, reason) => {
    const { dir, run } = interrupted();
    damage(run);
    const before = contents(run);
    const { code, out, err } = await spiral(dir, "train", "--resume", "copy");
    expect({ code, out }).toEqual({ code: 3, out: "" });
    expect(err).toMatch(reason);
    expect(err).not.toMatch(/internal error|^ +at /m);
    const untouched = ["metrics.jsonl", "episodes.jsonl", "manifest.json", "checkpoints.jsonl"];
    for (const file of untouched) expect(contents(run)[file]).toBe(before[file]);
  });

  it("goes on with a run of a Spiral that noted no checksum of the config", async () => {
    const { dir, run } = interrupted();
    begunWith(run, (text) => `${text}# a remark\n`);
    expect(await spiral(dir, "train", "--resume", "copy")).toMatchObject({ code: 0 });
  });

  it("goes on on the backend that it ran on, whatever auto would take now", async () => {
    const { dir, run } = interrupted();
    const manifest = () => JSON.parse(readFileSync(join(run, "manifest.json"), "utf8"));
    const other = manifest().backend === "js" ? "wasm" : "js";
    edit(join(run, "manifest.json"), (text) => text.replace(/"backend": "\w+"/, `"backend": "${other}"`));
    const { code, err } = await spiral(dir, "train", "--resume", "copy");
    expect(code).toBe(0);
    expect(err).toMatch(new RegExp(`^Going on with .* on ${other}\\.`, "m"));
    expect(err).not.toMatch(/warning/);
    expect(manifest()).toMatchObject({ backend: other });
    expect(manifest()).not.toHaveProperty("backends");
  });

  it("on another backend, where that does not run here: warns, and the manifest says so", async () => {
    const { dir, run } = interrupted();
    const manifest = () => JSON.parse(readFileSync(join(run, "manifest.json"), "utf8"));
    const own = manifest().backend;
    const other = "abacus";
    edit(join(run, "manifest.json"), (text) => text.replace(`"backend": "${own}"`, `"backend": "${other}"`));
    const { code, err } = await spiral(dir, "train", "--resume", "copy");
    expect(code).toBe(0);
    expect(err).toMatch(new RegExp(`^warning: copy ran on ${other} and goes on on ${own}`, "m"));
    expect(manifest().backends).toEqual([other, own]);
    // Interrupted once more: it goes on on what it last ran on, and there is nothing new to say.
    edit(join(run, "checkpoints.jsonl"), (text) => `${text.split("\n")[0]}\n`);
    expect((await spiral(dir, "train", "--resume", "copy")).err).not.toMatch(/warning/);
    expect(manifest().backends).toEqual([other, own]);
  });
});
