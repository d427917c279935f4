/** Draws the view of a position as SVG, with its description as the text alternative. */
import type { View } from "../../src/games/view.ts";
import { svg } from "../dom.ts";
import { cards } from "./cards.ts";
import { describe } from "./describe.ts";
import { dice } from "./dice.ts";
import { goods } from "./goods.ts";
import { grid } from "./grid.ts";
import { score } from "./score.ts";

/** The parts of a drawing, and its size. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly parts: readonly SVGElement[];
}

export interface BoardOptions {
  /** An earlier view, so that what changed since can be marked. */
  readonly before?: View | undefined;
  /** The last move in words, with which the text alternative ends. */
  readonly last?: string | undefined;
  /** Called with the name of an action, `[4]`, if its place on the board is clicked. */
  readonly play?: ((name: string) => void) | undefined;
}

export function board(view: View, options: BoardOptions = {}): SVGSVGElement {
  const { width, height, parts } = drawing(view, options);
  const last = options.last === undefined ? "" : ` The last move: ${options.last}.`;
  return svg(
    "svg",
    {
      viewBox: `0 0 ${width} ${height}`,
      class: `board ${view.kind}`,
      role: "img",
      "aria-label": `${describe(view)}${last}`,
    },
    ...parts,
  );
}

function drawing(view: View, { before, play }: BoardOptions): Drawing {
  switch (view.kind) {
    case "grid":
      return grid(view, before?.kind === "grid" ? before : undefined, play);
    case "cards":
      return cards(view, before?.kind === "cards" ? before : undefined);
    case "goods":
      return goods(view);
    case "dice":
      return dice(view);
    case "score":
      return score(view);
  }
}
