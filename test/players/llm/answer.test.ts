/** What a model's text is taken for: tables by hand, then anything at all in every game. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gameIds, getGame } from "../../../src/games/registry.ts";
import { GameGraph, type Infoset } from "../../../src/graph/game-graph.ts";
import { readAnswer, withoutThoughts } from "../../../src/players/llm/answer.ts";
import { Rng } from "../../../src/util/rng.ts";
import { character } from "../../characters.ts";

/** The decision after these actions, by name; chance takes its first outcome. */
function decision(id: string, ...moves: string[]): Infoset {
  const graph = new GameGraph(getGame(id));
  let node = graph.root;
  for (;;) {
    const { turn, state, infoset } = node;
    if (turn.kind === "end") throw new Error("the game is over");
    if (turn.kind === "chance") {
      node = graph.child(node, 0);
      continue;
    }
    const move = moves.shift();
    if (move === undefined) return infoset as Infoset;
    node = graph.child(
      node,
      turn.actions.findIndex((action) => graph.game.actionName(state, action) === move),
    );
  }
}

/** The name of the action that the text is taken for; or the reason why it is none. */
function taken(infoset: Infoset, text: string): string {
  const parsed = readAnswer(infoset, text);
  return parsed.ok ? infoset.game.actionName(infoset.state, parsed.action) : parsed.reason;
}

const ttt = decision("ttt", "[4]");
const kuhn = decision("kuhn");
const facingBet = decision("kuhn", "[bet]");
const trade = decision("negotiation");
const dice = decision("liars-dice", "[bid 1x3]");
const columns = decision("connect-four");
const offered = decision("negotiation", "[Offer: 1 Wood -> 2 Gold]");

describe("an answer in tic-tac-toe, cell 4 taken", () => {
  it.each<[string, string]>([
    // The last box counts, whatever is inside it and after it.
    ["The centre is gone. \\boxed{[0]}", "[0]"],
    ["\\boxed{0}", "[0]"],
    ["\\boxed{ [ 0 ] }", "[0]"],
    ["\\boxed {[0]}", "[0]"],
    ["\\fbox{[0]} no: \\boxed{[1]} yes: \\boxed{[2]}. That was [3].", "[2]"],
    ["$\\boxed{\\text{[8]}}$", "[8]"],
    ["\\boxed{\\mathbf{8}}", "[8]"],
    ["\\boxed{\\left[8\\right]}", "[8]"],
    ["\\boxed{\\[8\\]}", "[8]"],
    ["\\boxed{\\boxed{8}}", "[8]"],
    ["\\boxed{{[8]}}", "[8]"],
    ["\\boxed{`[8]`}", "[8]"],
    ["\\boxed{cell 8}", "[8]"],
    ["\\boxed{8", "[8]"],
    ["[7], as I must put it in \\boxed{}.", "[7]"],
    ["\\boxed{8} is what I put into \\boxed{ }", "[8]"],
    ["\\boxed{[8]\n}", "[8]"],
    // A box that names none is the answer nonetheless.
    ["\\boxed{[4]} or [5]", "Cell 4 is already taken by X."],
    ["\\boxed{9} or [5]", "[9] is no cell. Cells are numbered 0 to 8, such as [4]."],
    ["\\boxed{1 or 2}", "[1 or 2] is no cell. Cells are numbered 0 to 8, such as [4]."],
    ["\\boxed{pass}", "[pass] is no cell. Cells are numbered 0 to 8, such as [4]."],
    // Brackets, the last.
    ["[0] looks good, but I take [1].", "Your answer names [0] and [1]. Put one of them alone within \\boxed{}."],
    ["1. [0] 2. [1] 3. [2] … 1. [0] 2. [1]", "Your answer names [0] and [1]. Put one of them alone within \\boxed{}."],
    ["\\boxed{[0] or [1]}", "Your answer names [0] and [1]. Put one of them alone within \\boxed{}."],
    ["[1] is best. Yes, [cell 1].", "[1]"],
    ["Not [4], which is taken, so [1].", "[1]"],
    ["[0] [1] \\boxed{[2]}", "[2]"],
    ["\\boxed{[I take 3]}", "[3]"],
    ["**[1]**", "[1]"],
    ["First [0].\n\nThen [4]", "Cell 4 is already taken by X."],
    // Words, the last that is legal.
    ["I take cell 3", "[3]"],
    ["4 is taken, so 7", "[7]"],
    ["It was 7 and not 4.", "[7]"],
    ["7th heaven, 14 times 3.5 and 0,5 and x1", "Put the number of a cell in square brackets, such as [4]."],
    ["Number 2.", "[2]"],
    ["", "Put the number of a cell in square brackets, such as [4]."],
    ["I am sorry, but I can't help with that.", "Put the number of a cell in square brackets, such as [4]."],
    // Reasoning is none.
    ["<think>\\boxed{0} [1] 2</think>\\boxed{3}", "[3]"],
    ["<think>I take [0].</think>I take [1].<think>or [2]</think>", "[1]"],
    ["\\boxed{0} hm</think>\n\n[1]", "[1]"],
    ["<THINK >[0]</THINK> [1]", "[1]"],
    ["[1] <think> but [2]", "[1]"],
    ["<think>[2]", "Put the number of a cell in square brackets, such as [4]."],
    ["<thinking>[2]</thinking>3", "[3]"],
  ])("%j: %s", (text, expected) => {
    expect(taken(ttt, text)).toBe(expected);
  });
});

