// Runs after `npm install`: builds dist/ from src/, as `npm run build` does. It does nothing where there are no sources, as in a
// published package, whose dist/ is whole, and nothing where the development dependencies are left out (`--omit=dev`).
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const [sources, tsc] = ["tsconfig.build.json", "node_modules/typescript/bin/tsc"].map((file) => `${root}${file}`);
if (existsSync(sources) && existsSync(tsc)) {
  const run = (...args) => spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" }).status ?? 1;
  process.exitCode = run(tsc, "-p", sources) || run(`${root}bin/kernels.js`) || run(`${root}bin/page.js`);
}
