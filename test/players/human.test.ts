/** A person is asked one question at a time, and plays one game at a time. */
import { expect, it } from "vitest";
import { getGame } from "../../src/games/registry.ts";
import { GameGraph, type Infoset } from "../../src/graph/game-graph.ts";
import { humanPlayer } from "../../src/players/human.ts";
import type { Choice, Decision } from "../../src/players/player.ts";

const infoset = new GameGraph(getGame("ttt")).root.infoset as Infoset;
const decision = (episode: number, ply: number, signal?: AbortSignal): Decision => ({
  infoset,
  episode,
  ply,
  ...(signal ? { signal } : {}),
});

/** A person whose answers the test gives; `asked` holds the questions that stand, `told` all that it was asked and told. */
function someone() {
  const told: string[] = [];
  const open: { resolve: (choice: Choice) => void; reject: (error: Error) => void }[] = [];
  let disposed = 0;
  const player = humanPlayer({
    ask: ({ episode, ply }) => {
      told.push(`${episode}.${ply}`);
      return new Promise((resolve, reject) => open.push({ resolve, reject }));
    },
    ended: ({ episode }) => void told.push(`${episode} ended`),
    dispose: () => void disposed++,
  });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { player, told, open, settle, disposed: () => disposed };
}

it("plays a game to its end before the next, whatever else asks meanwhile", async () => {
  const { player, told, open, settle } = someone();
  const first = player.choose(decision(0, 0));
  const others = [1, 2].map((episode) => player.choose(decision(episode, 0)));
  await settle();
  expect(told).toEqual(["0.0"]);
  open.pop()?.resolve({ slot: 3 });
  expect(await first).toEqual({ slot: 3 });
  await settle();
  // The opponent thinks; nobody else is let in.
  expect(told).toEqual(["0.0"]);
  const second = player.choose(decision(0, 2));
  await settle();
  expect(told).toEqual(["0.0", "0.2"]);
  open.pop()?.resolve({ forfeit: "resigned" });
  expect(await second).toEqual({ forfeit: "resigned" });
  player.ended?.({ episode: 0, seat: 0, returns: [1, -1] });
  await settle();
  expect(told).toEqual(["0.0", "0.2", "0 ended", "1.0"]);
  open.pop()?.resolve({ slot: 1 });
  expect(await others[0]).toEqual({ slot: 1 });
  player.ended?.({ episode: 1, seat: 1, returns: [1, -1] });
  await settle();
  expect(told.at(-1)).toBe("2.0");
  // Of a game that ends meanwhile it hears once its own is over, or it leaves.
  player.ended?.({ episode: 7, seat: 0, returns: [0, 0] });
  await settle();
  expect(told.at(-1)).toBe("2.0");
  open.pop()?.resolve({ slot: 1 });
  await others[1];
  player.ended?.({ episode: 2, seat: 1, returns: [1, -1] });
  player.ended?.({ episode: 8, seat: 1, returns: [1, -1] });
  expect(told.slice(-4)).toEqual(["2.0", "2 ended", "7 ended", "8 ended"]);
  void player.choose(decision(3, 0));
  player.ended?.({ episode: 9, seat: 1, returns: [1, -1] });
  expect(told.at(-1)).toBe("3.0");
  await player.dispose?.();
  expect(told.at(-1)).toBe("9 ended");
});

it("asks one question at a time even of one game", async () => {
  const { player, told, open, settle } = someone();
  const both = [player.choose(decision(0, 0)), player.choose(decision(0, 2))];
  await settle();
  expect(told).toEqual(["0.0"]);
  open.pop()?.resolve({ slot: 0 });
  await settle();
  expect(told).toEqual(["0.0", "0.2"]);
  open.pop()?.resolve({ slot: 1 });
  expect(await Promise.all(both)).toEqual([{ slot: 0 }, { slot: 1 }]);
});

it("hands a refusal to the game that asked, and to no other", async () => {
  const { player, told, open, settle } = someone();
  const refused = player.choose(decision(0, 0));
  const other = player.choose(decision(0, 2));
  open.pop()?.reject(new Error("left"));
  await expect(refused).rejects.toThrow("left");
  await settle();
  expect(told).toEqual(["0.0", "0.2"]);
  open.pop()?.resolve({ slot: 5 });
  expect(await other).toEqual({ slot: 5 });
});

it("does not ask what nobody waits for any longer", async () => {
  const { player, told, open, settle } = someone();
  const gone = new AbortController();
  void player.choose(decision(0, 0));
  const late = player.choose(decision(0, 2, gone.signal));
  gone.abort(new Error("the match is over"));
  open.pop()?.resolve({ slot: 0 });
  await expect(late).rejects.toThrow("the match is over");
  await settle();
  expect(told).toEqual(["0.0"]);
});

it("is called human, plays every game, and gives back what it holds", async () => {
  const { player, disposed } = someone();
  expect([player.kind, player.name, player.plays(getGame("kuhn"))]).toEqual(["asked", "human", true]);
  await player.dispose?.();
  expect(disposed()).toBe(1);
});
