/** The strategy in a browser: it agrees with `spiral policy` and `spiral eval`, and with known values; and the tree is walked. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { spiral } from "../cli/spiral.ts";
import { PLAY } from "./boards-in-browser.ts";
import { arrived, cellsOf, type Opened, openStrategy } from "./opened.ts";

interface PolicyRow {
  readonly infoset: string;
  readonly actions: readonly { readonly name: string; readonly probability: number; readonly equilibrium: number }[];
}

const percent = (p: number): string => `${(100 * p).toFixed(1)} %`;

export function strategyTests(opened: () => Opened): void {
  const jsonOf = async (...argv: string[]) => JSON.parse((await spiral(opened().dir, ...argv, "--json")).out);

  let rows: readonly PolicyRow[] = [];

  describe("the strategy", () => {
    it("has all information sets of Kuhn poker, as spiral policy has them", async () => {
      const { page, url } = opened();
      // The page follows an address after the navigation is over, so that an address that is left at once may be passed over.
      await page.goto(`${url}#strategy/kuhn`);
      await arrived(page, "#strategy/kuhn");
      await page.goto(`${url}#overview`);
      await page.locator(".overview").waitFor();
      await page.goto(`${url}#strategy`);
      await arrived(page, "#strategy/kuhn");
      await page.locator("summary", { hasText: "The same as a table" }).click();
      const shown = new Map((await cellsOf(page, ".family tbody tr")).map(([key, ...cells]) => [key, cells]));
      ({ rows } = await jsonOf("policy", "small", "--game", "kuhn"));
      const first: { rows: PolicyRow[] } = await jsonOf("policy", "small@2", "--game", "kuhn");
      expect(rows).toHaveLength(12);
      rows.forEach(({ infoset, actions }, i) => {
        const [name, before, now, nearest] = shown.get(infoset) ?? [];
        expect([name, before, now, nearest]).toEqual([
          actions[1]?.name,
          first.rows[i]?.actions[1]?.probability.toFixed(3),
          actions[1]?.probability.toFixed(3),
          actions[1]?.equilibrium.toFixed(3),
        ]);
      });
      const ranges = new Map([...shown].map(([key, cells]) => [key, cells.at(-1)]));
      expect(["J:", "K:", "Q:kb", "J:k"].map((key) => ranges.get(key))).toEqual([
        ...["0.000 – 0.333", "0.000 – 1.000", "0.333 – 0.667", "0.333"],
      ]);
      const alpha = rows.find(({ infoset }) => infoset === "J:")?.actions[1]?.equilibrium.toFixed(3);
      expect(await page.locator(".family > p").innerText()).toContain(`α = ${alpha}`);
      const pictures = page.locator(".family svg[role=img]");
      expect(await pictures.count()).toBe(12);
      expect(await pictures.first().getAttribute("aria-label")).toMatch(/^J: \[bet\]: probability by checkpoint 0\./);
    });

    it("has the exact values of Kuhn poker, and the NashConv that spiral eval gives", async () => {
      const { page } = opened();
      const { games } = await jsonOf("eval", "small", "--episodes", "2", "--vs", "random");
      await openStrategy(opened(), "#strategy/kuhn");
      const measures = page.locator(".strategy p", { hasText: /equilibrium: 0$/ });
      expect(await measures.innerText()).toMatch(
        new RegExp(`update 4: ${games.kuhn.nashConv.toFixed(4)} · update 2: `),
      );
      // −1/18 is the value of the game.
      expect((await cellsOf(page, ".tree tfoot tr"))[0]?.at(-1)).toBe("−0.0556");
      expect(await cellsOf(page, ".tree tbody tr")).toHaveLength(6);
      // Player 1 holds a king and faces a bet: it calls, and wins 2.
      await page.locator(".tree a", { hasText: "J K" }).click();
      await page.locator(".tree a", { hasText: "[bet]" }).click();
      await arrived(page, "#strategy/kuhn/1.1");
      const king = rows.find(({ infoset }) => infoset === "K:b");
      const cells = await cellsOf(page, ".tree tbody tr");
      expect(cells.map(([name, now]) => [name, now])).toEqual(
        king?.actions.map(({ name, probability }) => [name, percent(probability)]),
      );
      expect(cells.map((row) => row.at(-1))).toEqual(["−1.0000", "+2.0000"]);
      expect(cells.map((row) => row.at(-2))).toEqual(["0.0 %", "100.0 %"]);
      await page.locator(".tree a", { hasText: "[call]" }).press("Enter");
      await page.locator(".strategy .said", { hasText: "After" }).waitFor();
      expect(await page.locator(".strategy .said").innerText()).toBe("After [call]: Player 1 (second) wins +2.");
      expect(await page.locator(".strategy svg.board").getAttribute("aria-label")).toContain("Player 1: call.");
    });

    it("walks the tree of tic-tac-toe by pointer, by keys and by address", async () => {
      const { page } = opened();
      await openStrategy(opened(), "#strategy/ttt/0.3.1.4");
      // X wins in the corner; after anything else, O wins or saves the draw.
      expect((await cellsOf(page, ".tree tbody tr"))[0]?.slice(-2)).toEqual(["100.0 %", "+1.0000"]);
      expect((await cellsOf(page, ".tree tbody tr")).map((cells) => cells.at(-1))).toEqual([
        ...["+1.0000", "0.0000", "−1.0000", "−1.0000", "−1.0000"],
      ]);
      await page.locator(".strategy svg.board .playable").first().click();
      await arrived(page, "#strategy/ttt/0.3.1.4.2");
      expect(await page.locator(".strategy .said").innerText()).toBe("After [2]: Player 0 (X) wins +1.");
      await page.keyboard.press("ArrowLeft");
      await arrived(page, "#strategy/ttt/0.3.1.4");
      await page.keyboard.press("ArrowLeft");
      await arrived(page, "#strategy/ttt/0.3.1");
      await page.keyboard.press("2");
      await arrived(page, "#strategy/ttt/0.3.1.4");
      await page.keyboard.press("Home");
      await arrived(page, "#strategy/ttt");
      expect((await cellsOf(page, ".tree tfoot tr"))[0]?.at(-1)).toBe("0.0000");
      await page.getByLabel("Beside it").selectOption("");
      expect(await page.locator(".tree th[scope=col]").allInnerTexts()).toEqual([
        ...["move", "update 4", "value", "perfect play", "value"],
      ]);
      await page.goBack();
      await arrived(page, "#strategy/ttt/0.3.1.4");
      await page.getByLabel("Beside it").selectOption("2");
    });

    it("is computed for a policy that writes too, with the figures of spiral policy and eval", async () => {
      const { page, dir } = opened();
      const settings = ["nn.policy=text", "nn.text.width=8", "nn.text.heads=2", "nn.text.think=1"];
      const sets = [...settings, "nn.text.outputScale=2"].flatMap((set) => ["--set", set]);
      await spiral(dir, "train", "--games", "kuhn", "--size", "xs", "--updates", "1", ...sets, "--name", "words");
      const file = join(dir, "words.html");
      await spiral(dir, "report", "words", "--html", file);
      await openStrategy({ page, url: pathToFileURL(file).href, dir }, "#strategy/kuhn");
      const shown = new Map((await cellsOf(page, ".family tbody tr")).map(([key, ...cells]) => [key, cells]));
      const { rows }: { rows: PolicyRow[] } = await jsonOf("policy", "words");
      for (const { infoset, actions } of rows) {
        const [, now, nearest] = shown.get(infoset) ?? [];
        expect([infoset, now, nearest]).toEqual([
          infoset,
          actions[1]?.probability.toFixed(3),
          actions[1]?.equilibrium.toFixed(3),
        ]);
      }
      const { games } = await jsonOf("eval", "words", "--episodes", "2", "--vs", "random");
      expect(await page.locator(".strategy p", { hasText: /^NashConv, exact/ }).innerText()).toContain(
        `update 1: ${games.kuhn.nashConv.toFixed(4)}`,
      );
    });

    it.each([
      ["ttt/4.4.x", "#strategy/ttt/4.4.x", 8],
      ["no-such-game/1", "#strategy/no-such-game/1", 6],
    ])("goes as far as the address %s leads, and says so", async (_, hash, moves) => {
      const { page, url } = opened();
      await page.goto(`${url}${hash}`);
      expect(await page.locator(".strategy .note[role=status]").innerText()).toContain("as far as it leads");
      expect(await page.locator(".tree tbody tr").count()).toBe(moves);
    });

    it("is that of minimax and nash in a game against them, with exact values as hints", async () => {
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