describe("an answer in other games", () => {
  it.each<[string, string, Infoset]>([
    ["\\boxed{[bet]}", "[bet]", kuhn],
    ["\\boxed{\\text{[Bet]}}", "[bet]", kuhn],
    ["\\boxed{BET}", "[bet]", kuhn],
    ["\\boxed{I bet}", "[bet]", kuhn],
    ["\\boxed{bet, not check}", "[bet, not check] is not available. Your available actions are: [check], [bet].", kuhn],
    ["With a jack I check.", "[check]", kuhn],
    ["Bet? No. Check.", "[check]", kuhn],
    ["A better checkbox", "Put your action in square brackets. Your available actions are: [check], [bet].", kuhn],
    ["I call", "Put your action in square brackets. Your available actions are: [check], [bet].", kuhn],
    [
      "Folding?\nI would rather not say.",
      "Put your action in square brackets. Your available actions are: [check], [bet].",
      kuhn,
    ],
    [
      "[call] because [fold] is bad",
      "Your answer names [call] and [fold]. Put one of them alone within \\boxed{}.",
      facingBet,
    ],
    ["[Call]", "[call]", facingBet],
    ["[Call] is what a bluff is for: [call].", "[call]", facingBet],
    ["\\boxed{[Bid: 2, 5]}", "[bid 2x5]", dice],
    ["\\boxed{Bid: 2, 5}", "[bid 2x5]", dice],
    ["So I bid [Bid: 2, 5].", "[bid 2x5]", dice],
    ["\\boxed{[Call]}", "[liar]", dice],
    ["[Call]", "[liar]", dice],
    ["[col 3]", "[3]", columns],
    ["\\boxed{[Col 3]}", "[3]", columns],
    ["\\boxed{column 3}", "[3]", columns],
    [
      "[Accept] [Offer: 1 Gold -> 1 Wood]",
      "Your answer names [Accept] and [Offer: 1 Gold -> 1 Wood]. Put one of them alone within \\boxed{}.",
      offered,
    ],
    [
      "\\boxed{[Accept] [Offer: 9 Gold -> 1 Wood]}",
      "Your answer accepts the offer and does something else too. Put one action in square brackets.",
      offered,
    ],
    ["[check] was not an option, \\boxed{[fold]}", "[fold]", facingBet],
    ["\\boxed{[Offer: 3 Wood -> 2 Gold]}", "[Offer: 3 Wood -> 2 Gold]", trade],
    ["\\boxed{Offer: 3 Wood \\rightarrow 2 Gold}", "[Offer: 3 Wood -> 2 Gold]", trade],
    ["\\boxed{\\text{Offer: 3 Wood} \\to \\text{2 Gold}}", "[Offer: 3 Wood -> 2 Gold]", trade],
    ["\\boxed{\\text{[Offer:\\ 1\\ Gold}\\;→\\;\\text{2 Woods]}}", "[Offer: 1 Gold -> 2 Wood]", trade],
    ["I say offer: 3 wood -> 2 gold", "[Offer: 3 Wood -> 2 Gold]", trade],
    ["offer 3 wood for 2 gold", "[Offer: 3 Wood -> 2 Gold]", trade],
    ["\\boxed{[Accept]}", "There is no offer to accept.", trade],
    ["\\boxed{[Offer: 9 Wood -> 2 Gold]}", "Quantities in an offer go from 1 to 3.", trade],
    ["\\boxed{[bid 2\\times5]}", "[bid 2x5]", dice],
    ["\\boxed{bid $2 \\times 5$}", "[bid 2x5]", dice],
    ["\\boxed{2×5}", "[bid 2x5]", dice],
    ["I say bid 2x5, as one does in Liar's Dice.", "[bid 2x5]", dice],
    ["\\boxed{Liar’s Dice: bid 2x5}", "[bid 2x5]", dice],
    ["You are a 'liar'!", "[liar]", dice],
    ["I will not accept this; I deny it.", "[Deny]", offered],
    ["\\boxed{\\texttt{[Accept]}}", "[Accept]", offered],
  ])("%j: %s", (text, expected, infoset) => {
    expect(taken(infoset, text)).toBe(expected);
  });
});

