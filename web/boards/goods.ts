/** A table of goods: what each side owns and what it is worth to it, with the offer that waits for an answer. */
import { offerText } from "../../src/games/drawing.ts";
import type { GoodsView, TradeAct } from "../../src/games/view.ts";
import { withSign } from "../../src/util/figures.ts";
import { svg } from "../dom.ts";
import type { Drawing } from "./board.ts";

const [WIDTH, ROW] = [480, 26];
/** Acts that are drawn: the last ones. */
const ACTS = 4;

export function goods({ resources, holdings, turn, turnCount, standing, history }: GoodsView): Drawing {
  const most = Math.max(1, ...holdings.flatMap((side) => side?.owned ?? []));
  const sides = holdings.flatMap((side, seat) => {
    const x = seat === 0 ? 12 : WIDTH / 2 + 8;
    const head = [text(`Player ${seat}`, x, 52, `name seat${seat}`)];
    if (!side) return [...head, text("hidden", x, 52 + ROW, "faint")];
    const rows = resources.flatMap((name, r) => {
      const [y, owned] = [52 + (r + 1) * ROW, side.owned[r] ?? 0];
      return [
        text(name, x, y),
        svg("rect", { x: x + 62, y: y - 12, width: (owned / most) * 78, height: 14, class: `bar seat${seat}` }),
        text(String(owned), x + 146, y, "name"),
        text(`× ${side.values[r]}`, x + 176, y, "faint"),
      ];
    });
    return [...head, text(`gain ${withSign(side.gain, "−")}`, x + 146, 52, ""), ...rows];
  });
  const bottom = 52 + (resources.length + 1) * ROW;
  const past = (history ?? [])
    .slice(-ACTS)
    .map((act, i) => text(actText(resources, act), 12, bottom + 52 + i * 20, "faint"));
  const offer = standing
    ? `Player ${standing.seat} offers ${offerText(resources, standing.offer)}`
    : "No offer waits for an answer";
  return {
    width: WIDTH,
    height: bottom + 40 + (past.length > 0 ? past.length * 20 + 6 : 0),
    parts: [
      text(turn === null ? "All turns have been played" : `Turn ${turn} of ${turnCount}`, 12, 22),
      svg("line", { x1: WIDTH / 2, x2: WIDTH / 2, y1: 36, y2: bottom - 12, class: "rule" }),
      ...sides,
      svg("rect", { x: 1, y: bottom, width: WIDTH - 2, height: 32, rx: 8, class: standing ? "offer stands" : "offer" }),
      svg("text", { x: WIDTH / 2, y: bottom + 21, "text-anchor": "middle" }, offer),
      ...past,
    ],
  };
}

function actText(resources: readonly string[], { seat, act, offer }: TradeAct): string {
  if (act === "offer") return `Player ${seat} offered ${offerText(resources, offer)}`;
  return `Player ${seat} ${{ accept: "accepted", deny: "denied", pass: "passed" }[act]}`;
}

const text = (words: string, x: number, y: number, kind = ""): SVGElement => svg("text", { x, y, class: kind }, words);
