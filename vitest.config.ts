import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/build.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // Files share a process, so that TensorFlow.js is loaded and a game is solved once: no test may leave anything changed.
    isolate: false,
    server: { deps: { external: [/\/dist\//] } },
  },
});
