/** A position in words, for who does not see the board. It says what the view holds, for any viewer. */
import { offerText } from "../../src/games/drawing.ts";
import type { CardsView, DiceView, GoodsView, GridView, ScoreView, View } from "../../src/games/view.ts";
import { plural, withSign } from "../../src/util/figures.ts";

export function describe(view: View): string {
  switch (view.kind) {
    case "grid":
      return describeGrid(view);
    case "cards":
      return describeCards(view);
    case "goods":
      return describeGoods(view);
    case "dice":
      return describeDice(view);
    case "score":
      return describeScore(view);
  }
}

function describeGrid({ marks }: GridView): string {
  const rows = marks.map((row, i) => `row ${i + 1}: ${row.map((mark) => mark ?? "empty").join(", ")}`);
  return `Board, from the top. ${rows.join(". ")}.`;
}

function describeCards({ cards, publicCards, rounds, pot, match }: CardsView): string {
  const hands = cards.map((hand, seat) => {
    const shown = hand.map((card) => card ?? "a hidden card").join(", ");
    return `Player ${seat} has ${hand.length === 0 ? "no card" : shown}.`;
  });
  const open = publicCards.length > 0 ? `On the table: ${publicCards.join(", ")}.` : "";
  const acts = rounds.flat().map(({ seat, act, chips }) => `Player ${seat}: ${act}${chips > 0 ? ` ${chips}` : ""}.`);
  const score = match
    ? `Hand ${match.hand ?? match.handCount} of ${match.handCount}. Won so far: ${match.won.map((x) => withSign(x)).join(" and ")}.`
    : "";
  return [score, ...hands, open, ...acts, `In the pot: ${pot[0]} of player 0, ${pot[1]} of player 1.`]
    .filter((text) => text !== "")
    .join(" ");
}

function describeGoods({ resources, holdings, turn, turnCount, standing }: GoodsView): string {
  const sides = holdings.map((side, seat) => {
    if (!side) return `What player ${seat} has is hidden.`;
    const goods = resources.map((name, r) => `${side.owned[r]} ${name} worth ${side.values[r]} each`);
    return `Player ${seat} has ${goods.join(", ")}; gain ${withSign(side.gain)}.`;
  });
  const when = turn === null ? "All turns have been played." : `Turn ${turn} of ${turnCount}.`;
  const offer = standing
    ? `Player ${standing.seat} offers ${offerText(resources, standing.offer)}.`
    : "No offer stands.";
  return [when, ...sides, offer].join(" ");
}

function describeDice({ dice, bids, caller, match }: DiceView): string {
  const round = match ? `Round ${match.round}. Dice left: ${match.left.join(" and ")}.` : "";
  const cups = dice.map(
    (own, seat) => `Player ${seat} has ${own.map((die) => die ?? "hidden").join(", ") || "no dice"}.`,
  );
  const claims = bids.map(({ seat, quantity, face }) => `Player ${seat} bid ${quantity} of ${face}.`);
  const call = caller === null ? "" : `Player ${caller} called it a lie.`;
  return [round, ...cups, ...claims, call].filter((text) => text !== "").join(" ");
}

function describeScore({ scores, target, mover, turnTotal, rolls, rollLimit }: ScoreView): string {
  const turn = `Player ${mover} has ${turnTotal} in this turn.`;
  return `Player 0 has ${scores[0]}, player 1 has ${scores[1]}, of ${target}. ${turn} ${plural(rolls, "roll")} of ${rollLimit}.`;
}
