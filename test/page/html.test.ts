/** The file of a report: its policy, what it escapes, and what is sampled. */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { PageContents } from "../../src/page/contents.ts";
import { LONGEST_ANSWER, pageEpisode } from "../../src/page/episode.ts";
import { pageHtml } from "../../src/page/html.ts";
import { packedSize } from "../../src/page/packed.ts";
import { Sampler, spreadOver } from "../../src/page/sample.ts";
import type { Episode } from "../../src/record/episode.ts";
import { contentsIn } from "./contents-in.ts";

const EMPTY: PageContents = {
  title: "kuhn",
  ...{ facts: [], games: ["kuhn"], metrics: [], checkpoints: [], episodes: [], notes: [] },
};
const PROGRAM = { script: 'console.log("</p>")', style: "p{color:red}" };
const EPISODE: Episode = {
  ...{ game: "kuhn", version: 1, update: 3, index: 0, players: ["learner", "pool@40"] },
  ...{ actions: [5, 1, 1], returns: [2, -2] },
};

describe("the file", () => {
  it("allows its own program and style by their hashes, and no request", () => {
    const html = pageHtml(EMPTY, PROGRAM);
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1];
    const sum = (text: string): string => createHash("sha256").update(text).digest("base64");
    expect(policy?.split("; ")).toEqual([
      "default-src 'none'",
      `script-src 'sha256-${sum(PROGRAM.script)}'`,
      `style-src 'sha256-${sum(PROGRAM.style)}'`,
      "worker-src blob:",
      "base-uri 'none'",
      "form-action 'none'",
    ]);
    expect(html).toContain(`<script>${PROGRAM.script}</script>`);
    expect(html.indexOf("Content-Security-Policy")).toBeLessThan(html.indexOf("<style>"));
  });

  it("holds hostile text as text, which no element ends", () => {
    const hostile = '</script><script>alert(1)</script><!-- </title> & "\u2028';
    const html = pageHtml({ ...EMPTY, title: hostile, notes: [hostile] }, PROGRAM);
    expect(html.match(/<\/script/g)).toHaveLength(2);
    expect(html).not.toContain("<!--");
    expect(html.match(/<\/title/g)).toHaveLength(1);
    expect(contentsIn(html)).toEqual({ ...EMPTY, title: hostile, notes: [hostile] });
  });

  it.each(["'</script>'", "'<!--'"])("refuses a program with %s", (script) => {
    expect(() => pageHtml(EMPTY, { ...PROGRAM, script })).toThrow("program");
  });
});

describe("a game in the file", () => {
  it("is packed, and the same when it is read", () => {
    const said = [{ ply: 1, answers: [{ text: "[bet]" }] }];
    const { update, ...untrained } = EPISODE;
    const episodes = [
      { line: 1, ...EPISODE },
      { line: 3, ...untrained, said, opening: 1 },
      { line: 4, ...EPISODE, players: ["learner", "learner"], forfeit: { seat: 0, reason: "no answer" } } as const,
    ];
    expect(contentsIn(pageHtml({ ...EMPTY, episodes }, PROGRAM)).episodes).toEqual(episodes);
    expect(packedSize({ line: 1, ...EPISODE })).toBe("[1,0,3,0,[5,1,1],[2,-2]],".length);
  });

  it("names no player that may be a path, a run or an address", () => {
    const players = (name: string, names = false): string =>
      pageEpisode({ ...EPISODE, players: ["learner", name] }, 7, names).players[1];
    for (const own of ["learner", "pool@40", "learner:exploring", "nash"]) expect(players(own)).toBe(own);
    for (const other of ["/home/ann/games.jsonl", "my-run@000600", "llm:https://host/v1"]) {
      expect(players(other)).toBe("another player");
      expect(players(other, true)).toBe(other);
    }
  });

  it("has long answers cut, and says how much", () => {
    const text = "a".repeat(1_000_000);
    const { said } = pageEpisode({ ...EPISODE, said: [{ ply: 1, answers: [{ text, illegal: text }] }] }, 1, false);
    const [answer] = said?.[0]?.answers ?? [];
    expect(answer?.text).toBe(`${text.slice(0, LONGEST_ANSWER)} … (998,000 more characters)`);
    expect(answer?.illegal?.length).toBeLessThan(400);
  });
});

describe("samples", () => {
  it("are every kth item, from the first", () => {
    const sampler = new Sampler<number>(5);
    for (let i = 0; i < 23; i++) sampler.add(i);
    expect(sampler.seen).toBe(23);
    expect(sampler.kept).toEqual([0, 8, 16]);
    const all = new Sampler<number>(Number.POSITIVE_INFINITY);
    for (let i = 0; i < 23; i++) all.add(i);
    expect(all.kept).toHaveLength(23);
  });

  it("spread from the first to the last", () => {
    expect(spreadOver([1, 2, 3, 4, 5, 6, 7], 3)).toEqual([1, 4, 7]);
    expect(spreadOver([1, 2], 3)).toEqual([1, 2]);
    expect(spreadOver([1, 2, 3], 1)).toEqual([3]);
    expect(spreadOver([1, 2, 3], 0)).toEqual([]);
  });
});
