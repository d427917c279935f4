#!/usr/bin/env node
// The command `spiral`: runs the built program in dist/.
import { existsSync } from "node:fs";
import { setFlagsFromString } from "node:v8";

// The heap is swept before it has more than doubled: less memory in training, at little cost in time.
setFlagsFromString("--heap-growing-percent=100");

const program = new URL("../dist/cli/main.js", import.meta.url);
if (existsSync(program)) {
  const { main } = await import(program.href);
  await main(process.argv.slice(2));
} else {
  process.stderr.write("error: Spiral is not built yet. Run `npm install`, or `npm run build`, in its folder first.\n");
  process.exitCode = 1;
}
