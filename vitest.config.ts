import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const all = "test/**/*.test.ts";
/** Files that put another module in the place of one of ours. */
const mocked = "test/**/*.mocked.test.ts";

export default defineConfig({
  test: {
    globalSetup: ["test/build.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A machine of one core may have no more than 1 GB: one worker, and a new process for each file.
    maxWorkers: Math.min(2, availableParallelism()),
    server: { deps: { external: [/\/dist\//] } },
    projects: [
      // Files share a process, so that TensorFlow.js is loaded and a game is solved once: no test may leave anything changed.
      {
        extends: true,
        test: { name: "shared", include: [all], exclude: [mocked], isolate: availableParallelism() === 1 },
      },
      { extends: true, test: { name: "mocked", include: [mocked], isolate: true } },
    ],
  },
});
