/** A game of every registered game, played to its end in the page; and perfect play, which cannot be beaten. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { pageProgram } from "../../src/cli/open/report-file.ts";
import { gameIds, getGame } from "../../src/games/registry.ts";
import { pageHtml } from "../../src/page/html.ts";
import { cellsOf, type Opened } from "./opened.ts";

/** Presses buttons of moves, the last one or the one in the middle in turn. → what was wrong, and what is said at the end. */
const PLAY = `(() => {
  const wrong = [];
  for (let move = 0; move < 500; move++) {
    const picture = document.querySelector(".play svg.board");
    const text = picture ? picture.getAttribute("aria-label") : document.querySelector(".play pre").textContent;
    if (!text || /undefined|null|NaN/.test(text)) wrong.push(text);
    const buttons = [...document.querySelectorAll(".play .actions button")];
    if (buttons.length === 0) break;
    buttons[move % 2 === 0 ? buttons.length - 1 : buttons.length >> 1].click();
  }
  return { wrong, said: document.querySelector(".play [role=status]").textContent };
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
      for (const id of gameIds) {
        await page.getByLabel("Game").selectOption(id);
        for (const seat of ["0", "1"]) {
          await page.getByLabel("You are").selectOption(seat);
          const { wrong, said } = (await page.evaluate(PLAY)) as { wrong: string[]; said: string };
          expect([id, wrong]).toEqual([id, []]);
          expect(`${id}: ${said}`).toMatch(/(wins \+[\d.]+|A draw)\. You have [+−]?[\d.]+ after 1 game\.$/);
        }
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

    it("play against minimax and nash, with exact values as hints", async () => {
      const { page, url } = opened();
      await page.goto(`${url}#play`);
      await page.getByLabel("Game").selectOption("ttt");
      await page.getByLabel("You are").selectOption("0");
      await page.getByLabel("Against").selectOption({ label: "minimax, perfect play" });
      await page.getByLabel("hints").check();
      await page.locator(".probabilities thead").waitFor();
      const hints = await cellsOf(page, ".probabilities tbody tr");
      expect(hints.map((cells) => cells.at(-1))).toEqual(Array(9).fill("0.0000"));
      const { said } = (await page.evaluate(PLAY)) as { said: string };
      expect(said).toMatch(/^(A draw|Player 1 \(O\) wins \+1)\. /);
      await page.getByLabel("Game").selectOption("kuhn");
      await page.getByLabel("You are").selectOption("1");
      expect(await page.getByLabel("Against").locator("option:checked").innerText()).toBe("nash, an equilibrium");
      await page.locator(".play .actions button").first().waitFor();
      // Whatever is held, the values depend on the card and the acts that are seen, not on the other card.
      const text = (await page.locator(".play svg.board").getAttribute("aria-label")) ?? "";
      expect(text).toContain("Player 0 has a hidden card.");
      const bet = (await cellsOf(page, ".probabilities tbody tr")).map((cells) => cells.at(-1));
      const card = /Player 1 has ([JQK])/.exec(text)?.[1];
      const facing = text.includes("Player 0: bet") ? "b" : "k";
      expect([card, facing, ...bet]).toEqual([card, facing, ...(VALUES[`${card}:${facing}`] ?? [])]);
      await page.getByLabel("hints").uncheck();
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

/**
 * Of passing and betting for player 1, against the equilibrium with α = 0: a first player who never bets, calls with K, calls with
 * Q one time in three, and folds J.
 *
 * J:k   pass: −1. Bet: the other card is Q or K alike. Q folds two times in three, (2/3) · 1 − (1/3) · 2 = 0; K calls, −2. Mean −1.
 * Q:k   pass: J loses to it and K beats it: 0. Bet: J folds, +1; K calls, −2. Mean −0.5.
 * K:k   pass: +1. Bet: J folds, +1; Q calls one time in three, (2/3) · 1 + (1/3) · 2 = 4/3. Mean 7/6.
 */
const VALUES: Readonly<Record<string, readonly string[] | undefined>> = {
  "J:k": ["−1.0000", "−1.0000"],
  "Q:k": ["0.0000", "−0.5000"],
  "K:k": ["+1.0000", "+1.1667"],
};
