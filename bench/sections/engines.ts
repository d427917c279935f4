/**
 * Engines: random games per CPU second, through the public `Game` API (playouts.ts), with the features of every decision
 * written, or with its text written and the answer parsed. CPU time is that of the process, with its compiler and garbage
 * collector. There are many short repetitions in turns, so that a busy moment of the machine affects all alike. The plain loop
 * shows how fast the machine is.
 */
import { getGame } from "../../src/games/registry.ts";
import { figure, type Measured, timed } from "../lib/measure.ts";
import { plainLoop } from "./playouts.ts";

type Playouts = typeof import("./playouts.ts");

interface Subject {
  readonly name: string;
  /** Games a repetition, for 5 to 30 ms. */
  readonly games: number;
  readonly play: (games: number, seed: number) => unknown;
  readonly least?: number;
}

/** Each has its own copy of the loop, so that the compiler sees it play one game only, as in a program with one game. */
async function subject(id: string, way: "features" | "text", games: number, least?: number): Promise<Subject> {
  const { withFeatures, withText } = (await import(`./playouts.js?${id}-${way}`)) as Playouts;
  const playouts = way === "features" ? withFeatures : withText;
  const game = getGame(id);
  const play = (n: number, seed: number) => playouts(game, n, seed);
  return { name: `${id}, ${way}`, games, play, ...(least === undefined ? {} : { least }) };
}

export async function engines(quick: boolean): Promise<Measured> {
  const subjects: readonly Subject[] = [
    { name: "ttt, features, a plain loop without API", games: 80_000, play: plainLoop },
    await subject("ttt", "features", 40_000, 1_400_000),
    await subject("kuhn", "features", 80_000, 2_800_000),
    await subject("leduc", "features", 20_000),
    await subject("negotiation", "features", 8_000),
    await subject("connect-four", "features", 3_000),
    await subject("liars-dice", "features", 20_000),
    await subject("pig", "features", 2_000),
    await subject("ttt", "text", 3_000, 65_000),
    await subject("kuhn", "text", 3_000),
    await subject("kuhn-match:hands=3", "text", 1_000),
    await subject("negotiation", "text", 300),
    await subject("negotiation-private", "text", 100),
  ];
  const [warmUp, repetitions] = quick ? [5, 15] : [20, 60];
  const rates = subjects.map((): number[] => []);
  const cpus = subjects.map((): number[] => []);
  for (let round = -warmUp; round < repetitions; round++) {
    subjects.forEach(({ games, play }, i) => {
      const { cpu } = timed(() => play(games, round + 1000));
      if (round < 0) return;
      rates[i]?.push(games / cpu);
      cpus[i]?.push(cpu);
    });
  }
  const figures = subjects.map(({ name, least }, i) =>
    figure(name, "games per CPU second", rates[i] ?? [], {
      cpu: cpus[i] ?? [],
      ...(least === undefined ? {} : { target: { least } }),
    }),
  );
  return { figures, notes: [] };
}
