/**
 * A list of games of any length: only the rows in sight, and some beside them, are in the document. All rows have one height, so that
 * the place of a row follows from its number.
 */
import type { ListedGame } from "../src/page/contents.ts";
import { printable } from "../src/util/printable.ts";
import { el } from "./dom.ts";
import { plyLink, titleOf } from "./replay.ts";
import { returnsText } from "./text.ts";

/** Pixels; as in page.css. */
const ROW = 54;
/** Rows above and below those in sight, so that the next one can be reached by the keyboard. */
const BESIDE = 12;
/** Browsers draw no element that is much higher than this many rows. */
export const MOST_ROWS = 300_000;

export interface GameList {
  readonly element: HTMLElement;
  /** Shows these games; `open` is the line of the one that is marked. */
  show(games: readonly ListedGame[], open: number | undefined): void;
  /** Brings a game into sight. */
  reveal(line: number): void;
}

export function gameList(): GameList {
  const rows = el("ol", { "aria-label": "games" });
  const element = el("div", { class: "list", tabindex: -1 }, rows);
  let games: readonly ListedGame[] = [];
  let open: number | undefined;
  let drawn = new Map<number, HTMLElement>();

  const draw = (): void => {
    const first = Math.max(0, Math.floor(element.scrollTop / ROW) - BESIDE);
    const last = Math.min(games.length, Math.ceil((element.scrollTop + (element.clientHeight || 600)) / ROW) + BESIDE);
    const wanted = new Map<number, HTMLElement>();
    for (let i = first; i < last; i++) wanted.set(i, drawn.get(i) ?? rowOf(games[i] as ListedGame, i));
    for (const [i, row] of drawn) if (!wanted.has(i)) row.remove();
    let next = rows.firstChild;
    for (const row of wanted.values()) {
      if (row === next) next = row.nextSibling;
      else rows.insertBefore(row, next);
    }
    drawn = wanted;
  };
  const rowOf = (game: ListedGame, i: number): HTMLElement => {
    const link = el("a", { href: plyLink(game.line, 0) }, titleOf(game));
    if (game.line === open) link.setAttribute("aria-current", "true");
    const [first, second] = game.players;
    const players = first === second ? [] : [`${printable(first)} – ${printable(second)}`];
    const about = [returnsText(game.returns), `${game.plies} plies`, ...players].join(", ");
    const row = el(
      "li",
      { "aria-setsize": games.length, "aria-posinset": i + 1 },
      link,
      el("div", { class: "small" }, about),
    );
    row.style.top = `${i * ROW}px`;
    return row;
  };
  element.addEventListener("scroll", draw, { passive: true });
  addEventListener("resize", draw);
  return {
    element,
    show(shown, line) {
      const first = Math.floor(element.scrollTop / ROW);
      const top = games[first]?.line;
      const before = games;
      [games, open] = [shown.slice(0, MOST_ROWS), line];
      const focused = document.activeElement;
      const focusedRow = [...drawn].find(([, row]) => row.contains(focused))?.[0];
      const focusedLine = focusedRow === undefined ? undefined : before[focusedRow]?.line;
      rows.style.height = `${games.length * ROW}px`;
      rows.replaceChildren();
      drawn = new Map();
      // Games that come while the list is read do not move it.
      const moved = games.findIndex((game) => game.line === top) - first;
      if (first > 0) element.scrollTop += Math.max(-first, moved) * ROW;
      draw();
      const again = [...drawn].find(([i]) => focusedLine !== undefined && games[i]?.line === focusedLine)?.[1];
      again?.querySelector("a")?.focus({ preventScroll: true });
    },
    reveal(line) {
      const top = games.findIndex((game) => game.line === line) * ROW;
      if (top < 0) return;
      if (top < element.scrollTop) element.scrollTop = top;
      if (top + ROW > element.scrollTop + element.clientHeight) element.scrollTop = top + ROW - element.clientHeight;
      draw();
    },
  };
}
