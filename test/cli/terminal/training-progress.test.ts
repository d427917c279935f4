/** What training shows of itself: an area that is redrawn in place on a terminal, plain lines elsewhere. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { widthOf } from "../../../src/cli/terminal/layout.ts";
import { compact, createProgress, number, sparkline } from "../../../src/cli/terminal/training-progress.ts";

let written = "";
const { isTTY, columns } = process.stderr;

/** What stderr is for a test: a terminal of so many columns, or a pipe. */
function stderrIs(terminal: { readonly columns: number } | undefined): void {
  Object.assign(process.stderr, { isTTY: terminal !== undefined, columns: terminal?.columns });
}

/**
 * What the terminal shows after all that was written. It knows line feeds, cursor up and clearing a line. Clearing the rest of
 * the screen is not among them, as tmux keeps a copy of what is so cleared.
 */
function screen(): string[] {
  const lines: string[] = [];
  let row = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the control sequences of a terminal
  for (const [part, up, clear] of written.matchAll(/\x1b\[(\d+)A|\x1b\[2(K)|[^\n\x1b]*\n/g)) {
    if (up !== undefined) row -= Number(up);
    else if (clear) lines.splice(row);
    else lines[row++] = part.slice(0, -1);
  }
  expect(row).toBe(lines.length);
  expect(written).not.toContain("J");
  return lines;
}

const pass = (milliseconds: number): void => void vi.advanceTimersByTime(milliseconds);

beforeEach(() => {
  written = "";
  vi.useFakeTimers({ toFake: ["performance"] });
  vi.stubEnv("NO_COLOR", "1");
  vi.stubEnv("TERM", "xterm");
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    written += text;
    return true;
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  Object.assign(process.stderr, { isTTY, columns });
});

describe("on a terminal", () => {
  beforeEach(() => stderrIs({ columns: 100 }));

  it("shows how far it is, how fast, and how long it takes", () => {
    const progress = createProgress(110, 10);
    progress.update(11, 1000);
    expect(screen()).toEqual([`${"━".repeat(24)}  update 11 of 110  0 s, 0 s to go`]);
    pass(10_000);
    progress.update(20, 6000);
    expect(screen()).toEqual([`${"━".repeat(24)}  update 20 of 110  500 games/s  10 s, 90 s to go`]);
    pass(90_000);
    progress.update(110, 201_000);
    expect(screen()).toEqual([`${"━".repeat(24)}  update 110 of 110  2000 games/s  100 s`]);
  });

  it("has no bar and no time to go in a run of no set length", () => {
    const progress = createProgress(0, 10);
    progress.update(11, 1000);
    pass(10_000);
    progress.update(20, 6000);
    expect(screen()).toEqual(["update 20  500 games/s  10 s"]);
  });

  it("fills the bar with the share of updates that are done", () => {
    vi.stubEnv("NO_COLOR", "");
    vi.stubEnv("FORCE_COLOR", "1");
    createProgress(4, 0).update(1, 10);
    expect(written).toContain(`\x1b[36m${"━".repeat(6)}\x1b[39m\x1b[2m${"━".repeat(18)}\x1b[22m  update 1 of 4`);
  });

  it("redraws one area in place: a line for messages each, and one for each game with its history", () => {
    const progress = createProgress(20, 0);
    progress.message("Training runs/a on js.");
    const pig = "pig:target=10";
    progress.evaluation(0, { kuhn: { nashConv: 1, greedyNashConv: 2 }, [pig]: { meanReturnVsRandom: 0.5 } });
    progress.evaluation(10, { kuhn: { nashConv: 0.1, greedyNashConv: 0 }, [pig]: { meanReturnVsRandom: 0.9 } });
    progress.message("Finishing update 11.");
    const [headline, ...rest] = screen();
    expect(headline).toContain("update 10 of 20");
    expect(rest).toEqual([
      "Training runs/a on js.",
      "Finishing update 11.",
      `kuhn           ${"█▁".padEnd(24)}  NashConv 0.1000, greedy 0`,
      `pig:target=10  ${"█▁".padEnd(24)}  mean return 0.900 against random`,
    ]);
  });

  it("draws updates at most ten times a second, evaluations and messages at once", () => {
    const progress = createProgress(100, 0);
    progress.update(1, 10);
    pass(99);
    progress.update(2, 20);
    expect(screen()[0]).toContain("update 1 of 100");
    pass(1);
    progress.update(3, 30);
    expect(screen()[0]).toContain("update 3 of 100");
    progress.evaluation(4, {});
    expect(screen()[0]).toContain("update 4 of 100");
  });

  it("cuts lines that would wrap, and leaves no colour open", () => {
    stderrIs({ columns: 40 });
    vi.stubEnv("NO_COLOR", "");
    vi.stubEnv("FORCE_COLOR", "1");
    const progress = createProgress(100, 0);
    progress.message("x".repeat(39));
    progress.message("y".repeat(40));
    progress.evaluation(1, { kuhn: { nashConv: 1, greedyNashConv: 1 } });
    const lines = written.split("\n");
    expect(Math.max(...lines.map(widthOf))).toBe(39);
    expect(lines).toContain("x".repeat(39));
    expect(lines).toContain(`${"y".repeat(38)}…`);
    expect(lines.at(-2)).toBe("\x1b[1mkuhn\x1b[22m  NashConv 1.0000, greedy 1.0000");
  });

  it.each([12, 16, 20, 30, 40, 50, 60, 80, 200])("shows a number whole or not at all: %i columns", (columns) => {
    stderrIs({ columns });
    const progress = createProgress(4000, 0);
    progress.message("Training runs/some-run on wasm. Ctrl-C saves and stops.");
    progress.update(1, 100);
    pass(2000);
    progress.update(600, 70_000);
    const pig = "connect-four:columns=4:rows=4";
    progress.evaluation(612, {
      kuhn: { nashConv: 1.6667, greedyNashConv: 0.0123 },
      [pig]: { meanReturnVsRandom: -0.125 },
    });
    const lines = screen();
    expect(Math.max(...lines.map(widthOf))).toBeLessThan(columns);
    expect(lines[0]).toMatch(columns < 20 ? /612\/4000|^$/ : /update 612 of 4000/);
    const whole = ["612", "4000", "1.6667", "0.0123", "-0.125", "2", "11", "35000", "35", "4"];
    const text = lines.filter((line) => !line.includes("…")).join("\n");
    for (const [figure] of text.matchAll(/-?[\d.]*\d/g)) expect(whole).toContain(figure);
    if (columns >= 40) expect(text).toContain("1.6667");
  });

  it("takes the area away at the end", () => {
    const progress = createProgress(2, 0);
    progress.message("Training.");
    progress.update(1, 10);
    progress.close();
    expect(screen()).toEqual([]);
    const before = written;
    progress.close();
    expect(written).toBe(before);
  });
});

describe("elsewhere", () => {
  const measures = { kuhn: { nashConv: 0.25, greedyNashConv: 0 }, pig: { meanReturnVsRandom: -0.125 } };

  it.each([
    ["a pipe", () => stderrIs(undefined)],
    [
      "a terminal that cannot move its cursor",
      () => {
        stderrIs({ columns: 80 });
        vi.stubEnv("TERM", "dumb");
      },
    ],
  ])("%s: a line for each evaluation and message", (_where, set) => {
    set();
    const progress = createProgress(120, 0);
    progress.message("Training.");
    pass(1500);
    progress.update(9, 10);
    progress.evaluation(10, measures);
    progress.close();
    expect(written).toBe(
      "Training.\nupdate  10/120  1.5 s  kuhn NashConv 0.2500, greedy 0 | pig mean return -0.125 against random\n",
    );
  });

  it.each([[undefined], [{ columns: 80 }]])("quiet, stderr %j: messages alone", (terminal) => {
    stderrIs(terminal);
    const progress = createProgress(120, 0, { quiet: true });
    progress.message("Training.");
    progress.update(9, 10);
    progress.evaluation(10, measures);
    progress.close();
    expect(written).toBe("Training.\n");
  });
});

describe("the curve of a game", () => {
  it("the curve of a long run fits its width, from high to low", () => {
    const points = Array.from({ length: 300_000 }, (_, i) => 10 ** (-3 * (i / 300_000)));
    const curve = sparkline(points, 8);
    expect(curve).toBe("▇▆▅▅▄▃▂▁");
  });

  it("is logarithmic, ends with the latest value, and is padded", () => {
    expect(sparkline([1, 0.1, 0.01], 5)).toBe("█▅▁  ");
    expect(sparkline([0.5, 0.5], 2)).toBe("▁▁");
    // Zero counts as the smallest value that is told apart.
    expect(sparkline([1, 0, 1e-4], 3)).toBe("█▁▁");
    expect(sparkline([1, 1, 1, 1e-4], 2)).toBe("█▁");
  });
});

it("figures are short", () => {
  expect([0, 0.00004, 1.23456].map(number)).toEqual(["0", "0.0000", "1.2346"]);
  expect([999, 9999, 10_000, 34_499, 1_200_000].map(compact)).toEqual(["999", "9999", "10 k", "34 k", "1.2 M"]);
});
