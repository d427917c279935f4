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

it("SIGINT: saves, says how to go on, and goes on to the same bytes", async () => {
  const { code, out, err } = await signalled("SIGINT", UNDER_WAY, ...settings(parent, "SIGINT", "1"));
  expect(code).toBe(130);
  expect(err).toMatch(new RegExp(`^Stopped after update ${lastSaved("SIGINT")} of 40, which is saved\\.`, "m"));
  expect(err).toMatch(new RegExp(`Go on with: .*spiral train --resume SIGINT --dir ${parent}\n$`));
  expect(out).not.toContain('"result"');
  expect(manifest("SIGINT")).toMatchObject({ status: "interrupted" });
  expect(await spiral(parent, "train", "--resume", "SIGINT")).toMatchObject({ code: 0 });
  expect(lasting(join(parent, "SIGINT"))).toEqual(uninterrupted);
  expect(manifest("SIGINT")).toMatchObject({ status: "finished", resumed: [expect.any(String)] });
});

it("a run of no set length sums up when SIGTERM or SIGHUP stops it, and goes on to the same bytes", async () => {
  const stopBy = async (signal: "SIGTERM" | "SIGHUP", expected: number, line: RegExp, ...argv: string[]) => {
    const { code, out, err } = await signalled(signal, line, ...argv);
    expect(code).toBe(expected);
    expect(err).toMatch(new RegExp(`^Stopped after update ${lastSaved("open")}, which is saved\\. `, "m"));
    expect(err).toMatch(new RegExp(`Go on with: .*spiral train --resume open --dir ${parent}\n$`));
    expect(out.trim().split("\n").at(-1)).toMatch(/^\{"type":"result",/);
    expect(manifest("open")).toMatchObject({ updates: 0, status: "interrupted" });
  };
  const later = /"type":"evaluation","update":25,/;
  await stopBy("SIGTERM", 143, UNDER_WAY, ...settings(parent, "open"), "--updates", "0");
  await stopBy("SIGHUP", 129, later, "train", "--resume", "open", "--dir", parent, "--json", "--workers", "1");
  // Until then they are those of a run of 40 updates.
  const soFar = Object.entries(lasting(join(parent, "open"))).filter(([file]) =>
    /^(checkpoints[\\/]000020|eval)[\\/]/.test(file),
  );
  expect(soFar.length).toBeGreaterThan(8);
  expect(uninterrupted).toMatchObject(Object.fromEntries(soFar));
  expect((await spiral(parent, "runs")).out).toMatch(/open .*interrupted +\d+\/∞/);
  // It gets a length that is more than what is done, and then ends.
  expect(await spiral(parent, "train", "--resume", "open", "--updates", "3")).toMatchObject({
    code: 2,
    err: expect.stringMatching(/open: \d+ updates are done; --updates takes more than that\./),
  });
  const last = lastSaved("open") + 2;
  const whole = await spiral(parent, "train", "--resume", "open", "--updates", String(last));
  expect(whole).toMatchObject({ code: 0, err: expect.stringContaining(`had no set length and has ${last} now`) });
  expect((await spiral(parent, "runs")).out).toMatch(new RegExp(`open .*finished +${last}/${last}`));
});

it("a second SIGINT ends it; the last checkpoint is whole", async () => {
  // Updates of some tenths of a second, so that the second signal comes while the first is being obeyed.
  const slow = ["--games", "kuhn", "--updates", "40", "--set", "perGame.kuhn.episodes=200000", "--name", "twice"];
  const run = start(
    "train",
    ...slow,
    "--size",
    "xs",
    "--workers",
    "0",
    "--set",
    "run.checkpointEvery=1",
    "--dir",
    parent,
  );
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
