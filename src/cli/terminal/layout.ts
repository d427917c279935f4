/** Fits text into the columns of a terminal: folds lines at spaces, and lays out tables. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control sequences
const ANSI = /\x1b\[[0-9;?]*[A-Za-z]/g;
const plain = (text: string): string => text.replaceAll(ANSI, "");
/** Columns that a text takes, colours not counted. */
export const widthOf = (text: string): number => [...plain(text)].length;

/** A word with the spaces before it. A suggested command is one word: half of it must not look like the whole of it. */
const WORD = / *(?:(?<=: *)(?:npx )?spiral [a-z].*?(?=\. [A-Z]|$)|[^ ]+)/g;

/** Breaks lines at spaces so that they fit, and keeps their indentation. A word that is wider than `columns` stays whole. */
export function fold(text: string, columns: number): string {
  return text
    .split("\n")
    .flatMap((line) => foldLine(line, columns))
    .join("\n");
}

function foldLine(line: string, columns: number): string[] {
  if (widthOf(line) <= columns) return [line];
  const indent = " ".repeat(Math.min(plain(line).search(/[^ ]|$/), Math.floor(columns / 2)));
  const lines: string[] = [];
  let current = "";
  for (const [word] of line.trimEnd().matchAll(WORD)) {
    if (current === "" || widthOf(current + word) <= columns) current += word;
    else {
      lines.push(current);
      current = indent + word.trimStart();
    }
  }
  return [...lines, current];
}

/** The first text that takes at most so many columns; "" if none does. So a number is shown whole or not at all. */
export const firstThatFits = (texts: readonly string[], columns: number): string =>
  texts.find((text) => widthOf(text) <= columns) ?? "";

export interface TableLayout {
  /** Columns that are aligned to the right. */
  readonly right?: readonly number[];
  /** Columns that may be left out if the table is too wide, in this order. */
  readonly drop?: readonly number[];
  /** A column whose cells may take several lines. */
  readonly folded?: number;
  /** The width that the table may have. */
  readonly columns: number;
  readonly bold: (text: string) => string;
}

type Row = readonly string[];

/** A folded column is at least so wide. */
const LEAST_FOLDED = 20;
const GAP = "  ";

/**
 * Rows under a header, which may be empty. A table that is too wide folds the cells of one column, then leaves out columns; if
 * that is not enough, each row becomes a block of lines.
 */
export function layTable(header: Row, rows: readonly Row[], layout: TableLayout): string {
  const count = Math.max(header.length, ...rows.map((row) => row.length));
  const cleaned = rows.map((row) =>
    Array.from({ length: count }, (_, i) => (row[i] ?? "").replaceAll(/[^\S\u00a0]/g, " ")),
  );
  const { drop = [], folded } = layout;
  for (let dropped = 0; dropped <= drop.length; dropped++) {
    const left = drop.slice(0, dropped);
    const kept = Array.from({ length: count }, (_, i) => i).filter((i) => !left.includes(i));
    const widths = kept.map((i) => Math.max(...[header, ...cleaned].map((row) => widthOf(row[i] ?? ""))));
    const excess = widths.reduce((sum, width) => sum + width, GAP.length * (kept.length - 1)) - layout.columns;
    const at = folded === undefined ? -1 : kept.indexOf(folded);
    const narrowed = at < 0 || excess <= 0 ? undefined : (widths[at] as number) - excess;
    if (narrowed !== undefined && narrowed >= LEAST_FOLDED) widths[at] = narrowed;
    else if (excess > 0) continue;
    return grid(header, cleaned, kept, widths, layout);
  }
  return blocks(header, cleaned, layout);
}

function grid(
  header: Row,
  rows: readonly Row[],
  kept: readonly number[],
  widths: readonly number[],
  { right = [], bold }: TableLayout,
): string {
  const line = (row: Row): string => {
    const cells = kept.map((i, k) => foldLine(row[i] ?? "", widths[k] as number));
    const height = Math.max(...cells.map((cell) => cell.length));
    return Array.from({ length: height }, (_, y) =>
      kept
        .map((i, k) => {
          const text = cells[k]?.[y] ?? "";
          const padding = " ".repeat(Math.max(0, (widths[k] as number) - widthOf(text)));
          return right.includes(i) ? padding + text : text + padding;
        })
        .join(GAP)
        .trimEnd(),
    ).join("\n");
  };
  const title = header.every((name) => name === "") ? [] : [bold(line(header))];
  return [...title, ...rows.map(line)].join("\n");
}

/** Each row as a block: its first cell, then the others, a line each, after the names of their columns. */
function blocks(header: Row, rows: readonly Row[], { right = [], columns, bold }: TableLayout): string {
  // A number in front, such as a rank, stands before the name.
  const titles = right.includes(0) ? 2 : 1;
  const width = Math.max(...header.slice(titles).map(widthOf), 0);
  const block = (row: Row): string => {
    const named = row.slice(titles).flatMap((cell, i) => {
      if (plain(cell).trim() === "") return [];
      const name = header[i + titles] ?? "";
      const start = name === "" ? GAP : `${GAP}${name.padEnd(width)}${GAP}`;
      const lines = foldLine(cell.trim(), Math.max(1, columns - widthOf(start)));
      return lines.map((line, y) => `${y === 0 ? start : " ".repeat(widthOf(start))}${line}`);
    });
    return [bold(row.slice(0, titles).join(" ").trim()), ...named].join("\n");
  };
  return rows.map(block).join("\n");
}
