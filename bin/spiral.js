#!/usr/bin/env node
// The command `spiral`: runs the built program in dist/.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";

// The heap is swept before it has more than doubled: less memory in training, at little cost in time.
setFlagsFromString("--heap-growing-percent=100");
// V8 optimizes a function later than by default: a short command takes a sixth less processor time, and a long run no more. Later
// versions of Node have a cheap compiler in between, and no such flag.
if (process.versions.node.startsWith("20.")) setFlagsFromString("--interrupt-budget=300000");

const program = new URL("../dist/cli/main.js", import.meta.url);
if (existsSync(program)) {
  try {
    const { main } = await import(program.href);
    await main(process.argv.slice(2));
  } catch (error) {
    if (error.code !== "EMFILE") throw error;
    process.stderr.write("error: Too many files are open. Raise the limit: ulimit -n 1024\n");
    process.exitCode = 1;
  }
} else {
  process.stderr.write(`error: Spiral is not built. ${remedy()}\n`);
  process.exitCode = 1;
}

/** What builds it here: that depends on whether the sources and the compiler are there. */
function remedy() {
  const has = (file) => existsSync(new URL(`../${file}`, import.meta.url));
  const folder = fileURLToPath(new URL("..", import.meta.url));
  if (!has("tsconfig.build.json")) {
    return `${folder} holds no sources to build it from: it was installed with --ignore-scripts. Install it again without.`;
  }
  if (!has("node_modules/typescript/bin/tsc"))
    return `Run npm install, with its scripts and without --omit=dev, in ${folder}`;
  return `Run npm run build in ${folder}`;
}
