/** The built program, stopped by signals and by a disk that takes no more: what a resumed run then holds. */
import { spawnSync } from "node:child_process";
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { bin, contents, edit, folder, signalled, spiral, start } from "./spiral.ts";

const UPDATES = 40;
const settings = (dir: string, name: string, workers = "0"): string[] => [
  ...[
    "train",
    "--games",
    "kuhn,kuhn-match:hands=1",
    "--size",
    "xs",
    "--updates",
    String(UPDATES),
    "--seed",
    "5",
    "--json",
  ],
  ...[
    "--set",
    "run.evaluateEvery=5",
    "--set",
    "run.checkpointEvery=20",
    "--keep-episodes",
    "2",
    "--dir",
    dir,
    "--name",
    name,
    "--workers",
    workers,
  ],
];
/** Seen between updates, long before the end. */
const UNDER_WAY = /"type":"evaluation","update":5,/;

/** What a run must hold whatever happened on the way; `metrics.jsonl` without its times. */
function lasting(run: string): Record<string, string> {
  const files = Object.entries(contents(run)).filter(([file]) =>
    /^(checkpoints|eval)[\\/]|^episodes\.jsonl$/.test(file),
  );
  const metrics = readFileSync(join(run, "metrics.jsonl"), "utf8").replaceAll(/"seconds":[\d.]+/g, "");
  const csv = readFileSync(join(run, "metrics.csv"), "utf8").replaceAll(/,,seconds,[\d.]+/g, "");
  return { ...Object.fromEntries(files), metrics, csv };
}

let parent: string;
let uninterrupted: Record<string, string>;
beforeAll(async () => {
  parent = folder();
  expect(await spiral(parent, ...settings(parent, "whole"))).toMatchObject({ code: 0 });
  uninterrupted = lasting(join(parent, "whole"));
}, 60_000);

const lastSaved = (name: string): number =>
  JSON.parse(
    readFileSync(join(parent, name, "checkpoints.jsonl"), "utf8")
      .trim()
      .split("\n")
      .at(-1) as string,
  ).update;

/** Sends a signal mid-run; checks that the run saves, ends with this code and says how to go on. */
async function stopBy(signal: "SIGINT" | "SIGTERM" | "SIGHUP", expected: number, workers?: string): Promise<void> {
  const { code, out, err } = await signalled(signal, UNDER_WAY, ...settings(parent, signal, workers));
  expect(code).toBe(expected);
  const [, update] = /^Stopped after update (\d+) of 40, which is saved\./m.exec(err) ?? [];
  expect(err).toMatch(new RegExp(`Go on with: .*spiral train --resume ${signal} --dir ${parent}\n$`));
  expect(out).not.toContain('"result"');
  const [last] = readFileSync(join(parent, signal, "checkpoints.jsonl"), "utf8")
    .trim()
    .split("\n")
    .slice(-1);
  expect(JSON.parse(last as string)).toMatchObject({ update: Number(update) });
  expect(manifest(signal)).toMatchObject({ status: "interrupted" });
}

it("SIGINT: saves, says how to go on, and goes on to the same bytes", async () => {
  await stopBy("SIGINT", 130, "1");
  expect(await spiral(parent, "train", "--resume", "SIGINT")).toMatchObject({ code: 0 });
  expect(lasting(join(parent, "SIGINT"))).toEqual(uninterrupted);
  expect(manifest("SIGINT")).toMatchObject({ status: "finished", resumed: [expect.any(String)] });
});

