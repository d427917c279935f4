/** A board of rows and columns: marks in cells, or discs in columns. */
import type { GridView } from "../../src/games/view.ts";
import { svg } from "../dom.ts";
import type { Drawing } from "./board.ts";

const CELL = 60;

export function grid(view: GridView, before: GridView | undefined, play?: (name: string) => void): Drawing {
  const { marks, seatMarks, cellNames, columnNames } = view;
  const top = columnNames ? 24 : 2;
  const columns = marks[0]?.length ?? 0;
  const heads = (columnNames ?? []).map((name, c) =>
    svg("text", { x: 2 + (c + 0.5) * CELL, y: 17, "text-anchor": "middle", class: "faint" }, name),
  );
  const cells = marks.flatMap((row, r) =>
    row.map((mark, c) => {
      const [x, y] = [2 + c * CELL, top + r * CELL];
      const isNew = mark !== null && before !== undefined && before.marks[r]?.[c] !== mark;
      const group = svg(
        "g",
        {},
        svg("rect", { x, y, width: CELL, height: CELL, class: isNew ? "cell new" : "cell" }),
        mark === null
          ? name(cellNames?.[r]?.[c], x, y)
          : piece(mark, seatMarks.indexOf(mark), columnNames !== null, x, y),
      );
      const move = columnNames ? columnNames[c] : mark === null ? cellNames?.[r]?.[c] : undefined;
      if (play && move !== undefined) {
        group.setAttribute("class", "playable");
        group.addEventListener("click", () => play(`[${move}]`));
      }
      return group;
    }),
  );
  return { width: columns * CELL + 4, height: top + marks.length * CELL + 2, parts: [...heads, ...cells] };
}

const name = (text: string | undefined, x: number, y: number): SVGElement | undefined =>
  text === undefined
    ? undefined
    : svg("text", { x: x + CELL / 2, y: y + CELL / 2 + 5, "text-anchor": "middle", class: "faint" }, text);

function piece(mark: string, seat: number, isDisc: boolean, x: number, y: number): SVGElement {
  const [cx, cy] = [x + CELL / 2, y + CELL / 2];
  const text = (size: number): SVGElement =>
    svg("text", { x: cx, y: cy + size / 3, "text-anchor": "middle", "font-size": size, class: "mark" }, mark);
  if (isDisc) return svg("g", { class: `seat${seat}` }, svg("circle", { cx, cy, r: 24, class: "disc" }), text(20));
  return svg("g", { class: `seat${seat}` }, text(42));
}
