/** `spiral report` of a small run: what is in the file, and what is not. */
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { PageContents } from "../../../src/page/contents.ts";
import { liveRun } from "../../../src/page/live/live-folder.ts";
import { contentsIn } from "../../page/contents-in.ts";
import { disagreements } from "../documented.ts";
import { copyOf, edit, folder, spiral } from "../spiral.ts";
import { trainWhole } from "./trained.ts";

/** Holds the run `whole`: Kuhn poker, 6 updates, checkpoints after 3 and 6. */
let dir: string;
beforeAll(async () => {
  dir = await trainWhole();
}, 60_000);

/** Writes a report of a run in `runs`. */
async function reported(
  runs: string,
  ...argv: string[]
): Promise<{ html: string; contents: PageContents; out: string }> {
  const file = join(folder(), "report.html");
  const { code, out } = await spiral(runs, "report", "--html", file, ...argv);
  expect(code).toBe(0);
  const html = readFileSync(file, "utf8");
  return { html, contents: contentsIn(html), out };
}

describe("spiral report", () => {
  it("holds the run's metrics, checkpoints and games", async () => {
    const { html, contents } = await reported(dir, "whole");
    expect(html.length).toBeLessThan(1_000_000);
    expect(contents.title).toBe("kuhn · seed 3");
    expect(contents.checkpoints.map(({ update }) => update)).toEqual([3, 6]);
    const weights = readFileSync(join(dir, "whole/checkpoints/000006/model.safetensors"));
    expect(Buffer.from(contents.checkpoints[1]?.weights ?? "", "base64").equals(weights)).toBe(true);
    const lines = readFileSync(join(dir, "whole/episodes.jsonl"), "utf8").trim().split("\n");
    expect(contents.episodes).toMatchObject(
      lines.map((line, i) => {
        const { check, ...episode } = JSON.parse(line);
        return { line: i + 1, ...episode };
      }),
    );
    const metrics = readFileSync(join(dir, "whole/metrics.jsonl"), "utf8").trim().split("\n");
    const last = JSON.parse(metrics.at(-1) ?? "");
    expect(contents.metrics).toHaveLength(metrics.length);
    const { episodes, loss, learningRate, rows, ...shown } = last;
    expect(contents.metrics.at(-1)).toEqual(shown);
    expect((await reported(dir, "whole@3")).contents.checkpoints.map(({ update }) => update)).toEqual([3]);
  });

  it("has the games that spiral view serves one by one", async () => {
    const { episodes } = (await reported(dir, "whole")).contents;
    const live = liveRun({ dir: join(dir, "whole"), name: "whole" });
    expect(await Promise.all(episodes.map(({ line }) => live.game(line)))).toEqual(episodes);
  });

  it("names nothing of this machine, unless asked", async () => {
    const { dir: runs, run } = copyOf(join(dir, "whole"));
    edit(join(run, "manifest.json"), (text) => text.replace('"argv": []', '"argv": ["train", "--dir", "/home/ann"]'));
    const { html, contents } = await reported(runs, "copy");
    const data = JSON.stringify({ ...contents, checkpoints: [] });
    for (const name of ["whole", "copy", runs, hostname(), "ann"]) expect(data).not.toContain(name);
    for (const folder of [process.cwd(), runs]) expect(html).not.toContain(folder);
    const named = await reported(runs, "copy", "--names");
    expect(named.contents.title).toBe("copy");
    expect(Object.fromEntries(named.contents.facts)).toMatchObject({
      ...{ run: "copy", command: "spiral train --dir /home/ann" },
    });
  });

  it("says what it left out: damaged lines, a damaged checkpoint, games that do not fit", async () => {
    const { dir: runs, run } = copyOf(join(dir, "whole"));
    const log = join(run, "episodes.jsonl");
    const line = readFileSync(log, "utf8").split("\n")[0] ?? "";
    writeFileSync(log, `${line.replace("learner", "Learner")}\n${`${line}\n`.repeat(5000)}{"game":"ku`);
    writeFileSync(join(run, "checkpoints/000003/model.safetensors"), "no weights");
    appendFileSync(join(run, "metrics.jsonl"), "{}\n");
    const { contents } = await reported(runs, "copy");
    expect(contents.episodes).toHaveLength(2500);
    expect(contents.checkpoints.map(({ update }) => update)).toEqual([6]);
    expect(contents.notes).toEqual([
      "1 line of the metrics could not be read.",
      "The checkpoint of update 3 is damaged and was left out.",
      "The last line of the log is torn and was left out.",
      "1 line of the log could not be read: line 1: altered: its checksum does not match.",
      "2,500 of 5,000 logged games are in this file, evenly spread over the run; with --all-games it has all.",
    ]);
    expect((await reported(runs, "copy", "--all-games")).contents.episodes).toHaveLength(5000);
  });

  it("shows a run whose log is of another kind, or not to be read from some line on", async () => {
    const { dir: runs, run } = copyOf(join(dir, "whole"));
    const log = join(run, "episodes.jsonl");
    const line = readFileSync(log, "utf8").split("\n")[0] ?? "";
    writeFileSync(log, `{"event":"login"}\n${line}\n${"x".repeat(17 << 20)}\n${line}\n`);
    const cut = (await reported(runs, "copy")).contents;
    expect(cut.episodes.map((game) => game.line)).toEqual([2]);
    expect(cut.notes).toEqual([
      expect.stringMatching(/^The rest of the log could not be read: line 3: this is longer than 16 MiB/),
      "1 line of the log could not be read: line 1: not an episode: it does not end in a checksum.",
    ]);
    writeFileSync(log, Buffer.from(line, "utf16le"));
    const foreign = (await reported(runs, "copy")).contents;
    expect(foreign.episodes).toEqual([]);
    expect(foreign.notes).toEqual([expect.stringMatching(/^The rest of the log could not be read: it is UTF-16 text/)]);
    expect(JSON.stringify([cut, foreign])).not.toContain(runs);
    expect(foreign.checkpoints).toHaveLength(2);
  });

  it("shows a run whose policy the page cannot compute without it", async () => {
    const { dir: runs, run } = copyOf(join(dir, "whole"));
    edit(join(run, "config.yaml"), (text) => text.replace("policy: mlp", "policy: /home/someone/kind.js"));
    const { contents } = await reported(runs, "copy");
    expect(contents.checkpoints.map(({ update }) => update)).toEqual([]);
    expect(contents.notes[0]).toContain("The page computes policies of kind mlp and text");
    expect(Object.fromEntries(contents.facts).policy).toBe("of a kind of its own");
    expect(JSON.stringify(contents)).not.toContain("someone");
  });

  it("replaces a report, and no other file", async () => {
    const file = join(folder(), "x.html");
    writeFileSync(file, "<!doctype html>\n<p>mine");
    const refused = await spiral(dir, "report", "whole", "--html", file);
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining("is there already and is no report") });
    expect(readFileSync(file, "utf8")).toContain("mine");
    const other = join(folder(), "y.html");
    for (let time = 0; time < 2; time++) {
      expect(await spiral(dir, "report", "whole", "--html", other)).toMatchObject({ code: 0 });
    }
  });

  it("--json is what docs/json.md says", async () => {
    const { out, html } = await reported(dir, "whole", "--json");
    const value = JSON.parse(out);
    expect(disagreements("json.md", "spiral report --json", value)).toEqual([]);
    expect(value).toMatchObject({ bytes: Buffer.byteLength(html), checkpoints: 2, games: ["kuhn"] });
  });
});