it("a run of no set length sums up when it is stopped, and goes on to the same bytes", async () => {
  const stopAt = async (line: RegExp, ...argv: string[]) => {
    const { code, out, err } = await signalled("SIGINT", line, ...argv);
    expect(code).toBe(130);
    expect(err).toMatch(/^Stopped after update \d+, which is saved\. Go on with: /m);
    expect(out.trim().split("\n").at(-1)).toMatch(/^\{"type":"result",/);
  };
  const open = (name: string) => [...settings(parent, name), "--updates", "0", "--set", "run.checkpointEvery=10"];
  const later = /"type":"evaluation","update":25,/;
  await stopAt(later, ...open("open"));
  await stopAt(UNDER_WAY, ...open("again"));
  await stopAt(later, "train", "--resume", "again", "--dir", parent, "--json", "--workers", "1");
  const upTo20 = (name: string) =>
    Object.entries(contents(join(parent, name))).filter(([file]) => /^(checkpoints|eval)[\\/]0000[0-2]0/.test(file));
  expect(upTo20("open").length).toBeGreaterThan(8);
  expect(upTo20("again")).toEqual(upTo20("open"));
  expect(manifest("again")).toMatchObject({ updates: 0, status: "interrupted" });
  // It gets a length that is more than what is done, and then ends.
  expect(await spiral(parent, "train", "--resume", "again", "--updates", "3")).toMatchObject({
    code: 2,
    err: expect.stringMatching(/again: \d+ updates are done; --updates takes more than that\./),
  });
  const last = lastSaved("again") + 2;
  const whole = await spiral(parent, "train", "--resume", "again", "--updates", String(last));
  expect(whole).toMatchObject({ code: 0, err: expect.stringContaining(`had no set length and has ${last} now`) });
  expect((await spiral(parent, "runs")).out).toMatch(
    new RegExp(`open .*interrupted +\\d+/∞|again .*finished +${last}/${last}`),
  );
});

it("SIGTERM: saves and says how to go on", () => stopBy("SIGTERM", 143));

it("SIGHUP: saves and says how to go on", () => stopBy("SIGHUP", 129));

it("a second SIGINT ends it; the last checkpoint is whole", async () => {
  // Updates of some tenths of a second, so that the second signal comes while the first is being obeyed.
  const slow = ["--games", "kuhn", "--updates", "40", "--set", "perGame.kuhn.episodes=200000", "--name", "twice"];
  const run = start("train", ...slow, "--size", "xs", "--set", "run.checkpointEvery=1", "--dir", parent);
  await run.line(/^update +0\/40 /m);
  run.kill("SIGINT");
  await run.line(/Finishing update \d+ and saving\. Ctrl-C again stops at once\./);
  run.kill("SIGINT");
  const { code, err } = await run.done;
  expect(code).toBe(130);
  expect(err).not.toMatch(/^ +at /m);
  expect(manifest("twice")).toMatchObject({ status: "interrupted" });
  expect(await spiral(parent, "policy", "twice")).toMatchObject({ code: 0 });
});

it("killed outright: goes on from the last checkpoint to the same bytes", async () => {
  const { code } = await signalled("SIGKILL", /"type":"evaluation","update":25,/, ...settings(parent, "killed"));
  expect(code).toBe(137);
  expect(manifest("killed")).toMatchObject({ status: "running" });
  expect((await spiral(parent, "runs")).out).toMatch(/^killed.* stopped +20\/40/m);
  expect(await spiral(parent, "train", "--resume", "killed")).toMatchObject({ code: 0 });
  expect(lasting(join(parent, "killed"))).toEqual(uninterrupted);
});

it.skipIf(process.platform === "win32")(
  "no room for the next checkpoint: says so, and keeps the earlier ones",
  async () => {
    const run = join(parent, "limited");
    cpSync(join(parent, "whole"), run, { recursive: true });
    edit(join(run, "checkpoints.jsonl"), (text) => `${text.split("\n")[0]}\n`);
    // No file may grow past 60 KiB, and the optimizer's state is 88.
    const command = `ulimit -f 60; exec "${process.execPath}" "${bin}" train --resume limited --dir "${parent}"`;
    const { status, stdout, stderr } = spawnSync("bash", ["-c", command], { encoding: "utf8" });
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/^error: Cannot write /m);
    expect(stderr).not.toMatch(/internal error/);
    expect(Object.keys(contents(join(run, "checkpoints"))).every((file) => file.startsWith("000020"))).toBe(true);
    expect(manifest("limited")).toMatchObject({ status: "failed" });
    expect(await spiral(parent, "train", "--resume", "limited")).toMatchObject({ code: 0 });
    expect(lasting(run)).toEqual(uninterrupted);
  },
);

function manifest(name: string): unknown {
  return JSON.parse(readFileSync(join(parent, name, "manifest.json"), "utf8"));
}
