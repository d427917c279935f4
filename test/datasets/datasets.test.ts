/** Data sets from logged games: preferences by exact values, filters, and the same rows in both kinds of file. */
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { beforeAll, describe, expect, it } from "vitest";
import { playMatch } from "../../src/arena/match.ts";
import { matchRng } from "../../src/arena/pairing.ts";
import { getGame } from "../../src/games/registry.ts";
import { GameGraph, type GameNode, type Infoset } from "../../src/graph/game-graph.ts";
import { nash, opponents } from "../../src/players/opponents.ts";
import type { Player } from "../../src/players/player.ts";
import { uniform } from "../../src/policies/policy.ts";
import { type Episode, formatEpisode } from "../../src/record/episode.ts";
import { spiral } from "../cli/spiral.ts";

const folder = mkdtempSync(join(tmpdir(), "spiral-datasets-"));
const log = join(folder, "games.jsonl");
const player = (name: string): Player => {
  const found = opponents.find((one) => one.name === name);
  return { kind: "policy", name, plays: () => true, policy: found?.make ?? (() => uniform) };
};
const spoken: Episode = {
  ...{ game: "kuhn", version: 1, index: 0, players: ["llm:a", "random"], actions: [1, 1], returns: [-3, 1] },
  returns: [1, -3],
  forfeit: { seat: 1, reason: "none" },
  said: [
    { ply: 1, answers: [{ text: "check or bet", illegal: "both" }, { text: "I take \\boxed{[bet]}" }] },
    { ply: 2, answers: [{ text: "I will not say", illegal: "none" }] },
  ],
};

beforeAll(async () => {
  const lines: string[] = [];
  for (const id of ["kuhn", "ttt", "pig"]) {
    const game = getGame(id);
    const players = [player("random"), player(id === "pig" ? "other" : "nash")] as const;
    const options = { pairs: id === "pig" ? 1 : 12 };
    for await (const games of playMatch({ game, players, rng: matchRng(1, game, players) }, options)) {
      lines.push(...games.map(({ episode }) => `${formatEpisode(episode())}\n`));
    }
  }
  writeFileSync(log, [...lines, `${formatEpisode(spoken)}\n`].join(""));
});

let sets = 0;
type Row = Record<string, number | string | { role: string; content: string }[]>;

/** Exports, and reads the rows back. */
async function exported(...flags: string[]): Promise<{ rows: Row[]; card: string; err: string }> {
  const out = join(folder, `set${sets++}`);
  const { code, err } = await spiral(folder, "export", "games", log, "--out", out, ...flags);
  expect([code, err]).toEqual([0, expect.stringContaining("README.md")]);
  const [card, file] = readdirSync(out).sort();
  expect(card).toBe("README.md");
  const bytes = readFileSync(join(out, file as string));
  const rows = flags.includes("--parquet")
    ? ((await parquetReadObjects({ file: Uint8Array.from(bytes).buffer })) as Row[])
    : bytes
        .toString("utf8")
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as Row);
  return { rows, card: readFileSync(join(out, "README.md"), "utf8"), err };
}

describe("preferences", () => {
  it("never prefer an action whose value is below that of the other", async () => {
    const { rows, card, err } = await exported("--format", "preferences");
    expect(rows.length).toBeGreaterThan(40);
    for (const { chosen_value: better, rejected_value: worse } of rows) expect(better).toBeGreaterThan(worse as number);
    expect(rows.map(({ game }) => game)).not.toContain("pig");
    expect(err).toContain("pig: too many states");
    expect(card).toContain(`${rows.length} rows, made by Spiral`);
    expect(card).toContain(`spiral export games ${log} --format preferences --out`);
  });

  it("have the values of backward induction in tic-tac-toe", async () => {
    const { rows } = await exported("--format", "preferences", "--game", "ttt");
    const graph = new GameGraph(getGame("ttt"));
    const values = new Map<GameNode, number>();
    const worth = (node: GameNode): number => {
      const { turn } = node;
      if (turn.kind === "end") return turn.returns[0];
      const known = values.get(node);
      if (known !== undefined) return known;
      const next = turn.actions.map((_, slot) => worth(graph.child(node, slot)));
      const value = turn.kind === "player" && turn.player === 1 ? Math.min(...next) : Math.max(...next);
      values.set(node, value);
      return value;
    };
    worth(graph.root);
    const byPrompt = new Map(graph.nodes.map((node) => [node.infoset && observed(node.infoset), node]));
    let checked = 0;
    for (const { prompt, chosen, rejected, ...row } of rows) {
      const [{ content }] = prompt as { content: string }[];
      const node = [...byPrompt].find(([text]) => text !== undefined && content?.includes(text))?.[1] as GameNode;
      for (const [answer, value] of [
        [chosen, row.chosen_value],
        [rejected, row.rejected_value],
      ] as const) {
        const name = /\[.*\]/.exec((answer as { content: string }[])[0]?.content ?? "")?.[0];
        const { actions, player: seat, game, state } = node.infoset as Infoset;
        const slot = actions.findIndex((action) => game.actionName(state, action) === name);
        expect(value).toBeCloseTo((seat === 0 ? 1 : -1) * worth(graph.child(node, slot)), 12);
        checked++;
      }
    }
    expect(checked).toBe(2 * rows.length);
  });

  it("leave out what an equilibrium is indifferent between", async () => {
    const { rows } = await exported("--format", "preferences", "--game", "kuhn");
    const prompts = rows.map(({ prompt }) => JSON.stringify(prompt));
    expect(prompts.some((text) => text.includes("card is: J") && text.includes("Player 0 checked"))).toBe(false);
    expect(prompts.some((text) => text.includes("card is: J") && text.includes("bet 1 chip"))).toBe(true);
    expect(nash(getGame("kuhn")).name).toBe("nash");
  });
});

