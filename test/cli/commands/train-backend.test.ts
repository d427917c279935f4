/** What `spiral train` says of backends: which it took, why not a better one, and why one that was asked for cannot run. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { passedOverLines } from "../../../src/cli/terminal/training-report.ts";
import { backendNames, findBackend } from "../../../src/nn/backend.ts";
import { edit, folder, spiral } from "../spiral.ts";

const TINY = ["--games", "kuhn", "--size", "xs", "--updates", "2"];

describe("the backends that auto passed over", () => {
  const passedOver = [
    { name: "cuda", status: "missing", reason: "it is not there" },
    { name: "webgpu", status: "broken", reason: "there is no GPU" },
    { name: "node", status: "missing", reason: "it is not there either" },
  ] as const;

  it("take one line where they are not installed, and one each where they do not work", () => {
    expect(passedOverLines({ passedOver }, false)).toEqual([
      "Not on webgpu: there is no GPU.",
      expect.stringMatching(/^Not installed: cuda, node\. What they need: (npx )?spiral doctor$/),
    ]);
    expect(passedOverLines({ passedOver: [] }, false)).toEqual([]);
  });

  it("are all explained with --verbose", () => {
    expect(passedOverLines({ passedOver }, true)).toEqual([
      "Not on cuda: it is not there.",
      "Not on webgpu: there is no GPU.",
      "Not on node: it is not there either.",
    ]);
  });

  it("are in the log, and on stderr as the flag says", async () => {
    const dir = folder();
    const { code, err } = await spiral(dir, "train", ...TINY, "--name", "quiet");
    expect(code).toBe(0);
    const log = readFileSync(join(dir, "quiet", "log.jsonl"), "utf8").split("\n");
    const started = JSON.parse(log[0] as string);
    expect(started.msg).toBe("started");
    const lines = (verbose: boolean) => passedOverLines(started, verbose).map((line) => `${line}\n`);
    expect(err).toContain(lines(false).join(""));
    const told = await spiral(dir, "train", ...TINY, "--name", "told", "--verbose");
    expect(told.code).toBe(0);
    expect(told.err).toContain(lines(true).join(""));
  });
});

describe("a backend that was asked for and is not installed", () => {
  const missing = backendNames.flatMap((name) => {
    const found = findBackend(name);
    return found.status === "usable" ? [] : [{ name, reason: found.reason }];
  });

  it.runIf(missing.length > 0).each(missing)("$name: exit 2, why, what to do, and no run", async ({ name, reason }) => {
    const dir = join(folder(), "runs");
    const { code, out, err } = await spiral(dir, "train", ...TINY, "--backend", name);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toBe(`error: Backend ${name} cannot run here: ${reason}. See also: spiral doctor\n`);
    expect(existsSync(dir)).toBe(false);
  });

  it.runIf(missing.length > 0)("and that a run was trained on: it is measured on another, with a warning", async () => {
    const dir = folder();
    expect(await spiral(dir, "train", ...TINY, "--backend", "js", "--name", "a")).toMatchObject({ code: 0 });
    const [{ name, reason } = { name: "", reason: "" }] = missing;
    edit(join(dir, "a", "config.yaml"), (text) => text.replace("backend: js", `backend: ${name}`));
    for (const argv of [
      ["eval", "a", "--episodes", "2", "--vs", "random"],
      ["policy", "a"],
    ]) {
      const { code, out, err } = await spiral(dir, ...argv);
      expect(code).toBe(0);
      expect(out).toContain("kuhn");
      expect(err).toMatch(/^warning: .* The run is measured on \w+ instead, which rounds differently\.\n$/);
      expect(err).toContain(`Backend ${name} cannot run here: ${reason}`);
    }
    // To go on with it takes the same backend.
    expect(await spiral(dir, "train", "--resume", "a")).toMatchObject({ code: 2 });
  });
});
