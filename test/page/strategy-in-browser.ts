/** The strategy in a browser: it agrees with `spiral policy` and `spiral eval`, and with known values; and the tree is walked. */
import { describe, expect, it } from "vitest";
import { spiral } from "../cli/spiral.ts";
import { arrived, cellsOf, type Opened, openStrategy } from "./opened.ts";

interface PolicyRow {
  readonly infoset: string;
  readonly actions: readonly { readonly name: string; readonly probability: number; readonly equilibrium: number }[];
}

const percent = (p: number): string => `${(100 * p).toFixed(1)} %`;

export function strategyTests(opened: () => Opened): void {
  const jsonOf = async (...argv: string[]) => JSON.parse((await spiral(opened().dir, ...argv, "--json")).out);

  describe("the strategy", () => {
    it("has all information sets of Kuhn poker, as spiral policy has them", async () => {
      const { page, url } = opened();
      await page.goto("about:blank");
      await page.goto(`${url}#strategy`);
      await arrived(page, "#strategy/kuhn");
      await page.locator("summary", { hasText: "The same as a table" }).click();
      const shown = new Map((await cellsOf(page, ".family tbody tr")).map(([key, ...cells]) => [key, cells]));
      const last: { rows: PolicyRow[] } = await jsonOf("policy", "small", "--game", "kuhn");
      const first: { rows: PolicyRow[] } = await jsonOf("policy", "small@2", "--game", "kuhn");
      expect(last.rows).toHaveLength(12);
      last.rows.forEach(({ infoset, actions }, i) => {
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
      const alpha = last.rows.find(({ infoset }) => infoset === "J:")?.actions[1]?.equilibrium.toFixed(3);
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
      const rows: { rows: PolicyRow[] } = await jsonOf("policy", "small", "--game", "kuhn");
      const king = rows.rows.find(({ infoset }) => infoset === "K:b");
      const cells = await cellsOf(page, ".tree tbody tr");
      expect(cells.map(([name, now]) => [name, now])).toEqual(
        king?.actions.map(({ name, probability }) => [name, percent(probability)]),
      );
      expect(cells.map((row) => row.at(-1))).toEqual(["−1.0000", "+2.0000"]);
      expect(cells.map((row) => row.at(-2))).toEqual(["0.0 %", "100.0 %"]);
      await page.locator(".tree a", { hasText: "[call]" }).press("Enter");
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

    it.each([
      ["ttt/4.4.x", "#strategy/ttt/4.4.x", 8],
      ["no-such-game/1", "#strategy/no-such-game/1", 6],
    ])("goes as far as the address %s leads, and says so", async (_, hash, moves) => {
      const { page, url } = opened();
      await page.goto(`${url}${hash}`);
      expect(await page.locator(".strategy .note[role=status]").innerText()).toContain("as far as it leads");
      expect(await page.locator(".tree tbody tr").count()).toBe(moves);
    });
  });
}
