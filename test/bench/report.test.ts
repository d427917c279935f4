/** What is written of results, and what is run to get them. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { runNode } from "../../bench/lib/child.ts";
import { type Figure, figure } from "../../bench/lib/measure.ts";
import { markdownTable, type Results, ratios, withResults } from "../../bench/lib/report.ts";
import { peers } from "../../bench/sections/peers.ts";

const section = (figures: readonly Figure[]) => ({
  figures,
  notes: ["On wasm."],
  date: "2026-11-23 19:00",
  commit: "abc1234",
  node: "v20.20.2",
  loadBefore: 0.1,
  loadAfter: 1.5,
  quick: false,
  seconds: 12,
});
const results: Results = {
  machine: { name: "m", cpu: "CPU", cores: 2, memoryGiB: 24, platform: "linux x64" },
  sections: {
    engines: section([
      figure("ttt, features", "games per CPU second", [1_000_000, 3_000_000, 2_000_000], {
        target: { least: 1_400_000 },
      }),
      figure("kuhn, features", "games per CPU second", [2e6], { target: { least: 2_800_000 } }),
    ]),
    exact: section([figure("kuhn, NashConv", "ms", [0.004], { cpu: [0.000002] })]),
    peers: section([
      figure("OpenSpiel 2.0.2: tic_tac_toe, rollouts in C++, no observations", "games per CPU second", [5e5]),
      figure("OpenSpiel 2.0.2: kuhn_poker, NashConv of uniform play", "ms", [0.5], { cpu: [0.0001] }),
      figure("OpenSpiel 2.0.2: leduc_poker, NashConv of uniform play", "ms", [100], { cpu: [0.1] }),
    ]),
  },
};

describe("tables", () => {
  it("say what was measured, how often, and whether it is what is wanted; empty columns are left out", () => {
    expect(
      markdownTable(section([figure("a", "ms", [3, 1, 2], { also: { rows: 1234 } }), figure("b", "s", [5])])),
    ).toBe(
      [
        "|  | rows | median | range | unit | n |",
        "|---|--:|--:|--:|--:|--:|",
        "| a | 1,234 | 2 | 1 – 3 | ms | 3 |",
        "| b |  | 5 |  | s | 1 |",
      ].join("\n"),
    );
    const [, , reached, missed] = markdownTable(results.sections.engines as never).split("\n");
    expect(reached).toBe("| ttt, features | 2 M | 1 M – 3 M | games per CPU second | 3 | ≥ 1.40 M |");
    expect(missed).toBe("| kuhn, features | 2 M |  | games per CPU second | 1 | ≥ 2.80 M **no** |");
  });

  it("set rates over the peer's, and the peer's CPU times over ours, where both were measured", () => {
    const rows = (ratios(results) ?? "").split("\n").slice(2);
    expect(rows.map((row) => row.split(" | ").at(-1))).toEqual(["4 × |", "50 × |"]);
    expect(rows[1]).toContain("kuhn, NashConv");
  });
});

describe("the page", () => {
  it("changes between the marks of what was measured only", () => {
    const page = (inside: string) =>
      `# A\n\n<!-- bench engines -->\n${inside}<!-- end -->\n\nB\n<!-- bench width -->\nas it was\n<!-- end -->\n`;
    const written = withResults(page("old\n"), results);
    expect(written).toContain(`# A\n\n<!-- bench engines -->\n\n${markdownTable(results.sections.engines as never)}\n`);
    expect(written).toContain("2 × CPU, 24 GiB, linux x64, Node v20.20.2, 2026-11-23 19:00 UTC, commit abc1234");
    expect(written).toContain("load average 0.1 before, 1.5 after");
    expect(written).not.toContain("old");
    expect(written).toContain("B\n<!-- bench width -->\nas it was\n<!-- end -->\n");
    expect(withResults(written, results)).toBe(written);
  });

  it("names no part that there is not", () => {
    expect(() => withResults("<!-- bench engine -->\n<!-- end -->", results)).toThrow('no part "engine"');
  });
});

describe("programs that are measured", () => {
  it("are heard line by line, and asked what they used", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "spiral-bench-")), "program.cjs");
    writeFileSync(file, 'process.stdout.write("one\\ntw"); setTimeout(() => process.stdout.write("o\\nrest"), 50);');
    const lines: string[] = [];
    const outcome = await runNode(file, [], (line, wall) => {
      expect(wall).toBeGreaterThan(0);
      lines.push(line);
    });
    expect(lines).toEqual(["one", "two"]);
    expect(outcome).toMatchObject({ code: 0, out: "one\ntwo\nrest", err: "" });
    expect(outcome.cpu).toBeGreaterThan(0);
    expect(outcome.residentMB).toBeGreaterThan(10);
  });
});

describe("peers", () => {
  const root = process.cwd();
  afterEach(() => {
    process.chdir(root);
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  it("are left out, with a reason, where there is no Python", async () => {
    process.chdir(mkdtempSync(join(tmpdir(), "spiral-bench-")));
    vi.stubEnv("PYTHON", "no-such-python");
    vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const { figures, notes } = await peers(true);
    expect(figures).toEqual([]);
    expect(notes.length).toBe(2);
    for (const note of notes) expect(note).toMatch(/^\w+==[\d.]+: left out, .*no-such-python/);
  });
});
