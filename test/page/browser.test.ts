/**
 * The file of a report in headless Chromium: steps, filters, plays, and agrees with the command line; and, as a start of Chromium is
 * dear, in the same one the page of `spiral view`. It is skipped on a machine without Chromium (`apt-get install chromium`, or its
 * path in CHROMIUM).
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Episode, formatEpisode } from "../../src/record/episode.ts";
import { folder, spiral } from "../cli/spiral.ts";
import { accessTests } from "./access-in-browser.ts";
import { boardTests } from "./boards-in-browser.ts";
import { chromium, openBrowser } from "./chromium.ts";
import { strategyTests } from "./strategy-in-browser.ts";
import { viewTests } from "./view-in-browser.ts";

const HOSTILE =
  '</script><script>window.hacked = 1</script><img src="https://example.org/x" onerror="window.hacked = 1">\u202e\u001b[31m';
const SPOKEN: Episode = {
  ...{ game: "ttt", version: 1, update: 4, index: 99, players: [HOSTILE.slice(0, 60), "learner"] },
  ...{ actions: [0, 3, 1, 4, 2], returns: [1, -1], said: [{ ply: 2, answers: [{ text: HOSTILE, illegal: HOSTILE }] }] },
};

describe.skipIf(!chromium)("the page", () => {
  let dir: string;
  let url: string;
  let browser: Browser;
  let page: Page;
  let episodes: readonly Episode[];
  const problems: string[] = [];

  beforeAll(async () => {
    dir = folder();
    const sets = ["run.checkpointEvery=2", "run.logEvery=1"].flatMap((set) => ["--set", set]);
    const training = ["--games", "kuhn,ttt", "--size", "xs", "--updates", "4", ...sets];
    await spiral(dir, "train", ...training, "--name", "small");
    const log = join(dir, "small/episodes.jsonl");
    writeFileSync(log, `${readFileSync(log, "utf8")}${formatEpisode(SPOKEN)}\n`);
    const lines = readFileSync(log, "utf8").trim().split("\n");
    episodes = lines.map((line) => JSON.parse(line));
    const file = join(dir, "report.html");
    await spiral(dir, "report", "small", "--html", file, "--names");
    url = pathToFileURL(file).href;
    browser = await openBrowser();
    page = await browser.newPage();
    page.setDefaultTimeout(15_000);
    page.on("console", (message) => problems.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("request", (request) => {
      // A report is opened, and the worker's program comes out of it.
      const isOwn = request.isNavigationRequest() ? /^file:.*html/ : /^blob:/;
      if (!isOwn.test(request.url())) problems.push(`request: ${request.url()}`);
    });
  });
  afterAll(async () => {
    await browser?.close();
    // Of all tests above.
    expect(problems).toEqual([]);
  });

  it("opens with the curves and the evaluation", async () => {
    await page.goto(url);
    expect(await page.title()).toBe("Overview · small");
    const evaluation = JSON.parse(readFileSync(join(dir, "small/eval/000004.json"), "utf8")).games;
    const row = await page.getByRole("row", { name: /^kuhn/ }).first().innerText();
    expect(row).toContain(evaluation.kuhn.nashConv.toFixed(4));
    const plot = page.getByRole("img", { name: /^NashConv, exact by update: kuhn from/ });
    await plot.focus();
    await page.keyboard.press("End");
    const values = await page.locator("figure", { has: plot }).locator("output").innerText();
    expect(values).toContain(`update 4: kuhn ${evaluation.kuhn.nashConv.toFixed(4)}`);
    await page.getByLabel("log scale").first().check();
    expect(await page.getByRole("img", { name: /^NashConv, exact by update, log scale/ }).count()).toBe(1);
  });

  it("shows the probabilities that spiral replay shows, at every ply, by keys and by address", async () => {
    const line = episodes.findLastIndex(({ game }) => game === "kuhn") + 1;
    const { out } = await spiral(dir, "replay", "small", "--episode", String(line), "--probabilities", "--json");
    await page.goto(`${url}#games/${line}/0`);
    const moments: {
      kind: string;
      ply: number;
      name: string;
      observation?: string;
      actions?: { name: string; probability: number }[];
    }[] = JSON.parse(out).moments;
    expect(moments.length).toBeGreaterThan(2);
    for (const { kind, ply, name, observation, actions = [] } of moments) {
      expect(await page.evaluate("location.hash")).toBe(`#games/${line}/${ply}`);
      expect(await page.locator("[aria-current=step]").count()).toBe(1);
      const rows = await page.locator(".probabilities tr").allInnerTexts();
      const shown = rows.map((row) => row.split("\t").map((cell) => cell.trim()));
      expect(shown).toEqual(
        actions.map((action) => [
          action.name === name ? `${name} ◀ played` : action.name,
          "",
          `${(100 * action.probability).toFixed(1)} %`,
        ]),
      );
      if (kind === "player") expect(await page.locator("details pre").textContent()).toBe(observation);
      await page.keyboard.press("ArrowRight");
    }
    await page.keyboard.press("Home");
    expect(await page.evaluate("location.hash")).toBe(`#games/${line}/0`);
    const board = page.locator("svg.board");
    await page.goto(`${url}#games/${line}/1`);
    expect(await board.getAttribute("aria-label")).not.toContain("hidden");
    await page.getByLabel("Show").selectOption("0");
    expect(await board.getAttribute("aria-label")).toContain("Player 1 has a hidden card");
    expect(await page.locator(".moves li").first().innerText()).toBe("Chance (hidden)");
    await page.getByLabel("Show").selectOption("all");
  });

  it("shows the advantage that a decision was given, and leads into the tree", async () => {
    const lines = readFileSync(join(dir, "small/metrics.jsonl"), "utf8").trim().split("\n");
    const { baselines } = JSON.parse(lines.at(-1) ?? "");
    const line = episodes.findIndex(({ game, update, index }) => game === "kuhn" && update === 4 && index === 0) + 1;
    const { actions, returns } = episodes[line - 1] as Episode;
    await page.goto(`${url}#games/${line}/2`);
    const [advantage, baseline] = [returns[1] - baselines["kuhn/second"], baselines["kuhn/second"]];
    const text = (x: number): string => `${x < 0 ? "−" : "+"}${Math.abs(x).toFixed(4)}`;
    expect(await page.locator(".advantage").innerText()).toBe(
      `Advantage ${text(advantage)} = return ${returns[1] < 0 ? "−" : "+"}${Math.abs(returns[1])} − baseline ${text(baseline)}`,
    );
    expect(advantage).not.toBe(returns[1]);
    await page.getByText("This position in Strategy").click();
    expect(await page.evaluate("location.hash")).toBe(`#strategy/kuhn/${actions.slice(0, 2).join(".")}`);
    // The last line of the log was added by hand; no metrics tell its advantage.
    await page.goto(`${url}#games/${episodes.length}/2`);
    expect(await page.locator(".advantage").count()).toBe(0);
  });

  it("filters the list of games", async () => {
    await page.goto(`${url}#games`);
    const count = page.locator(".chooser [role=status]");
    const total = episodes.length;
    const drawn = episodes.filter(({ game, returns }) => game === "ttt" && returns[0] === returns[1]);
    await page.locator(".chooser select").first().selectOption("ttt");
    await page.getByLabel("Outcome").selectOption("draw");
    expect(await count.innerText()).toBe(`${drawn.length} of ${total} games`);
    await page.getByLabel("Outcome").selectOption("");
    await page.getByLabel("Updates from").fill("4");
    const late = episodes.filter(({ game, update = 0 }) => game === "ttt" && update >= 4);
    expect(await count.innerText()).toBe(`${late.length} of ${total} games`);
    await page.locator(".list a").last().click();
    await page.locator("h2", { hasText: `ttt · update ${late[0]?.update}` }).waitFor();
    await page.locator("h2").last().click();
    await page.keyboard.press("p");
    expect(await page.evaluate("location.hash")).toMatch(/^#games\/\d+\/0$/);
    await page.getByLabel("Opponent").selectOption({ index: 2 });
    expect(await count.innerText()).toBe(`1 of ${total} games`);
    // It names the players of a game that was not self-play.
    expect(await page.locator(".list .small").allInnerTexts()).toEqual([
      `+1 : −1, 5 plies, ${SPOKEN.players[0]} – learner`,
    ]);
    await page.getByLabel("Opponent").selectOption({ label: "itself" });
    expect(await count.innerText()).toBe(`${late.length - 1} of ${total} games`);
    await page.getByLabel("Plies from").fill("7");
    await page.getByLabel("Plies to").fill("8");
    const long = late.filter(({ actions }) => actions.length === 7 || actions.length === 8);
    expect(long.length).toBeGreaterThan(0);
    expect(await count.innerText()).toBe(`${long.length} of ${total} games`);
  });

  it("shows hostile text as text", async () => {
    await page.goto(`${url}#games/${episodes.length}/2`);
    const visible = HOSTILE.replace("\u202e\u001b[31m", "");
    expect(await page.locator("pre.answer").textContent()).toBe(visible);
    expect(await page.evaluate("window.hacked")).toBeUndefined();
    expect(await page.locator("img").count()).toBe(0);
  });

  it("plays tic-tac-toe with the pointer and Kuhn poker with keys, to their ends", async () => {
    await page.goto(`${url}#play`);
    await page.getByLabel("Game").selectOption("ttt");
    await page.getByLabel("hints").check();
    const status = page.locator(".play [role=status]");
    const board = page.locator("svg.board");
    for (let move = 0; move < 5 && !(await status.innerText()).includes("You have"); move++) {
      expect(await page.locator(".probabilities tr").count()).toBeGreaterThan(0);
      await page.locator("svg.board .playable").first().click();
      if (move > 0) continue;
      // What the opponent answered is marked, on the board and in its description.
      expect(await page.locator("svg.board .cell.new").count()).toBe(1);
      expect(await board.getAttribute("aria-label")).toMatch(/The last move: Player 1 \(O\) \[\d\]\.$/);
    }
    expect(await status.innerText()).toMatch(/You have [+−]?\d after 1 game\.$/);
    await page.getByLabel("Game").selectOption("kuhn");
    await page.getByLabel("You are").selectOption("1");
    expect(await board.getAttribute("aria-label")).toMatch(
      /Player 0 has a hidden card.*The last move: Player 0 \(first\) \[(check|bet)\]\.$/,
    );
    expect(await page.locator("svg.board rect.new").count()).toBe(1);
    await page.locator("h2").click();
    await page.keyboard.press("2");
    if (!(await status.innerText()).includes("You have")) await page.keyboard.press("2");
    expect(await status.innerText()).toMatch(/wins \+\d\. You have [+−]\d after 1 game\.$/);
    expect(await board.getAttribute("aria-label")).not.toContain("hidden");
  });

  strategyTests(() => ({ page, url, dir }));
  boardTests(() => ({ page, url, dir }));
  accessTests(() => ({ page, url, dir }));
  viewTests(() => browser);
});
