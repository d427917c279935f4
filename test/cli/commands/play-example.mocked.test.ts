/** The example game of CONTRIBUTING.md, which has neither rules apart nor a view: what `spiral play` shows of it. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterEach, expect, it, vi } from "vitest";
import type { Game } from "../../../src/games/game.ts";
import { folder, spiral } from "../spiral.ts";

vi.mock("../../../src/games/registry.ts", async (original) => {
  const registry = await original<typeof import("../../../src/games/registry.ts")>();
  const coins = await exampleGame();
  return {
    ...registry,
    gameIds: [...registry.gameIds, coins.id],
    getGame: (spec: string) => (spec === coins.id ? coins : registry.getGame(spec)),
  };
});

/** The code block of step 1 as it stands, its imports found from where it is put. */
async function exampleGame(): Promise<Game> {
  const page = readFileSync(new URL("../../../CONTRIBUTING.md", import.meta.url), "utf8");
  const [, code] = /`src\/games\/coins\.ts`[^`]*`Game`.*?```ts[^\n]*\n(.*?)```/s.exec(page) ?? [];
  if (code === undefined) throw new Error("CONTRIBUTING.md has no src/games/coins.ts");
  const games = fileURLToPath(new URL("../../../src/games/", import.meta.url));
  const file = join(folder(), "coins.ts");
  writeFileSync(file, code.replaceAll('from "./', `from "${games}`));
  return ((await import(file)) as { coins: Game }).coins;
}

afterEach(() => vi.restoreAllMocks());

it("the position and the moves, at every decision", async () => {
  vi.spyOn(process, "stdin", "get").mockReturnValue(
    Readable.from([Buffer.from("rules\n2\nq\n")]) as unknown as typeof process.stdin,
  );
  const { code, out, err } = await spiral(folder(), "play", "--game", "coins", "--vs", "random", "--seed", "1");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  const text = [
    "You are Player 0 in a game of Coins.",
    "Each player hides one or two coins. Player 0 wins the sum if it is even, Player 1 if it is odd.",
  ].join("\n");
  const position = `${text}\nYour available actions are: [one], [two]`;
  const before = "Game 1: you are Player 0 (even).";
  expect(out).toContain(`${before}\n\n${position}\n1 [one]  2 [two]\nYour move: rules\n${position}\nYour move: 2\n\n`);
  expect(out).toMatch(
    /\nThe game is over\.\nThe whole game: even \[two\], odd \[(one|two)\]\nYou (win|lose): [+−][34]\n/,
  );
});
