// Part of `npm run build`: compiles src/nn/kernels to dist/nn/mlp.wasm and transformer.wasm with AssemblyScript. It does nothing
// where a module is newer than all sources, or where there are none.
import { existsSync, readdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const sources = `${root}src/nn/kernels`;

/** When a file was changed, in milliseconds; 0 if it does not exist. */
const changed = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

if (existsSync(sources)) {
  const newest = Math.max(...readdirSync(sources).map((file) => changed(`${sources}/${file}`)));
  for (const name of ["mlp", "transformer"]) {
    if (newest >= changed(`${root}dist/nn/${name}.wasm`)) await compile(name);
  }
}

async function compile(name) {
  // Takes a second to load, so that it is loaded only when needed.
  const { main } = await import("assemblyscript/asc");
  const { error, stderr } = await main([
    ...[`src/nn/kernels/${name}.ts`, "--baseDir", root, "--outFile", `dist/nn/${name}.wasm`],
    ...["-O3", "--noAssert", "--runtime", "stub", "--importMemory", "--enable", "simd", "--enable", "bulk-memory"],
    // The kernels exchange vectors with one another, but not with JavaScript.
    ...["--disableWarning", "112"],
  ]);
  process.stderr.write(stderr.toString());
  if (error) process.exitCode = 1;
}
