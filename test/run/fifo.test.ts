/** A FIFO in place of a file of a run or a tournament blocks no command that reads it. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { pageSource } from "../../src/cli/page/page-source.ts";
import { servedPage } from "../../src/cli/page/served-page.ts";
import { formatEpisode } from "../../src/record/episode.ts";
import { readCheckpoint } from "../../src/run/read.ts";
import { AppendOnlyFile } from "../../src/util/append-only-file.ts";
import { folder, spiral } from "../cli/spiral.ts";
import { evaluatedRun } from "./curves/runs.ts";

const dir = folder();
const FILES = ["manifest.json", "config.yaml", "metrics.jsonl", "checkpoints.jsonl", "episodes.jsonl", "lock"];
const EPISODE = { game: "kuhn", version: 1, index: 0, players: ["learner", "learner"] as [string, string] };
const LINE = `${formatEpisode({ ...EPISODE, actions: [5, 0, 0], returns: [1, -1] })}\n`;

const makeFifo = (path: string): void => expect(spawnSync("sh", ["-c", 'mkfifo "$0"', path]).status).toBe(0);

/** A copy of the run, with a FIFO in place of one of its files. */
function withFifo(file: string): string {
  rmSync(join(dir, "copy"), { recursive: true, force: true });
  cpSync(join(dir, "run"), join(dir, "copy"), { recursive: true });
  const path = join(dir, "copy", file);
  rmSync(path, { force: true });
  makeFifo(path);
  return path;
}

describe.skipIf(process.platform === "win32")("a FIFO in the folder of a run", () => {
  beforeAll(() => {
    evaluatedRun(dir, "run", { nashConv: [0.5, 0.25] });
    writeFileSync(join(dir, "run/episodes.jsonl"), LINE);
  });

  it("is named, or left out, by every command that reads a run", async () => {
    for (const file of FILES) {
      withFifo(file);
      const isTold = async (command: string, ...args: string[]): Promise<boolean> => {
        const { code, out, err } = await spiral(dir, command, ...args);
        expect([file, command, [0, 3].includes(code)]).toEqual([file, command, true]);
        return `${out}${err}`.includes("it is a FIFO");
      };
      const told = [
        await isTold("report", "copy", "--html", join(dir, "page.html")),
        await isTold("replay", "copy", "--verify"),
        await isTold("compare", "run", "copy"),
        await isTold("runs"),
        await isTold("runs", "show", "copy"),
        await isTold("policy", "copy"),
      ];
      // A lock that cannot be read is of nobody.
      expect([file, told.includes(true)]).toEqual([file, file !== "lock"]);
    }
  });

  it("does not stop spiral view", async () => {
    for (const file of FILES) {
      withFifo(file);
      const source = { kind: "run", name: "copy", run: { dir: join(dir, "copy"), name: "copy" } } as const;
      const { overview } = servedPage(source, 5);
      await overview.state();
      const contents = overview.contents().then(
        ({ notes }) => notes.join(),
        (error: Error) => error.message,
      );
      expect([file, /left out|FIFO/.test(await contents)]).toEqual([file, file !== "lock"]);
      await overview.game(1).catch((error: Error) => expect(error.name).toBe("UserError"));
    }
  });

  it("is refused in a checkpoint, in a tournament, as a log that is written and as a report", async () => {
    rmSync(join(dir, "copy"), { recursive: true });
    cpSync(join(dir, "run"), join(dir, "copy"), { recursive: true });
    writeFileSync(
      join(dir, "copy/checkpoints.jsonl"),
      '{"update":4,"state":"","offsets":{"metrics":0,"episodes":0}}\n',
    );
    mkdirSync(join(dir, "copy/checkpoints/000004"), { recursive: true });
    makeFifo(join(dir, "copy/checkpoints/000004/state.json"));
    const run = { dir: join(dir, "copy"), name: "copy", checkpoint: 4 };
    expect(() => readCheckpoint(run, () => {})).toThrow("it is a FIFO");

    const fifo = join(dir, "fifo");
    makeFifo(fifo);
    expect(() => new AppendOnlyFile(fifo)).toThrow("it is a FIFO");
    expect(await spiral(dir, "report", "run", "--html", fifo)).toMatchObject({ code: 2 });
    mkdirSync(join(dir, "cup"));
    makeFifo(join(dir, "cup/tournament.json"));
    const { overview } = servedPage(
      pageSource([join(dir, "cup")], dir, () => {}),
      5,
    );
    await expect(overview.contents()).rejects.toThrow("was left out");
  });
});
