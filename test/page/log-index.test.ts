/** The index of a log agrees with its reader, and follows the log as it grows. */
import { appendFileSync, mkdtempSync, renameSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { unpackList } from "../../src/page/listed.ts";
import { LogIndex } from "../../src/page/live/log-index.ts";
import { type Episode, formatEpisode } from "../../src/record/episode.ts";
import { readLog } from "../../src/replay/log.ts";

const pathOf = (text: string): string => {
  const path = join(mkdtempSync(join(tmpdir(), "spiral-log-")), "episodes.jsonl");
  writeFileSync(path, text);
  return path;
};
const episode = (index: number, more: Partial<Episode> = {}): Episode => ({
  ...{ game: "kuhn", version: 1, update: 3, index, players: ["learner", "learner"] as const },
  ...{ actions: [5, 1, 1], returns: [2, -2] as const },
  ...more,
});
const line = (index: number, more: Partial<Episode> = {}): string => `${formatEpisode(episode(index, more))}\n`;

async function indexed(path: string): Promise<LogIndex> {
  const index = new LogIndex(path);
  await index.refresh();
  return index;
}
const listOf = (index: LogIndex) => unpackList(index.list(0, index.count));

/** What a list shows, by the reader that parses every line. */
const expected = (path: string) =>
  [...readLog(path, () => {})].flatMap((entry) => {
    if ("problem" in entry) return [];
    const { game, update, index, players, returns, actions, forfeit } = entry.episode;
    const known = update === undefined ? {} : { update };
    const seat = forfeit ? { forfeit: forfeit.seat } : {};
    return [{ line: entry.line, game, players, ...known, index, plies: actions.length, returns, ...seat }];
  });

const said = [{ ply: 1, answers: [{ text: '"},"actions":[9],"check":"00000000"}\n\u2028</script>' }] }];
const FOREIGN = '{"event":"login","user":"ann"}\n';
const LOG = [
  line(0),
  line(1, { players: ['a "quoted" \\ name', "Zoë, ["], returns: [0.5, -0.5], opening: 1 }),
  "\n",
  line(2, { update: undefined, actions: [], forfeit: { seat: 0, reason: 'no, "actions":[1]' } }),
  FOREIGN,
  line(3).replace(/\n$/, "\r\n"),
  line(4, { game: "connect-four", actions: Array.from({ length: 3000 }, (_, i) => i % 7), said }),
  "not JSON\n",
  line(5, { said, forfeit: { seat: 1, reason: "" } }),
].join("");

it("lists what the reader finds, and names what is no episode", async () => {
  const path = pathOf(`\ufeff${LOG}`);
  const index = await indexed(path);
  expect(index.count).toBe(6);
  expect(listOf(index)).toEqual(expected(path));
  expect(index.damaged).toEqual({
    count: 2,
    problems: ["line 5: not an episode: it does not end in a checksum", "line 8: not valid JSON"],
  });
  expect(index.torn).toBe(false);
  for (const entry of readLog(path, () => {})) {
    if ("episode" in entry) expect(index.episode(entry.line)).toEqual(entry.episode);
    else expect(() => index.episode(entry.line)).toThrow(`Line ${entry.line} of the log is no game.`);
  }
});

it("follows a log that grows, and does not list a line before its end", async () => {
  const path = pathOf(line(0));
  const index = await indexed(path);
  const next = line(1, { returns: [-1, 1] });
  appendFileSync(path, next.slice(0, 40));
  await index.refresh();
  expect([index.count, index.torn]).toEqual([1, true]);
  appendFileSync(path, next.slice(40));
  await Promise.all([index.refresh(), index.refresh()]);
  expect([index.count, index.torn, index.generation]).toEqual([2, false, 1]);
  expect(listOf(index)).toEqual(expected(path));
  expect(index.episode(2).returns).toEqual([-1, 1]);
});

it("begins anew when the log was cut back or replaced", async () => {
  const path = pathOf(line(0) + line(1));
  const index = await indexed(path);
  truncateSync(path, line(0).length);
  await index.refresh();
  expect([index.count, index.generation]).toEqual([1, 2]);
  // Cut, and longer again before anyone looked.
  truncateSync(path, 0);
  appendFileSync(path, line(3) + line(4));
  await index.refresh();
  expect([index.generation, listOf(index).map((game) => game.index)]).toEqual([3, [3, 4]]);
  const other = pathOf(line(7) + line(8) + line(9));
  renameSync(other, path);
  await index.refresh();
  expect(index.generation).toBe(4);
  expect(listOf(index).map((game) => game.index)).toEqual([7, 8, 9]);
});

it("finds an altered line when its game is opened", async () => {
  const index = await indexed(pathOf(line(0).replace("[2,-2]", "[9,-9]")));
  expect(index.count).toBe(1);
  expect(() => index.episode(1)).toThrow("altered: its checksum does not match");
});

it("passes over a line longer than any episode, and reads on", async () => {
  const index = await indexed(pathOf(`${line(0)}${"x".repeat(17 << 20)}\n${line(1)}`));
  expect(listOf(index).map((game) => [game.line, game.index])).toEqual([
    [1, 0],
    [3, 1],
  ]);
  expect(index.damaged.problems).toEqual(["line 2: longer than 16 MiB"]);
  expect(index.episode(3)).toEqual(episode(1));
});