describe("withoutThoughts", () => {
  it.each<[string, string]>([
    ["a<think>b</think>c", "ac"],
    ["a<think>b<think>c</think>d", "ad"],
    ["a</think>b", "b"],
    ["a<think>b</think>c</think>d", "d"],
    ["a<think>b", "a"],
    ["<thinkers> < think>x", "<thinkers> < think>x"],
    ["İ<think>İ</think>[1]", "İ[1]"],
  ])("%j → %j", (text, expected) => {
    expect(withoutThoughts(text)).toBe(expected);
  });
});

/** Decisions of a game from plays at random. */
function decisions(id: string): Infoset[] {
  const graph = new GameGraph(getGame(id));
  const found: Infoset[] = [];
  for (let play = 0; play < 5; play++) {
    const rng = new Rng("plays").fork(id, play);
    for (let node = graph.root; node.turn.kind !== "end"; ) {
      if (node.infoset) found.push(node.infoset);
      node = graph.child(node, rng.below(node.turn.actions.length));
    }
  }
  return found;
}

describe.each(gameIds)("any text in %s", (id) => {
  const sets = decisions(id);
  const infoset = fc.constantFrom(...sets);
  const names = [...new Set(sets.flatMap(({ game, state, actions }) => actions.map((a) => game.actionName(state, a))))];
  const piece = fc.oneof(
    fc.constantFrom(
      "\\boxed{",
      "}",
      "{",
      "[",
      "]",
      "<think>",
      "</think>",
      "\\text{",
      "\\",
      "$",
      " ",
      "\n",
      "->",
      "-1",
      "4",
    ),
    fc.constantFrom(...names),
    fc.constantFrom(...names).map((name) => name.slice(1, -1)),
    fc.string({ unit: character, maxLength: 8 }),
  );
  const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));

  it("is read as a legal action or refused with a reason, the same each time", () => {
    fc.assert(
      fc.property(infoset, text, (set, said) => {
        const parsed = readAnswer(set, said);
        if (parsed.ok) assert(set.actions.includes(parsed.action));
        else assert(parsed.reason.length > 0);
        assert.deepEqual(readAnswer(set, said), parsed);
      }),
      { numRuns: 300 },
    );
  });

  it("boxed, a legal action is read back, whatever comes before", () => {
    const legal = infoset.chain((set) => fc.constantFrom(...set.actions).map((action) => ({ set, action })));
    fc.assert(
      fc.property(legal, text, ({ set, action }, before) => {
        const name = set.game.actionName(set.state, action);
        for (const boxed of [`\\boxed{${name}}`, `\\boxed{\\text{${name}}}`, `\\boxed{${name.slice(1, -1)}}`]) {
          assert.deepEqual(readAnswer(set, `${before}</think>${boxed}`), { ok: true, action });
        }
      }),
      { numRuns: 100 },
    );
  });
});

it("hostile length costs little, and the end of a long answer counts", () => {
  for (const unit of [
    "[",
    "]",
    "[]",
    "\\boxed{",
    "\\boxed{x",
    "<think>",
    "</think>",
    "<think",
    "1 ",
    "{",
    "\\",
    "offer: ",
  ]) {
    readAnswer(trade, unit.repeat(300_000));
  }
  expect(taken(ttt, `${"\\boxed{[0]} ".repeat(300_000)}\\boxed{[1]}`)).toBe("[1]");
  expect(taken(ttt, `\\boxed{[0]}${"x ".repeat(20_000)}`)).toMatch(/^Put the number/);
});

it("where one name begins another, the longer is named", () => {
  const names = ["[raise]", "[raise 2]", "[raise (all-in)]"];
  const game = { ...ttt.game, actionName: (_: unknown, a: number) => names[a] ?? "", parseAction: refuse };
  const asked = { game, state: 0, actions: [0, 1, 2] };
  for (const [text, action] of [
    ["I raise.", 0],
    ["I raise 2!", 1],
    ["I raise (all-in)", 2],
    ["raise 23", 0],
  ] as const) {
    expect(readAnswer(asked, text)).toEqual({ ok: true, action });
  }
});

const refuse = () => ({ ok: false, reason: "no" }) as const;

it("an action that a game reads but that is not legal is none", () => {
  const careless = { ...ttt.game, parseAction: () => ({ ok: true, action: 4 }) as const };
  expect(readAnswer({ ...ttt, game: careless }, "\\boxed{4}")).toEqual({ ok: false, reason: "[4] is not legal now." });
});
