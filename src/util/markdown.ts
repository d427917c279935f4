/** Tables in Markdown. */

/** The lines of a table. The first `left` columns are aligned to the left, the others to the right. */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[], left: number): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(header), line(header.map((_, i) => (i < left ? "---" : "---:"))), ...rows.map(line)];
}
