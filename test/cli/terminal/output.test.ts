/** The built program, writing to a disk that is full and to a reader that has gone. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bin, folder } from "../spiral.ts";

const TRAIN =
  "train --games kuhn --size xs --updates 10 --set run.evaluateEvery=1 --set perGame.kuhn.episodes=64 --workers 0";

/** Exit code of the program, not of the pipe that it is at the beginning of. */
function shell(command: string): { status: number | null; stderr: string } {
  const script = `set -o pipefail; spiral() { "${process.execPath}" "${bin}" "$@"; }; ${command}`;
  const { status, stderr } = spawnSync("bash", ["-c", script], {
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  return { status, stderr };
}

const manifest = (run: string) => JSON.parse(readFileSync(join(run, "manifest.json"), "utf8"));

describe.runIf(existsSync("/dev/full"))("a full disk on stdout", () => {
  const FULL = "error: Cannot write the output: the disk is full. Free some space, or name another folder.\n";

  it.each(["games", "games kuhn --json", "--help", "config show"])("spiral %s: says so (exit 1)", (command) => {
    expect(shell(`spiral ${command} > /dev/full`)).toEqual({ status: 1, stderr: FULL });
  });

  it("spiral train --json: ends the run as failed and gives the lock back", () => {
    const dir = folder();
    const { status, stderr } = shell(`spiral ${TRAIN} --json --name a --dir ${dir} > /dev/full`);
    expect(status).toBe(1);
    expect(stderr.endsWith(FULL)).toBe(true);
    expect(manifest(join(dir, "a")).status).toBe("failed");
    expect(existsSync(join(dir, "a", "lock"))).toBe(false);
  });
});

describe.skipIf(process.platform === "win32")("a reader that has gone", () => {
  it("does not end training, nor change how a check comes out", () => {
    const dir = folder();
    expect(shell(`spiral ${TRAIN} --json --name a --dir ${dir} | head -1`).status).toBe(0);
    expect(manifest(join(dir, "a")).status).toBe("finished");
    expect(existsSync(join(dir, "a", "checkpoints", "000010", "state.json"))).toBe(true);
    // `true` reads nothing at all.
    const failed = shell(`spiral eval --fail-under 5 --vs random --episodes 2 --workers 0 --dir ${dir} | true`);
    expect(failed.status).toBe(4);
    expect(failed.stderr).toMatch(/^check failed: kuhn against random/);
    expect(shell(`spiral replay --dir ${dir} | true`)).toEqual({ status: 0, stderr: "" });
  });
});
