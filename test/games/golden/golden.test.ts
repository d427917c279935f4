/**
 * Whole games as their players read them, against files that a person has read and found right. After a deliberate
 * change of wording, `npx vitest run test/games/golden -u` writes them anew; read the difference.
 */
import { expect, it } from "vitest";
import { transcript } from "../play.ts";

/** Twenty chance outcomes: both players' quantities (outcome + 5) and values (outcome + the least). */
const PRIVATE_DEAL = [
  [7, 13, 3, 5, 2],
  [1, 0, 5, 8, 3],
  [0, 10, 20, 4, 9],
  [0, 4, 2, 0, 8],
].flat();

const GAMES: readonly { name: string; spec: string; moves: readonly (number | string)[] }[] = [
  {
    name: "ttt-drawn",
    spec: "ttt",
    moves: ["[4]", "[0]", "[2]", "[6]", "I block with [3]", "[5]", "[7]", "[1]", "[8]"],
  },
  { name: "ttt-o-wins", spec: "ttt", moves: ["[0]", "[4]", "[1]", "[2]", "[8]", "[6]"] },
  {
    name: "ttt-draw-won-by-o",
    spec: "ttt-draw",
    moves: ["[4]", "[0]", "[2]", "[6]", "[3]", "[5]", "[7]", "[1]", "[8]"],
  },
  {
    name: "connect-four-diagonal",
    spec: "connect-four",
    moves: ["[3]", "[4]", "[4]", "[5]", "I must block: [5]", "[6]", "[5]", "[6]", "[6]", "[0]", "[6]"],
  },
  { name: "kuhn-check-bet-call", spec: "kuhn", moves: [3, "[check]", "[bet]", "[call]"] },
  { name: "kuhn-bet-fold", spec: "kuhn", moves: [0, "[bet]", "[fold]"] },
  {
    name: "kuhn-match-three-hands",
    spec: "kuhn-match:hands=3",
    moves: [4, "[bet]", "[call]", 2, "[check]", "[check]", 5, "[check]", "[bet]", "[fold]"],
  },
  {
    // Qh against Js; then Jh is turned up.
    name: "leduc-pair-wins",
    spec: "leduc",
    moves: [3, 0, "[bet]", "[raise]", "[call]", 1, "[check]", "[bet]", "[call]"],
  },
  { name: "leduc-fold", spec: "leduc", moves: [4, 3, "[check]", "[check]", 2, "[bet]", "[raise]", "[fold]"] },
  {
    name: "liars-dice-called",
    spec: "liars-dice",
    moves: [5, 6, "[bid 1x2]", "[bid 1x5]", "[bid 2x5]", "He may have a six, but [liar]"],
  },
  {
    name: "liars-dice-two-each",
    spec: "liars-dice:dice=2",
    moves: [4, 2, 1, 3, "[bid 2x4]", "[bid 2x6]", "[liar]"],
  },
  {
    name: "liars-dice-match-two-each",
    spec: "liars-dice-match:dice=2",
    moves: [
      ...[4, 2, 1, 3, "[bid 2x4]", "[bid 2x6]", "[liar]", 1],
      ...[5, 6, 5, "[bid 2x5]", "[bid 3x1]", "[liar]", 0],
      ...[2, 2, "[bid 1x1]", "I hold a two: [bid 1x2]", "[liar]"],
    ],
  },
  {
    name: "liars-dice-match-of-textarena",
    spec: "liars-dice-match:dice=1:wild=off:lowerFace=off:loserOpens=off",
    moves: [6, 2, "[Bid: 1, 2]", "[Bid: 1, 6]", "[bid 2x6]", "[Call]"],
  },
  {
    name: "pig-to-ten",
    spec: "pig:target=10",
    moves: ["[roll]", 4, "[hold]", "[roll]", 5, "I dare to [roll]", 1, "[roll]", 3, "[roll]", 6, "[hold]"],
  },
  {
    name: "negotiation-ten-turns",
    spec: "negotiation",
    moves: [
      "[Offer: 2 Wood -> 2 Gold]",
      "[Accept]",
      "[Pass]",
      "[Offer: 3 Gold -> 1 Wood]",
      "[Deny]",
      "[Offer: 1 Gold -> 1 Wood]",
      "[Offer: 1 Wood -> 2 Gold]",
      "[Accept]",
      "[Offer: 3 Wood -> 3 Gold]",
      "[Deny]",
    ],
  },
  {
    name: "negotiation-private-four-turns",
    spec: "negotiation-private:maxTurns=4",
    moves: [...PRIVATE_DEAL, "[Offer: 2 Wheat -> 1 Brick]", "[Offer: 3 Sheep -> 1 Ore]", "[Accept]", "[Pass]"],
  },
];

it.each(GAMES)("$name", async ({ name, spec, moves }) => {
  await expect(transcript(spec, moves)).toMatchFileSnapshot(`${name}.txt`);
});
