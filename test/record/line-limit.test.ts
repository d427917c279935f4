/** The record of a game with very long answers keeps a part of them, and a log of such games can be read. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { playMatch } from "../../src/arena/match.ts";
import { getGame } from "../../src/games/registry.ts";
import type { AskedPlayer } from "../../src/players/player.ts";
import type { Utterance } from "../../src/record/episode.ts";
import { formatEpisode } from "../../src/record/episode.ts";
import { answerLimiter } from "../../src/record/line-limit.ts";
import { verifyEpisode } from "../../src/record/verify.ts";
import { readLog } from "../../src/replay/log.ts";
import { Rng } from "../../src/util/rng.ts";

/** An answer of the greatest length that a language model's player returns. A character takes two bytes or more in the log. */
const long = (unit: string, illegal = false): Utterance => ({
  text: `${unit.repeat(100_000 / unit.length)}[end]`,
  ...(illegal ? { illegal: `no: ${"x".repeat(500)}` } : {}),
});

it("keeps what fits, then the ends of answers, then none", () => {
  const keep = answerLimiter();
  const [first, second] = [long("a"), { text: "short", promptTokens: 3 }];
  expect(keep([first, second])).toEqual([first, second]);
  const kept = Array.from({ length: 100 }, () => keep([long('"', true)])).flat();
  expect(kept).toHaveLength(100);
  expect(kept[0]).toEqual(long('"', true));
  expect(kept.at(-1)).toEqual({ text: `[…]${'"'.repeat(195)}[end]`, illegal: `[…]${"x".repeat(200)}` });
  const endless = long("七");
  const many = Array.from({ length: 5000 }, () => keep([endless])).flat();
  expect(many.length).toBeLessThan(4000);
  expect(keep([endless])).toEqual([]);
  // Another game begins anew.
  expect(answerLimiter()([first])).toEqual([first]);
});

it("does not cut a character in half", () => {
  const keep = answerLimiter();
  for (let i = 0; i < 40; i++) keep([long("七")]);
  expect(keep([{ text: `${"🎲".repeat(100_000)}x` }])[0]?.text.slice(0, 1000)).toBe(`[…]\ufffd${"🎲".repeat(99)}x`);
});

it("a game in which every answer has the greatest length can be read from its log", async () => {
  const talker: AskedPlayer = {
    kind: "asked",
    name: "talker",
    plays: () => true,
    choose: async () => ({ slot: 0, said: Array(40).fill(long('\\"', true)) }),
  };
  const match = { game: getGame("ttt"), players: [talker, { ...talker, name: "other" }], rng: new Rng(1) } as const;
  const lines: string[] = [];
  for await (const games of playMatch(match, { pairs: 1, atOnce: 1 }))
    lines.push(...games.map(({ episode }) => `${formatEpisode(episode())}\n`));
  const log = join(mkdtempSync(join(tmpdir(), "spiral-words-")), "log.jsonl");
  writeFileSync(log, lines.join(""));
  const read = [...readLog(log, () => {})].map((entry) => ("episode" in entry ? verifyEpisode(entry.episode) : entry));
  expect(read).toEqual([undefined, undefined]);
});
