// Runs after `npm install`: builds dist/ from src/ with tsc. It does nothing where there are no sources, as in a published
// package, whose dist/ is whole, and nothing where the development dependencies are left out (`--omit=dev`).
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const [sources, tsc] = ["tsconfig.build.json", "node_modules/typescript/bin/tsc"].map((file) => `${root}${file}`);
if (existsSync(sources) && existsSync(tsc)) {
  const { status } = spawnSync(process.execPath, [tsc, "-p", sources], { cwd: root, stdio: "inherit" });
  process.exitCode = status ?? 1;
}
