/** Comma-separated values. RFC 4180, but with \n as the line end. */

/** Infinite numbers and NaN become empty cells. */
type Cell = string | number;

export const csv = (header: readonly string[], rows: readonly (readonly Cell[])[]): string =>
  [header, ...rows].map(csvLine).join("");

export const csvLine = (row: readonly Cell[]): string => `${row.map(cell).join(",")}\n`;

function cell(value: Cell): string {
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "";
  return /[",\n\r]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
