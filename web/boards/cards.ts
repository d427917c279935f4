/** A table of cards and chips: player 0 on the left, player 1 on the right, the pot and the open cards between them. */
import type { CardsView } from "../../src/games/view.ts";
import { withSign } from "../../src/util/figures.ts";
import { svg } from "../dom.ts";
import type { Drawing } from "./board.ts";

const [WIDTH, CARD_WIDTH, CARD_HEIGHT] = [480, 56, 80];
/** Chips of a stack that are drawn one by one. */
const MOST_CHIPS = 12;

export function cards(view: CardsView, before?: CardsView): Drawing {
  const { cards, publicCards, rounds, pot, match } = view;
  const head = match
    ? [
        centred(
          `Hand ${match.hand ?? match.handCount} of ${match.handCount} · won ${match.won.map((x) => withSign(x, "−")).join(" : ")}`,
          WIDTH / 2,
          22,
        ),
      ]
    : [];
  const top = match ? 32 : 8;
  const seats = cards.flatMap((hand, seat) => {
    const middle = seat === 0 ? 80 : WIDTH - 80;
    const shown = hand.length === 0 ? [empty(middle - CARD_WIDTH / 2, top + 24)] : row(hand, middle, top + 24);
    const acts = rounds.flatMap((round, i) =>
      round
        .filter((act) => act.seat === seat)
        .map(({ act, chips }) => `${rounds.length > 1 ? `${i + 1}: ` : ""}${act}${chips > 0 ? ` ${chips}` : ""}`),
    );
    const known = before ? actsBefore(view, before, seat) : acts.length;
    return [
      centred(`Player ${seat}`, middle, top + 14, `name seat${seat}`),
      ...shown,
      ...acts.flatMap((text, i) => {
        const y = top + CARD_HEIGHT + 46 + i * 19;
        return [...(i < known ? [] : [marker(text, middle, y)]), centred(text, middle, y)];
      }),
    ];
  });
  const most = Math.max(...[0, 1].map((seat) => actsOf(view, seat)));
  const stacks = pot.flatMap((chips, seat) => stack(chips, WIDTH / 2 + (seat === 0 ? -34 : 34), top + 168, seat));
  const bottom = top + Math.max(200, CARD_HEIGHT + 46 + most * 19);
  const open = publicCards.length > 0 ? row(publicCards, WIDTH / 2, top + 10) : [];
  return {
    width: WIDTH,
    height: bottom,
    parts: [
      svg("rect", { x: 1, y: 1, width: WIDTH - 2, height: bottom - 2, rx: 18, class: "felt" }),
      ...[...head, ...seats, ...open, ...stacks],
      centred("in the pot", WIDTH / 2, top + 190, "faint"),
    ],
  };
}

const actsOf = ({ rounds }: CardsView, seat: number): number => rounds.flat().filter((act) => act.seat === seat).length;

/** How many acts of a seat the earlier view has; another hand has none of these. */
const actsBefore = ({ match }: CardsView, before: CardsView, seat: number): number =>
  match?.hand === before.match?.hand ? actsOf(before, seat) : 0;

/** What lies behind an act that is new. */
function marker(text: string, middle: number, y: number): SVGElement {
  const width = 10 + 9 * text.length;
  return svg("rect", { x: middle - width / 2, y: y - 14, width, height: 19, rx: 4, class: "new" });
}

const row = (hand: readonly (string | null)[], middle: number, y: number): SVGElement[] =>
  hand.map((card, i) => face(card, middle + (i - hand.length / 2) * (CARD_WIDTH + 6) + 3, y));

/** A card; face down if null. */
function face(card: string | null, x: number, y: number): SVGElement {
  return svg(
    "g",
    {},
    svg("rect", { x, y, width: CARD_WIDTH, height: CARD_HEIGHT, rx: 6, class: card === null ? "card back" : "card" }),
    svg(
      "text",
      { x: x + CARD_WIDTH / 2, y: y + 52, "text-anchor": "middle", "font-size": 34, class: "rank" },
      card ?? "?",
    ),
  );
}

const empty = (x: number, y: number): SVGElement =>
  svg("rect", { x, y, width: CARD_WIDTH, height: CARD_HEIGHT, rx: 6, class: "slot" });

/** Chips on top of one another, and their number. */
function stack(chips: number, x: number, y: number, seat: number): SVGElement[] {
  const drawn = Math.min(chips, MOST_CHIPS);
  return [
    ...Array.from({ length: drawn }, (_, i) =>
      svg("ellipse", { cx: x, cy: y - 6 - i * 5, rx: 17, ry: 7, class: `chip seat${seat}` }),
    ),
    centred(String(chips), x, y - 18 - drawn * 5, "name"),
  ];
}

const centred = (text: string, x: number, y: number, kind = ""): SVGElement =>
  svg("text", { x, y, "text-anchor": "middle", class: kind }, text);
