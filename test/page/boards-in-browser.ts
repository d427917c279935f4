/** A game of every registered game, played to its end in the page. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { pageProgram } from "../../src/cli/page/report-file.ts";
import { gameIds, getGame } from "../../src/games/registry.ts";
import { pageHtml } from "../../src/page/html.ts";
import type { Opened } from "./opened.ts";

/**
 * Presses buttons of moves, the last one or the one in the middle in turn. → what was wrong, what is said at the end, and in how many
 * positions between two rounds all dice were shown.
 */
export const PLAY = `(() => {
  const wrong = [];
  let rounds = 0;
  for (let move = 0; move < 500; move++) {
    const picture = document.querySelector(".play svg.board");
    const text = picture ? picture.getAttribute("aria-label") : document.querySelector(".play pre").textContent;
    if (!text || /undefined|null|NaN/.test(text)) wrong.push(text);
    const buttons = [...document.querySelectorAll(".play .actions button")];
    if (buttons.length === 0) break;
    if (buttons[0].textContent === "Next round" && !text.includes("hidden")) rounds++;
    buttons[move % 2 === 0 ? buttons.length - 1 : buttons.length >> 1].click();
  }
  return { wrong, rounds, said: document.querySelector(".play [role=status]").textContent };
})()`;

export function boardTests(opened: () => Opened): void {
  describe("the boards", () => {
    it("are there for every game, which is played to its end", async () => {
      const { page, dir } = opened();
      const file = join(dir, "all.html");
      const contents = { facts: [], games: gameIds, metrics: [], checkpoints: [], episodes: [], notes: [] };
      writeFileSync(file, pageHtml({ title: "all games", ...contents }, pageProgram()));
      await page.goto(`${pathToFileURL(file).href}#play`);
      expect(gameIds.length).toBeGreaterThan(10);
      for (const [i, id] of gameIds.entries()) {
        await page.getByLabel("Game").selectOption(id);
        await page.getByLabel("You are").selectOption(String(i % 2));
        const { wrong, said, rounds } = (await page.evaluate(PLAY)) as {
          wrong: string[];
          said: string;
          rounds: number;
        };
        expect([id, wrong, rounds > 0]).toEqual([id, [], id === "liars-dice-match"]);
        expect(`${id}: ${said}`).toMatch(/(wins \+[\d.]+|A draw)\. You have [+−]?[\d.]+ after 1 game\.$/);
      }
      // Games that are too large to be solved are walked without values.
      await page.evaluate("location.hash = '#strategy/pig'");
      expect(await page.locator(".strategy .note[role=status]").innerText()).toContain("too many states");
      await page.locator(".tree a, .strategy svg.board").first().waitFor();
      await page.evaluate("location.hash = '#strategy/negotiation-private'");
      await page.getByText("Let chance decide").click();
      const names = await page.locator(".walked a").allInnerTexts();
      const { turn } = at("negotiation-private", names.length - 1);
      expect(turn).toBe("player");
      expect(await page.locator(".strategy svg.board").getAttribute("aria-label")).toContain("Player 0 has");
    });

    it("stay away where a policy cannot be made of the weights, which the page says", async () => {
      const { page, dir } = opened();
      const file = join(dir, "broken.html");
      const checkpoints = [{ update: 1, weights: btoa("no weights") }];
      const contents = { facts: [], games: ["kuhn"], metrics: [], checkpoints, episodes: [], notes: [] };
      writeFileSync(file, pageHtml({ title: "broken", ...contents }, pageProgram()));
      await page.goto(`${pathToFileURL(file).href}#play`);
      expect(await page.locator("main [role=alert]").innerText()).toContain("This cannot be shown: ");
      await page.getByRole("link", { name: "Overview" }).click();
      await page.locator(".overview").waitFor();
    });
  });
}

/** Whose turn it is after so many plies of chance alone. */
function at(id: string, plies: number): { turn: string } {
  const game = getGame(id);
  let state = game.initial();
  for (let ply = 0; ply < plies; ply++) {
    const turn = game.turn(state);
    if (turn.kind !== "chance") throw new Error(`ply ${ply} is not of chance`);
    state = game.apply(state, turn.actions[0] as number);
  }
  return { turn: game.turn(state).kind };
}