const observed = ({ game, state, player: seat }: Infoset): string => game.observe(state, seat);

describe("filters", () => {
  it("take decisions of a player, of an outcome, and without a mistake", async () => {
    const { rows } = await exported("--player", "random", "--outcome", "won,drawn", "--max-regret", "0.1");
    expect(rows.length).toBeGreaterThan(5);
    for (const row of rows) {
      expect(row.player).toBe("random");
      expect(row.return).toBeGreaterThanOrEqual(0);
      expect(row.regret).toBeLessThanOrEqual(0.1);
    }
    expect((await exported("--limit", "3")).rows).toHaveLength(3);
  });
});

describe("answers", () => {
  it("are what a player wrote, or its action; forfeits cost their price, and are no example", async () => {
    const { rows } = await exported("--format", "completions", "--player", "llm:a");
    expect(rows).toMatchObject([
      { completion: [{ role: "assistant", content: "I take \\boxed{[bet]}" }], reward: 1, role: "first" },
    ]);
    const all = (await exported("--format", "completions", "--game", "kuhn")).rows;
    expect(all.at(-1)).toMatchObject({ completion: [{ content: "I will not say" }], reward: -3, regret: null });
    const { rows: examples } = await exported("--game", "kuhn");
    expect(examples).toHaveLength(all.length - 1);
    expect(examples[0]).toMatchObject({ messages: [{ role: "user" }, { content: /^\\boxed\{\[\w+\]\}$/ }] });
  });

  it("are rewarded by regret where that is wanted", async () => {
    const { rows } = await exported("--format", "completions", "--reward", "regret", "--game", "kuhn");
    for (const { reward, regret } of rows) expect(reward).toBe(regret === null ? -3 : -(regret as number) + 0);
    expect(rows.some(({ reward }) => reward === 0)).toBe(true);
    expect(rows.some(({ reward }) => (reward as number) < -0.1)).toBe(true);
  });
});

describe("Parquet", () => {
  it.each(["messages", "completions", "preferences"])("holds the same rows: %s", async (format) => {
    const { rows } = await exported("--format", format);
    const { rows: read } = await exported("--format", format, "--parquet");
    expect(read).toEqual(rows);
    expect(rows.length).toBeGreaterThan(40);
  });
});

describe("what is wrong", () => {
  it.each([
    [["--format", "chat"], 2, "--format is"],
    [["--reward", "regret"], 2, "--reward is of --format completions"],
    [["--outcome", "won,los"], 2, "--outcome is"],
    [["--tensorboard", "x"], 2, "takes no --tensorboard"],
    [["--game", "pig", "--format", "preferences"], 3, "pig: too many states"],
    [["--player", "nobody"], 3, "no decision is left by the filters"],
    [["--game", "leduc"], 3, "There is no game to export"],
  ])("is told, and no folder is left: %j", async (flags, exit, text) => {
    const out = join(folder, "none");
    const { code, err } = await spiral(folder, "export", "games", log, "--out", out, ...flags);
    expect([code, err]).toEqual([exit, expect.stringContaining(text)]);
    expect(readdirSync(folder).filter((name) => name === "none" || name.endsWith(".partial"))).toEqual([]);
  });

  it("is that a folder is there already, or none is named", async () => {
    expect((await spiral(folder, "export", "games", log, "--out", folder)).err).toContain("is there already");
    expect((await spiral(folder, "export", "games", log)).err).toContain("--out data");
    expect((await spiral(folder, "export", "curves", "x", "--parquet")).err).toContain("takes no --parquet");
    expect((await spiral(folder, "export", "gamse", log)).err).toContain('Did you mean "games"?');
  });
});
