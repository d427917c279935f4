/**
 * `npm run bench:memory`: whether memory stays flat over 2,000 updates. Trains the three core games at the smallest size in this
 * process and prints resident memory, the JavaScript heap after a garbage collection, and what the backend holds: the numbers in the
 * memory of our kernels, or the tensors of TensorFlow.js.
 * Run with --expose-gc.
 */
import { gameSettings, loadConfig } from "../src/config/load.ts";
import { getGame } from "../src/games/registry.ts";
import { startBackend } from "../src/nn/backend.ts";
import { kernelHeap } from "../src/nn/simd/arithmetic.ts";
import { tf } from "../src/nn/tf.ts";
import { train } from "../src/rl/train.ts";

const UPDATES = 2000;
const { config } = loadConfig({
  size: "xs",
  sets: [`updates=${UPDATES}`, "run.logEvery=100", "run.evaluateEvery=100"],
});
const games = config.games.map(getGame);
const { name } = await startBackend(config.nn.backend, [config.nn]);
const held = (): number => (name === "kernels" ? kernelHeap().held : tf.memory().numTensors);
console.log("| update | resident MB | heap MB | held |\n|---|---|---|---|");
await train(
  {
    ...config,
    games: games.map((game) => ({ game, episodes: gameSettings(config, game.id).episodes })),
    weights: Object.fromEntries(games.map((game) => [game.id, gameSettings(config, game.id)])),
  },
  {
    evaluate: () => ({}),
    metrics: () => {},
    episodes: () => {},
    checkpoint: () => {},
    progress(update) {
      if (update === 50 || update % 250 === 0) {
        globalThis.gc?.();
        const { rss, heapUsed } = process.memoryUsage();
        const mb = (bytes: number) => (bytes / 1e6).toFixed(1);
        console.log(`| ${update} | ${mb(rss)} | ${mb(heapUsed)} | ${held()} |`);
      }
      return false;
    },
  },
);
