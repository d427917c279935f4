/** How cost grows with the games of an update, with the width of the network, and with the rows of a merged batch. */
import { startBackend } from "../../src/nn/backend.ts";
import type { TrainSettings } from "../../src/rl/settings.ts";
import { train } from "../../src/rl/train.ts";
import { Rng } from "../../src/util/rng.ts";
import { firstBatch, merged, settingsFor, unmerged } from "../lib/batch.ts";
import { type Figure, type Measured, milliseconds, repeat, since, type Took } from "../lib/measure.ts";

const DEFAULT = ["kuhn", "ttt"];
const FACTORS = [1, 4, 16];

/** A learning rate so small that the policy stays practically untrained: every update then visits the same states. */
const STILL = ["rl.learningRate.start=1e-9", "rl.learningRate.end=1e-9"];

/** Trains for some updates in this thread, without evaluation or files. → the time of each, and the sizes of the last */
async function updates(settings: TrainSettings, count: number) {
  const took: Took[] = [];
  let [started, cpu] = [performance.now(), process.cpuUsage()];
  let [rows, turns, before] = [0, 0, 0];
  const run = { ...settings.run, logEvery: count, evaluateEvery: count, checkpointEvery: count, keepEpisodes: 0 };
  await train(
    { ...settings, updates: count, run },
    {
      evaluate: () => ({}),
      metrics: (row) => {
        rows = Number(row.rows ?? 0);
      },
      episodes: () => {},
      checkpoint: () => {},
      progress(_update, { decisions }) {
        took.push(since(started, cpu));
        turns = decisions - before;
        before = decisions;
        [started, cpu] = [performance.now(), process.cpuUsage()];
        return false;
      },
    },
  );
  // The first updates compile and allocate; the last one also logs.
  return { took: took.slice(Math.min(5, count >> 2), -1), rows, turns };
}

export async function games(quick: boolean): Promise<Measured> {
  const { name } = await startBackend("auto");
  const figures: Figure[] = [];
  for (const factor of FACTORS) {
    const settings = settingsFor(DEFAULT, { factor, sets: STILL });
    const { took, rows, turns } = await updates(settings, Math.round((quick ? 40 : 160) / Math.sqrt(factor)));
    const count = settings.games.reduce((sum, { episodes }) => sum + episodes, 0);
    figures.push(milliseconds(`× ${factor}`, took, { also: { games: count, turns, rows } }));
  }
  return { figures, notes: [`An update of kuhn,ttt on ${name}, all in one thread; × 1 is the default.`] };
}

export async function width(quick: boolean): Promise<Measured> {
  const { name } = await startBackend("auto");
  const figures: Figure[] = [];
  for (const factor of FACTORS) {
    const hidden = 64 * factor;
    const settings = settingsFor(DEFAULT, { sets: [...STILL, `nn.hidden=[${hidden},${hidden}]`] });
    const { took, rows } = await updates(settings, Math.max(10, Math.round((quick ? 40 : 160) / factor)));
    figures.push(milliseconds(`× ${factor}`, took, { also: { "hidden units a layer": hidden, rows } }));
  }
  return { figures, notes: [`An update of kuhn,ttt on ${name}, all in one thread; × 1 is the default.`] };
}

/** The learner's step on the first batch of one game, for more and more games. */
export async function turns(quick: boolean): Promise<Measured> {
  const { name } = await startBackend("auto");
  const figures: Figure[] = [];
  for (const game of ["kuhn", "ttt", "negotiation", "leduc"]) {
    for (const factor of game === "leduc" ? [1 / 16, 1 / 4, 1] : FACTORS) {
      const settings = settingsFor([game], { factor });
      const batch = await firstBatch(settings);
      const rows = merged(batch);
      const learner = batch.learner();
      const took = repeat({ least: 5, most: 50, seconds: quick ? 0.3 : 1, warmUp: 5 }, () =>
        learner.update(rows, 1, new Rng(1)),
      );
      const count = unmerged(batch).length;
      figures.push(
        milliseconds(`${game}, ${settings.games[0]?.episodes} games`, took, {
          also: { turns: count, rows: rows.length, "turns a row": Math.round(count / rows.length) },
        }),
      );
      learner.dispose();
    }
  }
  return {
    figures,
    notes: [`The learner's step on merged rows, on ${name}. The policy is the untrained one, which visits most.`],
  };
}
