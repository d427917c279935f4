/**
 * The page in headless Chromium: the size and the first paint of a report of a default run, and `spiral view` of a run with 100,000
 * logged games, from its start to the first list, to the whole list, and while the list is scrolled.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { formatEpisode, parseEpisode } from "../../src/record/episode.ts";
import { cpuOf, runNode, SPIRAL } from "../lib/child.ts";
import { type Figure, figure, type Measured } from "../lib/measure.ts";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const GAMES = 100_000;
const FRAMES = 240;

export async function page(quick: boolean): Promise<Measured> {
  if (!existsSync(CHROMIUM)) return { figures: [], notes: [`There is no ${CHROMIUM}; CHROMIUM names another.`] };
  const dir = mkdtempSync(join(tmpdir(), "spiral-bench-"));
  const { chromium } = await import("playwright-core");
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  try {
    await spiral("train", "--games", "kuhn,ttt", "--name", "run", "--dir", dir, "--json");
    const repetitions = quick ? 3 : 10;
    return {
      figures: [...(await reportFigures(browser, dir, repetitions)), ...(await viewFigures(browser, dir, repetitions))],
      notes: [`Chromium ${browser.version()}, headless. The report and the log are of a default run of kuhn,ttt.`],
    };
  } finally {
    await browser.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function reportFigures(browser: Browser, dir: string, repetitions: number): Promise<Figure[]> {
  const [file, whole] = [join(dir, "report.html"), join(dir, "all.html")];
  await spiral("report", "run", "--dir", dir, "--html", file);
  await spiral("report", "run", "--dir", dir, "--html", whole, "--all-games");
  const paints: number[] = [];
  for (let i = 0; i < repetitions; i++) {
    const opened = await browser.newPage();
    await opened.goto(pathToFileURL(file).href);
    await opened.locator("svg.plot").first().waitFor();
    paints.push(await firstPaint(opened));
    await opened.close();
  }
  const kilobytes = (path: string): number => statSync(path).size / 1000;
  return [
    figure("report of a default run", "kB", [kilobytes(file)], { target: { most: 1000 } }),
    figure("the same with all its logged games", "kB", [kilobytes(whole)], { target: { most: 2000 } }),
    figure("its first paint with contents", "ms", paints, { target: { most: 1000 } }),
  ];
}

async function viewFigures(browser: Browser, dir: string, repetitions: number): Promise<Figure[]> {
  writeLongLog(dir);
  const [started, first, whole, cpu, frames, slow]: number[][] = [[], [], [], [], [], []];
  for (let i = 0; i < repetitions; i++) {
    const begun = performance.now();
    const { child, url } = await serve(dir);
    started?.push(performance.now() - begun);
    try {
      const opened = await browser.newPage();
      const asked = performance.now();
      await opened.goto(`${url}#games`);
      await opened.locator(".list li").first().waitFor();
      first?.push(performance.now() - asked);
      const count = GAMES.toLocaleString("en");
      await opened.getByText(`${count} of ${count} games`, { exact: true }).waitFor();
      whole?.push(performance.now() - asked);
      cpu?.push(cpuOf(child.pid) ?? Number.NaN);
      const took = await scrolled(opened);
      frames?.push(...took);
      slow?.push(took.sort((a, b) => a - b)[Math.floor(0.95 * took.length)] ?? Number.NaN);
      await opened.close();
    } finally {
      child.kill("SIGINT");
    }
  }
  return [
    figure("spiral view, until it prints its address", "ms", started ?? []),
    figure("100,000 games: from opening to the first list", "ms", first ?? [], { target: { most: 2000 } }),
    figure("from opening to the whole list", "ms", whole ?? []),
    figure("CPU time of the server until then, its start included", "s", cpu ?? []),
    figure("a frame while the list is scrolled", "ms", frames ?? [], { target: { most: 34 } }),
    figure("the 95th percentile of such frames", "ms", slow ?? [], { target: { most: 50 } }),
  ];
}

/** The run `long`: the run with its games over and over. */
function writeLongLog(dir: string): void {
  cpSync(join(dir, "run"), join(dir, "long"), { recursive: true });
  const log = join(dir, "long/episodes.jsonl");
  const games = readFileSync(log, "utf8").trim().split("\n").map(parseEpisode);
  const lines = Array.from({ length: GAMES }, (_, i) => {
    const game = games[i % games.length] as (typeof games)[number];
    return formatEpisode({ ...game, index: i });
  });
  writeFileSync(log, `${lines.join("\n")}\n`);
}

/** Starts `spiral view`, and waits for its address. */
function serve(dir: string): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const args = [SPIRAL, "view", "long", "--dir", dir, "--port", "0", "--json"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"] });
  let out = "";
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => reject(new Error(`spiral view ended with exit code ${code}`)));
    child.stdout.on("data", (part) => {
      out += part;
      const url = /"url": "([^"]+)"/.exec(out)?.[1];
      if (url !== undefined) resolve({ child, url });
    });
  });
}

/** Milliseconds since the address was asked for. The browser reports the paint after the contents are in the document. */
const firstPaint = (opened: Page): Promise<number> =>
  opened.evaluate(`new Promise((resolve) => {
    const look = () => {
      const [paint] = performance.getEntriesByName("first-contentful-paint");
      if (paint) resolve(paint.startTime);
      else requestAnimationFrame(look);
    };
    look();
  })`);

/** Scrolls the list by 500 pixels a frame, and back from its end. → milliseconds of each frame */
const scrolled = (opened: Page): Promise<number[]> =>
  opened.evaluate(`new Promise((resolve) => {
    const list = document.querySelector(".list");
    const took = [];
    let before = performance.now();
    const next = (now) => {
      took.push(now - before);
      before = now;
      if (took.length === ${FRAMES / 2}) list.scrollTop = list.scrollHeight;
      list.scrollTop += took.length < ${FRAMES / 2} ? 500 : -500;
      if (took.length < ${FRAMES}) requestAnimationFrame(next);
      else resolve(took.slice(1));
    };
    requestAnimationFrame(next);
  })`);

async function spiral(...args: string[]): Promise<void> {
  const { code, err } = await runNode(SPIRAL, args);
  if (code !== 0) throw new Error(err);
}
