import { describe, expect, it } from "vitest";
import { getGame } from "../../../src/games/registry.ts";
import { stateAfter } from "../play.ts";

const game = getGame("negotiation");
const legalNames = (state: unknown): string[] => {
  const turn = game.turn(state);
  return turn.kind === "player" ? turn.actions.map((action) => game.actionName(state, action)) : [];
};
const passes = (n: number): string[] => Array(n).fill("[Pass]");

describe("a turn", () => {
  it("offers or passes when nothing stands, and may answer when something does", () => {
    const start = legalNames(game.initial());
    expect(start.length).toBe(19);
    expect(start.slice(0, 3)).toEqual(["[Pass]", "[Offer: 1 Wood -> 1 Gold]", "[Offer: 1 Wood -> 2 Gold]"]);
    const answer = legalNames(stateAfter(game, ["[Offer: 3 Wood -> 2 Gold]"]));
    expect(answer.length).toBe(20);
    expect(answer.slice(0, 2)).toEqual(["[Accept]", "[Deny]"]);
  });

  it.each(["[Deny]", "[Pass]", "[Offer: 1 Gold -> 1 Wood]", "[Accept]"])("%s ends the standing offer", (answer) => {
    const moves = ["[Offer: 3 Wood -> 2 Gold]", answer];
    const state = stateAfter(game, answer.startsWith("[Offer") ? [...moves, "[Deny]"] : moves);
    expect(legalNames(state)).not.toContain("[Accept]");
    expect(game.parseAction(state, "[Accept]")).toEqual({ ok: false, reason: "There is no offer to accept." });
  });

  it("moves the goods when an offer is accepted, and at no other time", () => {
    const before = stateAfter(game, ["[Offer: 3 Wood -> 2 Gold]"]);
    expect(game.infosetKey(before, 1)).toBe("2:10W10G:3W>2G");
    expect(game.infosetKey(stateAfter(game, ["[Offer: 3 Wood -> 2 Gold]", "[Accept]"]), 0)).toBe("3:7W12G:-");
    expect(game.infosetKey(stateAfter(game, ["[Offer: 3 Wood -> 2 Gold]", "[Deny]"]), 0)).toBe("3:10W10G:-");
    expect(game.infosetKey(stateAfter(game, ["[Pass]", "[Offer: 3 Wood -> 2 Gold]", "[Accept]"]), 1)).toBe("4:7W12G:-");
  });

  it("masks what either side could not pay", () => {
    // Player 0 gives three Wood for one Gold three times and has one Wood left; player 1 has seven Gold.
    const trade = ["[Offer: 3 Wood -> 1 Gold]", "[Accept]"];
    const state = stateAfter(game, [...trade, ...trade, ...trade]);
    expect(game.infosetKey(state, 0)).toBe("7:1W13G:-");
    expect(legalNames(state).filter((name) => name.startsWith("[Offer: 2 Wood") || name.includes("> 2 Wood"))).toEqual([
      "[Offer: 1 Gold -> 2 Wood]",
      "[Offer: 2 Gold -> 2 Wood]",
      "[Offer: 3 Gold -> 2 Wood]",
    ]);
    expect(game.parseAction(state, "[Offer: 2 Wood -> 1 Gold]")).toEqual({
      ok: false,
      reason: "You have only 1 Wood.",
    });
    const other = stateAfter(game, [...trade, ...trade, ...trade, "[Pass]"]);
    expect(game.parseAction(other, "[Offer: 1 Gold -> 2 Wood]")).toEqual({
      ok: false,
      reason: "Your opponent has only 1 Wood.",
    });
  });
});

