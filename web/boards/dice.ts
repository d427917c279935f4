/** Dice under cups, and the bids on them. */
import type { DiceView } from "../../src/games/view.ts";
import { svg } from "../dom.ts";
import type { Drawing } from "./board.ts";

const [WIDTH, DIE] = [480, 46];
/** The last bids that are drawn. */
const BIDS = 6;
/** Pips by face: places in a grid of three by three, counted by rows. */
const PIPS = [[], [4], [0, 8], [0, 4, 8], [0, 2, 6, 8], [0, 2, 4, 6, 8], [0, 2, 3, 5, 6, 8]];

export function dice({ dice, dicePerSeat, bids, caller }: DiceView): Drawing {
  const seats = dice.flatMap((own, seat) => {
    const y = 8 + seat * (DIE + 14);
    return [
      svg("text", { x: 8, y: y + 29, class: `name seat${seat}` }, `Player ${seat}`),
      ...Array.from({ length: dicePerSeat }, (_, i) =>
        die(i < own.length ? own[i] : undefined, 100 + i * (DIE + 8), y, seat),
      ),
    ];
  });
  const shown = bids.slice(-BIDS);
  const claims = shown.map(({ seat, quantity, face }, i) =>
    svg(
      "text",
      { x: 8, y: 154 + i * 20, class: i === shown.length - 1 ? "name" : "faint" },
      `Player ${seat} bid ${quantity} × ${face}`,
    ),
  );
  const call =
    caller === null
      ? []
      : [svg("text", { x: 8, y: 154 + shown.length * 20, class: "name" }, `Player ${caller} called it a lie`)];
  const last = shown.length + call.length;
  return { width: WIDTH, height: 144 + Math.max(1, last) * 20, parts: [...seats, ...claims, ...call] };
}

/** A die: `?` if it is hidden, an empty place if it was not rolled yet. */
function die(face: number | null | undefined, x: number, y: number, seat: number): SVGElement {
  const square = svg("rect", { x, y, width: DIE, height: DIE, rx: 8, class: face === undefined ? "slot" : "card" });
  if (face === undefined) return square;
  const marks =
    face === null
      ? [svg("text", { x: x + DIE / 2, y: y + 32, "text-anchor": "middle", "font-size": 26, class: "rank" }, "?")]
      : (PIPS[face] ?? []).map((place) =>
          svg("circle", {
            cx: x + DIE / 2 + ((place % 3) - 1) * 13,
            cy: y + DIE / 2 + (Math.floor(place / 3) - 1) * 13,
            r: 4.5,
            class: `pip seat${seat}`,
          }),
        );
  return svg("g", {}, square, ...marks);
}
