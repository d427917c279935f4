/** Dice under cups, and the bids on them. */
import type { DiceView } from "../../src/games/view.ts";
import { svg } from "../dom.ts";
import type { Drawing } from "./board.ts";

const WIDTH = 480;
/** A die and the space after it are at most so wide; less where there are more dice than fit. */
const [DIE, GAP] = [46, 8];
/** Where the dice begin, after the players' names. */
const LEFT = 100;
/** The last bids that are drawn. */
const BIDS = 6;
/** Pips by face: places in a grid of three by three, counted by rows. */
const PIPS = [[], [4], [0, 8], [0, 4, 8], [0, 2, 6, 8], [0, 2, 4, 6, 8], [0, 2, 3, 5, 6, 8]];

export function dice({ dice, dicePerSeat, bids, caller, match }: DiceView): Drawing {
  const top = match ? 28 : 0;
  const head = match
    ? [svg("text", { x: 8, y: 20 }, `Round ${match.round} · dice left ${match.left.join(" : ")}`)]
    : [];
  // All of one size, so that a player's dice do not grow when some are lost.
  const step = Math.min(DIE + GAP, (WIDTH - LEFT) / dicePerSeat);
  const seats = dice.flatMap((own, seat) => {
    const y = top + 8 + seat * (DIE + 14);
    return [
      svg("text", { x: 8, y: y + 29, class: `name seat${seat}` }, `Player ${seat}`),
      ...Array.from({ length: match?.left[seat] ?? dicePerSeat }, (_, i) =>
        svg(
          "g",
          { transform: `translate(${LEFT + i * step} ${y}) scale(${step / (DIE + GAP)})` },
          die(i < own.length ? own[i] : undefined, seat),
        ),
      ),
    ];
  });
  const list = top + 154;
  const shown = bids.slice(-BIDS);
  const claims = shown.map(({ seat, quantity, face }, i) =>
    svg(
      "text",
      { x: 8, y: list + i * 20, class: i === shown.length - 1 ? "name" : "faint" },
      `Player ${seat} bid ${quantity} × ${face}`,
    ),
  );
  const call =
    caller === null
      ? []
      : [svg("text", { x: 8, y: list + shown.length * 20, class: "name" }, `Player ${caller} called it a lie`)];
  const last = shown.length + call.length;
  return { width: WIDTH, height: list - 10 + Math.max(1, last) * 20, parts: [...head, ...seats, ...claims, ...call] };
}

/** A die: `?` if it is hidden, an empty place if it was not rolled yet. */
function die(face: number | null | undefined, seat: number): SVGElement {
  const square = svg("rect", { width: DIE, height: DIE, rx: 8, class: face === undefined ? "slot" : "card" });
  if (face === undefined) return square;
  const marks =
    face === null
      ? [svg("text", { x: DIE / 2, y: 32, "text-anchor": "middle", "font-size": 26, class: "rank" }, "?")]
      : (PIPS[face] ?? []).map((place) =>
          svg("circle", {
            cx: DIE / 2 + ((place % 3) - 1) * 13,
            cy: DIE / 2 + (Math.floor(place / 3) - 1) * 13,
            r: 4.5,
            class: `pip seat${seat}`,
          }),
        );
  return svg("g", {}, square, ...marks);
}