describe("the end", () => {
  it("comes after exactly the turns that are announced, of which the last makes no offer", () => {
    const last = stateAfter(game, passes(9));
    expect(game.observe(last, 1)).toContain("Turn 10 of 10.");
    expect(legalNames(last)).toEqual(["[Pass]"]);
    expect(game.parseAction(last, "[Offer: 1 Wood -> 1 Gold]")).toEqual({
      ok: false,
      reason: "This is the last turn: no one could answer an offer.",
    });
    expect(game.turn(stateAfter(game, passes(10)))).toEqual({ kind: "end", returns: [0, 0] });
  });

  it("lets the last turn accept", () => {
    const last = stateAfter(game, [...passes(8), "[Offer: 3 Wood -> 1 Gold]"]);
    expect(legalNames(last)).toEqual(["[Accept]", "[Deny]"]);
    expect(game.turn(game.apply(last, 0))).toEqual({ kind: "end", returns: [-1, 1] });
  });

  it.each([
    { offer: "[Offer: 1 Wood -> 2 Gold]", gains: ["+25", "+5"], returns: [1, -1] },
    { offer: "[Offer: 2 Wood -> 2 Gold]", gains: ["+20", "+20"], returns: [0, 0] },
    { offer: "[Offer: 3 Wood -> 2 Gold]", gains: ["+15", "+35"], returns: [-1, 1] },
    { offer: "[Offer: 2 Gold -> 3 Wood]", gains: ["-15", "-35"], returns: [1, -1] },
  ])("is won by the larger gain in own value: $offer", ({ offer, gains, returns }) => {
    const state = stateAfter(game, [offer, "[Accept]", ...passes(8)]);
    expect(game.turn(state)).toEqual({ kind: "end", returns });
    const read = [0, 1].map(
      (player) => /You have .*gain so far (\S+)\)/.exec(game.observe(state, player as 0 | 1))?.[1],
    );
    expect(read).toEqual(gains);
  });
});

describe("reading a text", () => {
  const standing = stateAfter(game, ["[Offer: 1 Wood -> 1 Gold]"]);
  const read = (state: unknown, text: string): string => {
    const parsed = game.parseAction(state, text);
    return parsed.ok ? game.actionName(state, parsed.action) : parsed.reason;
  };

  it.each([
    ["[Offer: 3 Wood -> 2 Gold]", "[Offer: 3 Wood -> 2 Gold]"],
    ["[offer:3wood->2gold]", "[Offer: 3 Wood -> 2 Gold]"],
    ["[OFFER  3  WOODS  →  2 GOLD.]", "[Offer: 3 Wood -> 2 Gold]"],
    ["[Offer: I give 3 Wood => 2 Gold]", "[Offer: 3 Wood -> 2 Gold]"],
    ["[Offer: 2 Gold for 3 Wood]", "[Offer: 2 Gold -> 3 Wood]"],
    ["offer 2 gold -> 3 wood", "[Offer: 2 Gold -> 3 Wood]"],
    ["No deal. [Deny] But what of this: [Offer: 1 Gold -> 1 Wood]", "[Offer: 1 Gold -> 1 Wood]"],
    ["[accept]", "[Accept]"],
    ["[Accept] What a deal! [accept]", "[Accept]"],
    [
      "[Accept] [Offer: 1 Gold -> 1 Wood]",
      "Your answer accepts the offer and does something else too. Put one action in square brackets.",
    ],
    [
      "[Accept]\n[Deny]",
      "Your answer accepts the offer and does something else too. Put one action in square brackets.",
    ],
    ["[Deny]", "[Deny]"],
    ["[Pass]", "[Deny]"],
    ["[decline]", "[Deny]"],
  ])("%s is %s", (text, name) => {
    expect(read(standing, text)).toBe(name);
  });

  it("takes a denial of nothing for a pass", () => {
    expect(read(game.initial(), "[Deny]")).toBe("[Pass]");
  });

  it.each([
    ["[Offer: 4 Wood -> 1 Gold]", "Quantities in an offer go from 1 to 3."],
    ["[Offer: 0 Wood -> 1 Gold]", "Quantities in an offer go from 1 to 3."],
    ["[Offer: 1 Wood -> 1 Wood]", "An offer trades one resource for another."],
    [
      "[Offer: 1 Silver -> 1 Wood]",
      "An offer names one amount of one resource on each side, such as [Offer: 1 Wood -> 1 Gold]. Resources: Wood, Gold.",
    ],
    [
      "[Offer: 1 Wood, 1 Gold -> 1 Wood]",
      "An offer names one amount of one resource on each side, such as [Offer: 1 Wood -> 1 Gold]. Resources: Wood, Gold.",
    ],
    [
      "[Offer: 1 Wood]",
      "[offer: 1 wood] is no action. Write [Accept], [Deny], [Pass] or an offer such as [Offer: 1 Wood -> 1 Gold].",
    ],
    [
      "nothing\nin brackets",
      "Put your action in square brackets: [Accept], [Deny], [Pass] or an offer such as [Offer: 1 Wood -> 1 Gold].",
    ],
  ])("%s: %s", (text, reason) => {
    expect(read(standing, text)).toBe(reason);
  });
});
