/** The page of `spiral view` in headless Chromium: it follows a run that is being written, and outlives its trainer and its server. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pageSource } from "../../src/cli/page/page-source.ts";
import { servedPage } from "../../src/cli/page/served-page.ts";
import { type PageServer, servePage } from "../../src/page/live/server.ts";
import { type Episode, formatEpisode } from "../../src/record/episode.ts";
import { readRunConfig } from "../../src/run/read.ts";
import { createRun } from "../../src/run/run.ts";
import type { RunWriter } from "../../src/run/writer.ts";
import { folder, spiral } from "../cli/spiral.ts";

const HOSTILE = '</script><script>window.hacked = 1</script><img src="x" onerror="window.hacked = 1">\u202e\u001b[31m';

export function viewTests(browser: () => Browser): void {
  describe("the page of spiral view", () => {
    let dir: string;
    let writer: RunWriter;
    let server: PageServer;
    let page: Page;
    let url: string;
    const problems: string[] = [];
    const lines = (file: string): string[] =>
      readFileSync(join(dir, "trained", file), "utf8")
        .trim()
        .split("\n");
    const checkpoint = (update: number): void => {
      const weights = readFileSync(join(dir, `trained/checkpoints/00000${update}/model.safetensors`));
      writer.checkpoint(update, { "model.safetensors": weights }, {});
    };

    beforeAll(async () => {
      dir = folder();
      const training = ["--games", "kuhn", "--size", "xs", "--updates", "4", "--set", "run.checkpointEvery=2"];
      await spiral(dir, "train", ...training, "--name", "trained");
      // The same run once more, written step by step.
      writer = createRun({ config: readRunConfig(join(dir, "trained")), name: "followed", argv: [], backend: "js" });
      writer.metrics(JSON.parse(lines("metrics.jsonl")[0] ?? ""));
      const source = pageSource(["followed"], dir, () => {});
      server = await servePage(servedPage(source, 20), 0);
      url = `http://127.0.0.1:${server.port}/`;
      page = await browser().newPage();
      page.setDefaultTimeout(15_000);
      page.on("console", (message) => problems.push(`${message.type()}: ${message.text()}`));
      page.on("pageerror", (error) => problems.push(String(error)));
      page.on("request", (request) => {
        if (!request.url().startsWith(url)) problems.push(`request: ${request.url()}`);
      });
    });
    afterAll(async () => {
      await page?.close();
      await server?.close();
    });

    it("shows new metrics, games and checkpoints without being loaded again", async () => {
      await page.goto(url);
      const status = page.locator("dt", { hasText: "status" }).locator("+ dd");
      expect(await status.innerText()).toBe("running, after update 0");
      const plot = page.getByRole("img", { name: /^NashConv, exact by update/ });
      await plot.waitFor();
      await page.evaluate("window.isTheSamePage = true");
      await page.getByLabel("log scale").first().check();

      const [, ...metrics] = lines("metrics.jsonl");
      for (const line of metrics) writer.metrics(JSON.parse(line));
      await page.getByText("running, after update 4").waitFor();
      const { nashConv } = JSON.parse(metrics.at(-1) ?? "").evaluation.kuhn;
      await plot.focus();
      await page.keyboard.press("End");
      const values = page.locator("figure", { has: plot }).locator("output");
      expect(await values.innerText()).toBe(`update 4: kuhn ${nashConv.toFixed(4)}`);
      expect(await plot.getAttribute("aria-label")).toContain("log scale");

      await page.getByRole("link", { name: "Games" }).click();
      await page.getByText("This run has no logged games.").waitFor();
      const spoken: Episode = JSON.parse(lines("episodes.jsonl").at(-1) ?? "");
      const said = [{ ply: 1, answers: [{ text: HOSTILE, illegal: HOSTILE }] }];
      const games = [
        ...lines("episodes.jsonl"),
        formatEpisode({ ...spoken, players: [HOSTILE.slice(0, 60), "learner"], said }),
      ];
      writer.episodes(games);
      await page.getByText(`${games.length} of ${games.length} games`).waitFor();
      await page.locator(".replay").waitFor();
      expect(await page.locator(".probabilities").count()).toBe(0);
      await page.keyboard.press("ArrowRight");
      checkpoint(2);
      await page.getByText("The policy after update 2").waitFor();
      expect(await page.locator("pre.answer").textContent()).toBe(HOSTILE.replace("\u202e\u001b[31m", ""));
      expect(await page.evaluate("window.hacked")).toBeUndefined();
      expect(await page.evaluate("window.isTheSamePage")).toBe(true);
    });

    it("asks for one game of a long list at a time, and lists the rows in sight", async () => {
      await page.goto(`${url}#games/1/1`);
      await page.locator("h2", { hasText: "update 1 · game 0" }).waitFor();
      const total = lines("episodes.jsonl").length + 1;
      const list = page.locator(".list li");
      expect(await list.count()).toBeLessThan(total);
      expect(await list.first().getAttribute("aria-setsize")).toBe(String(total));
      const last = page.locator(`.list li[aria-posinset="${total}"] a`);
      expect(await last.getAttribute("aria-current")).toBe("true");
      await page.evaluate('document.querySelector(".list").scrollTop = 0');
      await page.locator('.list li[aria-posinset="1"]').waitFor();
      await last.waitFor({ state: "detached" });
      const asked: string[] = [];
      page.on("request", (request) => asked.push(new URL(request.url()).pathname));
      await page.locator(".list a").nth(2).click();
      await page.locator(`.list [aria-current]`).waitFor();
      expect(asked).toEqual([`/game/${total - 2}.json`]);
    });

    it("compares two runs, each of which has a page of its own", async () => {
      const both = await servePage(
        servedPage(
          pageSource(["trained", "followed"], dir, () => {}),
          20,
        ),
        0,
      );
      const compared = await browser().newPage();
      try {
        compared.on("pageerror", (error) => problems.push(String(error)));
        await compared.goto(`http://127.0.0.1:${both.port}/`);
        await compared
          .getByRole("img", { name: /^NashConv of kuhn, exact by update: trained from .*; followed from/ })
          .waitFor();
        await compared.getByRole("link", { name: "followed" }).click();
        await compared.locator("h1", { hasText: "followed" }).waitFor();
        await compared.getByRole("link", { name: "Games" }).click();
        await compared.locator(".replay").waitFor();
        await compared.getByRole("link", { name: "all runs" }).click();
        await compared.locator("h1", { hasText: "trained, followed" }).waitFor();
        expect(await compared.getByRole("link", { name: "Games" }).count()).toBe(0);
      } finally {
        await compared.close();
        await both.close();
      }
    });

    it("stays when the trainer and then the server end", async () => {
      await page.goto(`${url}#play`);
      const opponents = page.getByLabel("Against");
      expect(await opponents.locator("option").allInnerTexts()).not.toContain("the policy after update 4");
      checkpoint(4);
      await opponents.locator("option", { hasText: "update 4" }).waitFor({ state: "attached" });
      writer.finish("finished");
      await page.getByRole("link", { name: "Overview" }).click();
      await page.getByText("finished", { exact: true }).waitFor();
      await page.getByRole("link", { name: "Play" }).click();
      await page.getByLabel("You are").selectOption("0");
      await server.close();
      await page.getByText("The server does not answer").waitFor();
      await page.keyboard.press("1");
      expect(await page.locator(".play [role=status]").innerText()).not.toBe("");
      expect(problems.filter((problem) => !problem.includes("ERR_CONNECTION_REFUSED"))).toEqual([]);
    });
  });
}
