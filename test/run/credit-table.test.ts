/** The tables of credit: which rows, and how errors and biases are written. */
import { describe, expect, it } from "vitest";
import type { CreditFigures, CreditResult } from "../../src/run/credit.ts";
import { biasText, creditTables } from "../../src/run/tables/credit-table.ts";
import { markdownTable } from "../../src/util/markdown.ts";

const figures = (meanSquaredError: number, more: Partial<CreditFigures> = {}): CreditFigures => ({
  ...{ signal: 4, squaredBias: 1, squaredBiasError: 0.01, variance: 9, meanSquaredError },
  ...{ rankCorrelation: 0.5, covered: 1 },
  ...more,
});

const at = (update: number, seed: number, meanSquaredError: number): CreditResult => {
  const gradient = { cosine: 0.25, squaredBias: 0.0004, squaredBiasError: 0.001, variance: 2 };
  const byPly = [
    { role: "first", ply: 1, ...figures(4 * meanSquaredError) },
    { role: "second", ply: 2, ...figures(0, { signal: 1e-30, rankCorrelation: null }) },
  ];
  return { game: "kuhn", seed, update, estimators: { rae: { gradient, all: figures(meanSquaredError), byPly } } };
};

describe("the tables of credit", () => {
  const lines = creditTables([at(2, 1, 1), at(4, 1, 1), at(4, 2, 4)]).flatMap(({ header, rows }) =>
    markdownTable(header, rows, 1),
  );

  it("have a row for each checkpoint, and at the last one for each role and ply; errors are relative", () => {
    const first = lines.indexOf("| game | update | role | ply | rae |");
    expect(lines.slice(first + 2, first + 6)).toEqual([
      "| kuhn | 2 |  |  | 0.50 |",
      "| kuhn | 4 |  |  | 0.75 (0.50 – 1.00) |",
      "| kuhn | 4 | first | 1 | 1.50 (1.00 – 2.00) |",
      "| kuhn | 4 | second | 2 | – |",
    ]);
  });

  it("are one for each measure", () => {
    expect(lines.filter((line) => line.startsWith("| kuhn | 2 |"))).toEqual([
      "| kuhn | 2 |  |  | 0.50 |",
      "| kuhn | 2 |  |  | 0.50 |",
      "| kuhn | 2 |  |  | 1.50 |",
      "| kuhn | 2 |  |  | 0.50 |",
      "| kuhn | 2 | 0.250 |",
      "| kuhn | 2 | < 0.07 |",
    ]);
  });

  it("are none where credit was not measured", () => {
    expect(creditTables([])).toEqual([]);
  });

  it("say how large a bias is, or what it is less than", () => {
    expect(biasText([[0.09, 0.01]])).toBe("0.30");
    expect(biasText([[0.09, 0.02]])).toBe("< 0.44");
    // Four seeds have half the error of one.
    expect(biasText(Array(4).fill([0.09, 0.02]))).toBe("0.30");
    expect(biasText([[-0.09, 0.018]])).toBe("< 0.30");
    expect(biasText([])).toBe("–");
  });
});
