/** A race to a score: a bar for each player, with the points of the turn behind the mover's. */
import type { ScoreView } from "../../src/games/view.ts";
import { svg } from "../dom.ts";
import type { Drawing } from "./board.ts";

const [WIDTH, LENGTH] = [480, 320];

export function score({ scores, target, mover, turnTotal, rolls, rollLimit, rolling }: ScoreView): Drawing {
  const scale = (points: number): number => (Math.min(points, target) / target) * LENGTH;
  const bars = scores.flatMap((points, seat) => {
    const y = 10 + seat * 40;
    return [
      svg("text", { x: 8, y: y + 19, class: `name seat${seat}` }, `Player ${seat}`),
      svg("rect", { x: 90, y, width: LENGTH, height: 28, rx: 4, class: "slot" }),
      svg("rect", { x: 90, y, width: scale(points), height: 28, rx: 4, class: `bar seat${seat}` }),
      seat === mover &&
        svg("rect", {
          ...{ x: 90 + scale(points), y, height: 28, class: `bar turn seat${seat}` },
          width: scale(points + turnTotal) - scale(points),
        }),
      svg("text", { x: 100 + LENGTH, y: y + 19, class: "name" }, String(points)),
    ].filter((part) => part !== false);
  });
  const turn = `Player ${mover}: ${turnTotal} in this turn${rolling ? ", the die is thrown" : ""}`;
  return {
    width: WIDTH,
    height: 136,
    parts: [
      ...bars,
      svg("text", { x: 8, y: 106 }, turn),
      svg("text", { x: 8, y: 128, class: "faint" }, `to ${target} · roll ${rolls} of ${rollLimit}`),
    ],
  };
}
