/**
 * Draws a view as lines of text: the position in an observation and on a terminal. The caller adds the legal actions.
 */
import { plural, withSign } from "../util/figures.ts";
import type { Seat } from "./game.ts";
import { goodsText } from "./parts/trade.ts";
import type { BettingAct, CardsView, DiceView, GoodsView, GridView, Holdings, Offer, ScoreView, View } from "./view.ts";

/** The position for the player in `seat`, whom the text calls "you". */
export function drawPosition(view: View, seat: Seat): string[] {
  switch (view.kind) {
    case "grid":
      return drawGrid(view);
    case "cards":
      return drawCards(view, seat);
    case "goods":
      return drawGoods(view, seat);
    case "dice":
      return drawDice(view, seat);
    case "score":
      return drawScore(view, seat);
  }
}

/** If cells have names, lines separate them and an empty cell shows its name. Otherwise an empty cell is a dot. */
function drawGrid({ marks, cellNames, columnNames }: GridView): string[] {
  const lines = ["Current board:"];
  if (columnNames) lines.push(columnNames.join(" "));
  if (!cellNames) return [...lines, ...marks.map((row) => row.map((mark) => mark ?? ".").join(" "))];
  marks.forEach((row, r) => {
    const names = cellNames[r];
    let [rule, line] = ["", ""];
    for (let c = 0; c < row.length; c++) {
      rule += c === 0 ? "---" : "+---";
      line += c === 0 ? ` ${row[c] ?? names[c]} ` : `| ${row[c] ?? names[c]} `;
    }
    if (r > 0) lines.push(rule);
    lines.push(line);
  });
  return lines;
}

/** The pot is shown only if there are several betting rounds; in one round the acts tell it. */
function drawCards({ cards, publicCards, rounds, roundCount, pot, match }: CardsView, seat: Seat): string[] {
  const lines: string[] = [];
  if (match) {
    const { hand, handCount, opener, won } = match;
    lines.push(
      hand === null ? "All hands have been played." : `Hand ${hand} of ${handCount}. Player ${opener} acts first.`,
      `Chips won so far: Player 0: ${withSign(won[0])}, Player 1: ${withSign(won[1])}.`,
    );
  }
  rounds.forEach((acts, round) => {
    const shown = round === 0 ? cards[seat] : publicCards.slice(round - 1, round);
    if (shown.length === 0) return;
    const label = roundCount > 1 ? `Round ${round + 1}: ` : "";
    lines.push(`${round === 0 ? "Your" : "The public"} card is: ${shown.join(" ")}`, label + bettingText(acts));
  });
  if (roundCount > 1) lines.push(`Chips in the pot: ${pot[seat]} of yours, ${pot[1 - seat]} of your opponent's.`);
  return lines;
}

/** "Player 0 checked. Player 1 bet 2 chips." */
function bettingText(acts: readonly BettingAct[]): string {
  if (acts.length === 0) return "No one has acted yet.";
  return acts.map((act) => `Player ${act.seat} ${betText(act)}.`).join(" ");
}

function betText({ act, chips }: BettingAct): string {
  switch (act) {
    case "check":
      return "checked";
    case "bet":
      return `bet ${plural(chips, "chip")}`;
    case "raise":
      return `raised by ${plural(chips, "chip")}`;
    case "call":
      return "called";
    case "fold":
      return "folded";
  }
}

function drawGoods(view: GoodsView, seat: Seat): string[] {
  const own = view.holdings[seat];
  const other = view.holdings[1 - seat];
  if (!own) return [];
  return other ? drawOpenGoods(view, own, other) : drawOwnGoods(view, own);
}

/** Both sides' goods are visible. */
function drawOpenGoods(view: GoodsView, own: Holdings, other: Holdings): string[] {
  const { resources, standing } = view;
  const worth = ({ values }: Holdings): string => resources.map((name, r) => `${name} ${values[r]}`).join(", ");
  const has = ({ owned, gain }: Holdings): string =>
    `${resources.map((name, r) => `${owned[r]} ${name}`).join(", ")} (gain so far ${withSign(gain)})`;
  return [
    `What one item is worth to you: ${worth(own)}. To your opponent: ${worth(other)}.`,
    turnText(view),
    `You have ${has(own)}.`,
    `Your opponent has ${has(other)}.`,
    standing
      ? `Player ${standing.seat} offers ${offerText(resources, standing.offer)}.`
      : "There is no offer to answer.",
  ];
}

/** The other side's goods are hidden. */
function drawOwnGoods(view: GoodsView, { owned, values, gain }: Holdings): string[] {
  return [
    "Your goods and what one of each is worth to you:",
    ...view.resources.map((name, r) => `- ${name}: ${owned[r]}, worth ${values[r]} each`),
    `Your gain so far: ${withSign(gain)}.`,
    ...tradeLines(view),
    turnText(view),
  ];
}

/** "Turn 3: Player 0 offered 1 Ore for 2 Wood." for every turn so far. */
function tradeLines({ resources, history }: GoodsView): string[] {
  const acts = history ?? [];
  const past = { accept: "accepted", deny: "denied", pass: "passed" };
  return acts.map((done, i) => {
    const denied = acts[i - 1]?.act === "offer" ? "denied it and " : "";
    const what = done.act === "offer" ? `${denied}offered ${offerText(resources, done.offer)}` : past[done.act];
    return `Turn ${i + 1}: Player ${done.seat} ${what}.`;
  });
}

const turnText = ({ turn, turnCount }: GoodsView): string =>
  turn === null ? "All turns have been played." : `Turn ${turn} of ${turnCount}.`;

/** `1 Ore for 2 Wood` */
export const offerText = (resources: readonly string[], { give, get }: Offer): string =>
  `${goodsText(resources, give)} for ${goodsText(resources, get)}`;

function drawDice({ dice, dicePerSeat, bids, caller, match }: DiceView, seat: Seat): string[] {
  const noun = (owner: Seat): string => ((match?.left[owner] ?? dicePerSeat) === 1 ? "die" : "dice");
  const lines: string[] = [];
  if (match) {
    const [first, second] = match.left;
    lines.push(`Round ${match.round}. Dice left: Player 0: ${first}, Player 1: ${second}.`);
  }
  if (dice[seat].length > 0) {
    const acts = bids.map((bid) => `Player ${bid.seat} bid ${bid.quantity}x${bid.face}.`);
    if (caller !== null) acts.push(`Player ${caller} called it a lie.`);
    lines.push(
      `Your ${noun(seat)}: ${dice[seat].join(", ")}.`,
      acts.length > 0 ? acts.join(" ") : "No one has bid yet.",
    );
  }
  const other = seat === 0 ? 1 : 0;
  if (caller !== null) lines.push(`Your opponent's ${noun(other)}: ${dice[other].join(", ")}.`);
  return lines;
}

function drawScore({ scores, mover, turnTotal, rolls, rollLimit }: ScoreView, seat: Seat): string[] {
  return [
    `Scores: Player 0: ${scores[0]}, Player 1: ${scores[1]}.`,
    `${mover === seat ? "Your" : `Player ${mover}'s`} turn total: ${turnTotal}.`,
    `Rolls so far: ${rolls} of ${rollLimit}.`,
  ];
}
