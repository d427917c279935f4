import { describe, expect, it } from "vitest";
import { firstThatFits, fold, layTable, type TableLayout, widthOf } from "../../../src/cli/terminal/layout.ts";

const table = (columns: number, layout: Partial<TableLayout> = {}): string =>
  layTable(
    ["name", "mean return", "what"],
    [
      ["random", "+0.127 [+0.083, +0.171]", "every legal action alike"],
      ["mcts:sims=200", "-1", "tree search by the rules alone"],
    ],
    { right: [1], bold: (text) => text, columns, ...layout },
  );

describe("folded text", () => {
  it("breaks at spaces and keeps the indentation and the colours", () => {
    expect(fold("  \x1b[2mone two three four\x1b[22m", 11)).toBe("  \x1b[2mone two\n  three\n  four\x1b[22m");
    expect(fold("as it is", 8)).toBe("as it is");
    expect(fold("a\n\nb", 8)).toBe("a\n\nb");
  });

  it("leaves a word whole that is wider than the terminal", () => {
    expect(fold("see runs/a-very-long-name now", 10)).toBe("see\nruns/a-very-long-name\nnow");
  });

  it("leaves a suggested command whole, so that no half of it is pasted", () => {
    const text = "Stopped after update 2 of 9. Go on with: spiral train --resume 'a b' --dir x";
    expect(fold(text, 40)).toBe("Stopped after update 2 of 9. Go on with:\nspiral train --resume 'a b' --dir x");
    expect(fold("Try: npx spiral runs ls. Or do something else", 24)).toBe(
      "Try: npx spiral runs ls.\nOr do something else",
    );
  });

  it("takes no time for many spaces", () => {
    expect(fold(`a${" ".repeat(100_000)}b${" ".repeat(100_000)}`, 40)).toBe("a\nb");
  });
});

describe("a table", () => {
  it("has its natural width in a pipe", () => {
    expect(table(Number.POSITIVE_INFINITY).split("\n").map(widthOf)).toEqual([44, 64, 70]);
  });

  it("folds one column, then leaves out columns in their order", () => {
    expect(table(64, { folded: 2 })).toBe(
      [
        "name                       mean return  what",
        "random         +0.127 [+0.083, +0.171]  every legal action alike",
        "mcts:sims=200                       -1  tree search by the rules",
        "                                        alone",
      ].join("\n"),
    );
    expect(table(40, { folded: 2, drop: [2, 1] }).split("\n")[0]).toBe("name                       mean return");
    expect(table(38, { folded: 2, drop: [1] }).split("\n")[0]).toBe("name           what");
  });

  it.each([24, 30, 40])("becomes blocks, each cell whole: %i columns", (columns) => {
    const text = table(columns);
    for (const word of ["random", "mcts:sims=200", "+0.127", "[+0.083,", "+0.171]", "mean return"]) {
      expect(text).toContain(word);
    }
    expect(Math.max(...text.split("\n").map(widthOf))).toBeLessThanOrEqual(columns);
  });

  it("breaks no line at a joined space", () => {
    const text = layTable(["run", "NashConv"], [["none", "0.5 (0.4\u00a0–\u00a00.6)"]], {
      columns: 20,
      bold: (text) => text,
    });
    expect(text).toBe("none\n  NashConv  0.5\n            (0.4\u00a0–\u00a00.6)");
  });

  it("begins a block with the rank and the name", () => {
    const ranked = layTable(["", "player", "Elo"], [["1", "a-long-name", "+12"]], {
      right: [0],
      columns: 14,
      bold: (text) => text,
    });
    expect(ranked).toBe("1 a-long-name\n  Elo  +12");
  });

  it("keeps a row on its lines, whatever a cell holds", () => {
    expect(layTable([], [["a\nb", "c"]], { columns: 80, bold: (text) => text })).toBe("a b  c");
  });
});

it("the first text that fits, or none", () => {
  expect(firstThatFits(["update 6 of 40, 3 s", "update 6 of 40", "6/40"], 14)).toBe("update 6 of 40");
  expect(firstThatFits(["1.6667"], 5)).toBe("");
});
