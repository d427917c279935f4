import { availableParallelism } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { defineConfig } from "vitest/config";

const all = "test/**/*.test.ts";
/** Files that put another module in the place of one of ours. */
const mocked = "test/**/*.mocked.test.ts";

/**
 * Loads the built module where a test imports one of `src`. Node runs it as it is, whereas every imported name is a call in what
 * the test runner makes of a source. The command line, whose modules some tests replace, is run from its sources, and so is what
 * test/build.ts imports, which comes before there is a build.
 */
const builtModules = {
  name: "built-modules",
  enforce: "pre" as const,
  resolveId(name: string, importer: string | undefined) {
    if (!importer || !/^\.\.?\/.*\.ts$/.test(name)) return;
    const from = inRepository(importer);
    const file = inRepository(resolve(dirname(importer), name));
    if (from === "test/build.ts" || isBuilt(from) || !isBuilt(file)) return;
    return { id: join(import.meta.dirname, file.replace(/^src(.*)\.ts$/, "dist$1.js")), external: true };
  },
};
const inRepository = (path: string): string => relative(import.meta.dirname, path).replaceAll("\\", "/");
const isBuilt = (file: string): boolean => file.startsWith("src/") && !file.startsWith("src/cli/");

export default defineConfig({
  test: {
    globalSetup: ["test/build.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A machine of one core may have no more than 1 GB: one worker, and a new process for each file.
    maxWorkers: Math.min(2, availableParallelism()),
    // Less garbage is collected and less is optimized, as bin/spiral.js says: a twentieth of the processor time.
    execArgv: [
      "--max-semi-space-size=32",
      ...(process.versions.node.startsWith("20.") ? ["--interrupt-budget=300000"] : []),
    ],
    server: { deps: { external: [/\/dist\//] } },
    projects: [
      // Files share a process, so that TensorFlow.js is loaded and a game is solved once: no test may leave anything changed.
      {
        extends: true,
        plugins: [builtModules],
        test: { name: "shared", include: [all], exclude: [mocked], isolate: availableParallelism() === 1 },
      },
      { extends: true, test: { name: "mocked", include: [mocked], isolate: true } },
    ],
  },
});
