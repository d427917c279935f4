// Runs after `npm install`: builds dist/ with tsc where the development dependencies are there to build it.
// With `--omit=dev`, and in a published package, dist/ either came along or cannot be made; neither is an error here.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const tsc = fileURLToPath(new URL("../node_modules/typescript/bin/tsc", import.meta.url));
if (existsSync(tsc)) {
  const { status } = spawnSync(process.execPath, [tsc, "-p", "tsconfig.build.json"], { cwd: root, stdio: "inherit" });
  process.exitCode = status ?? 1;
}
