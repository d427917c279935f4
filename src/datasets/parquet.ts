/** Rows as a Parquet file. A conversation is a list of structs, as the libraries that train on it expect. */
import type { ColumnSource } from "hyparquet-writer";
import type { Cell, Row } from "./rows.ts";

/** `columns`: their names, in order. Numbers are doubles; NaN is null. */
export async function parquetOf(columns: readonly string[], rows: readonly Row[]): Promise<Uint8Array> {
  const { ByteWriter, parquetWrite } = await import("hyparquet-writer");
  const writer = new ByteWriter();
  const columnData = columns.map((name): ColumnSource => ({ name, data: rows.map((row) => plain(row[name] as Cell)) }));
  const schema = [
    { name: "root", num_children: columns.length },
    ...columns.flatMap((name) => elements(name, rows[0]?.[name] as Cell)),
  ];
  parquetWrite({ writer, columnData, schema });
  return new Uint8Array(writer.getBuffer());
}

const plain = (cell: Cell): unknown => (typeof cell === "number" && Number.isNaN(cell) ? null : cell);

type Elements = NonNullable<Parameters<typeof import("hyparquet-writer").parquetWrite>[0]["schema"]>;

const textOf = (name: string) => ({
  ...({ name, type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" } as const),
});

function elements(name: string, cell: Cell): Elements {
  if (typeof cell === "string") return [textOf(name)];
  if (typeof cell === "number") return [{ name, type: "DOUBLE", repetition_type: "OPTIONAL" }];
  return [
    { name, repetition_type: "OPTIONAL", num_children: 1, converted_type: "LIST" },
    { name: "list", repetition_type: "REPEATED", num_children: 1 },
    { name: "element", repetition_type: "OPTIONAL", num_children: 2 },
    textOf("role"),
    textOf("content"),
  ];
}
