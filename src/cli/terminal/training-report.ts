/** The messages of `spiral train` on its backend and on its end. */
import { dirname, resolve } from "node:path";
import { loadConfig } from "../../config/load.ts";
import type { Backend } from "../../nn/backend.ts";
import type { BestCheckpoint } from "../../run/best.ts";
import { resolveRun } from "../../run/directory.ts";
import type { RunWriter } from "../../run/writer.ts";
import { plural } from "../../util/figures.ts";
import { quoted } from "../../util/shell.ts";
import { note, print, SPIRAL, styleFor, table } from "./output.ts";
import { compact, type GameMeasure, number, SAMPLE_EPISODES } from "./training-progress.ts";

/** By game id. */
export type Measures = Readonly<Record<string, GameMeasure>>;

/** A run that finished, or one of no set length that was stopped. */
export interface Trained {
  readonly updates: number;
  readonly episodes: number;
  readonly seconds: number;
  /** Of the last evaluation, which was after update `evaluated`. */
  readonly measures: Measures;
  readonly evaluated: number;
  /** Before the first update; undefined in a resumed run. */
  readonly untrained: Measures | undefined;
  /** The updates that learned from an expert's games. */
  readonly shown: number;
  /** Whether it began with the weights of another run. */
  readonly isInitialised: boolean;
  /** The best checkpoint, if it is better than the last evaluation. */
  readonly better: BestCheckpoint | undefined;
}

type Place = Pick<RunWriter, "dir" | "name">;

/** The reasons why `auto` took no better backend: those that do not work, then the names of those that are not installed. */
export function passedOverLines({ passedOver }: Pick<Backend, "passedOver">, verbose: boolean): string[] {
  const toSay = passedOver.filter(({ status }) => verbose || status === "broken");
  const missing = passedOver.filter((trouble) => !toSay.includes(trouble)).map(({ name }) => name);
  const lines = toSay.map(({ name, reason }) => `Not on ${name}: ${reason}.`);
  if (missing.length > 0) lines.push(`Not installed: ${missing.join(", ")}. What they need: ${SPIRAL} doctor`);
  return lines;
}

/** `updates` is 0 if the run has no set length. */
export function noteStopped({ dir, name }: Place, update: number, updates: number): void {
  const goOn = `${SPIRAL} train --resume ${quoted(name)}${inFolder(dir)}`;
  const length = updates === 0 ? "" : ` of ${updates}`;
  note(`Stopped after update ${update}${length}, which is saved. Go on with: ${goOn}`);
}

export function printTrained(
  { dir, name }: Place,
  { updates, episodes, seconds, measures, evaluated, untrained, shown, isInitialised, better }: Trained,
): void {
  const { bold, green } = styleFor(process.stdout);
  const self = shown === 0 ? "of self-play" : shown < updates ? "of an expert and of self-play" : "of an expert";
  print(
    `${green("Trained")} ${plural(updates, "update")}, ${compact(episodes)} games ${self} in ${seconds.toFixed(1)} s.\n`,
  );
  if (evaluated < updates) print(`The last evaluation was after update ${evaluated}.\n`);
  print(measureTables(measures, untrained, isInitialised ? "at first" : "untrained"));
  const worse = worseThan(better, measures);
  if (better && worse.length > 0) {
    print(`The policy was better after update ${better.update}, by NashConv: ${worse.join(", ")}.\n`);
  }
  print(`Saved in ${dir}\n`);
  print(bold("Next:"));
  const which = resolveRun(undefined, dirname(dir)).name === name ? "" : ` ${quoted(name)}`;
  const where = inFolder(dir);
  const [game] = Object.keys(measures);
  const ofGame = game === undefined ? "" : ` --game ${game}`;
  const next = [
    [`eval${which}${where}`, "play it against fixed opponents"],
    ...(worse.length > 0 ? [[`eval ${quoted(`${name}@best`)}${where}`, "the same for the best checkpoint"]] : []),
    [`replay${which}${where}`, "watch one of its games"],
    [`view${which}${where}`, "see its curves, games and strategy in a browser"],
    [`policy${which}${ofGame}${where}`, "read its strategy"],
  ];
  const rows = next.map(([command, what]) => [`  ${SPIRAL} ${command}`, what]);
  print(table([], rows, { folded: 1 }));
}

/** `kuhn 0.0029 (now 0.0042)`: the games of a better checkpoint; none if the figures are the same. */
function worseThan(better: BestCheckpoint | undefined, now: Measures): string[] {
  const exact = Object.entries(better?.games ?? {}).flatMap(([id, { nashConv }]) => {
    const here = now[id]?.nashConv;
    return nashConv === undefined || here === undefined ? [] : [{ id, there: number(nashConv), here: number(here) }];
  });
  if (exact.every(({ there, here }) => there === here)) return [];
  return exact.map(({ id, there, here }) => `${id} ${there} (now ${here})`);
}

/** A table for the games that were evaluated exactly and one for those that were sampled, with a sentence on each. */
function measureTables(measures: Measures, untrained: Measures | undefined, title: string): string {
  const rowsOf = (isShown: (measure: GameMeasure) => boolean, ...columns: ((measure: GameMeasure) => string)[]) =>
    Object.entries(measures)
      .filter(([, measure]) => isShown(measure))
      .map(([id, measure]) => {
        const before = untrained?.[id];
        return [id, before ? (columns[0]?.(before) ?? "") : "", ...columns.map((cell) => cell(measure))];
      });
  const isExact = ({ nashConv }: GameMeasure): boolean => nashConv !== undefined;
  const exact = rowsOf(
    isExact,
    ({ nashConv = 0 }) => number(nashConv),
    ({ greedyNashConv = 0 }) => number(greedyNashConv),
  );
  const sampled = rowsOf(
    (measure) => !isExact(measure),
    ({ meanReturnVsRandom = 0 }) => meanReturnVsRandom.toFixed(3),
  );
  const before = untrained ? title : "";
  const parts: string[] = [];
  const sentences: string[] = [];
  if (exact.length > 0) {
    parts.push(table(["game", before, "NashConv", "greedy"], exact, { right: [1, 2, 3] }));
    sentences.push(
      "NashConv is exact: what perfect opponents in both seats would win from the policy; 0 is an equilibrium.",
    );
  }
  if (sampled.length > 0) {
    parts.push(table(["game", before, "against random"], sampled, { right: [1, 2] }));
    const games = `${sampled.length === 1 ? "This game is" : "These games are"} too large for exact NashConv.`;
    sentences.push(`"against random" is the mean return over ${SAMPLE_EPISODES} games against random play. ${games}`);
  }
  return [...parts, sentences.join("\n")].join("\n\n");
}

/** ` --dir X` if the runs are not in the folder that a command uses by default. */
function inFolder(runDir: string): string {
  const parent = dirname(runDir);
  return resolve(parent) === resolve(loadConfig().config.run.dir) ? "" : ` --dir ${quoted(parent)}`;
}
