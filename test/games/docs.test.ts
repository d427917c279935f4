/** The pages in docs/games say what the code does: counts, an observation, parameters, versions. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { gameIds, getGame } from "../../src/games/registry.ts";
import { stateAfter } from "./play.ts";

/** The situation whose observation the page shows. */
const EXAMPLES: Record<string, { moves: (number | string)[]; player: 0 | 1 }> = {
  ttt: { moves: ["[4]", "[0]", "[2]"], player: 1 },
  "ttt-draw": { moves: ["[4]", "[0]", "[2]"], player: 1 },
  "connect-four": { moves: ["[3]", "[3]", "[2]", "[4]", "[2]"], player: 1 },
  kuhn: { moves: [3, "[check]", "[bet]"], player: 0 },
  biased: { moves: [3, "[check]", "[bet]"], player: 0 },
  "kuhn-match": { moves: [4, "[bet]", "[call]", 2, "[check]"], player: 0 },
  leduc: { moves: [3, 0, "[check]", "[bet]", "[call]", 4, "[bet]"], player: 1 },
  "liars-dice": { moves: [5, 3, "[bid 1x3]", "[bid 1x5]", "[bid 2x3]"], player: 1 },
  "liars-dice-match": {
    moves: [1, 2, 4, 4, 4, 5, "[bid 1x3]", "[bid 4x4]", "[liar]", 1, 1, 6, 5, 5, 3, "[bid 1x5]", "[bid 2x6]"],
    player: 1,
  },
  pig: { moves: ["[roll]", 6, "[roll]", 4, "[hold]", "[roll]", 1, "[roll]", 5], player: 0 },
  negotiation: { moves: ["[Offer: 3 Wood -> 2 Gold]"], player: 1 },
  "negotiation-private": {
    moves: [7, 13, 3, 5, 2, 1, 0, 5, 8, 3, 0, 10, 20, 4, 9, 0, 4, 2, 0, 8, "[Offer: 2 Wheat -> 1 Brick]"],
    player: 1,
  },
};

describe.each(gameIds)("docs/games/%s.md", (id) => {
  const game = getGame(id);
  const page = readFileSync(new URL(`../../docs/games/${id}.md`, import.meta.url), "utf8");

  it("counts actions and features as the game does", () => {
    expect(page).toContain(`## Actions: ${game.actionCount}\n`);
    expect(page).toContain(`## Features: ${game.featureCount}\n`);
  });

  it("shows an observation as the player reads it", () => {
    const { moves, player } = EXAMPLES[id] ?? { moves: [], player: 0 };
    expect(page).toContain(`\`\`\`text\n${game.observe(stateAfter(game, moves), player)}\n\`\`\``);
  });

  it("names the roles and lists every version", () => {
    for (const role of game.roles) expect(page).toContain(`\`${role}\``);
    expect(page.split("## Versions")[1]?.match(/^\d+\./gm)?.length).toBe(game.version);
  });
});
