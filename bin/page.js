// Part of `npm run build`: bundles web/ into dist/web/page.js and page.css with esbuild. It does nothing where they are newer than
// all sources, or where there are none.
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** When a file was changed, in milliseconds; 0 if it does not exist. */
const changed = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

if (existsSync(join(root, "web"))) {
  const files = ["src", "web"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true }).map((file) => join(root, folder, file)),
  );
  const built = Math.min(...["js", "css"].map((ending) => changed(join(root, `dist/web/page.${ending}`))));
  if (Math.max(...files.map(changed)) >= built) await bundle();
}

async function bundle() {
  const { build } = await import("esbuild");
  await build({
    entryPoints: ["program.ts", "page.css"].map((file) => ({ in: join(root, "web", file), out: "page" })),
    outdir: join(root, "dist/web"),
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    logLevel: "warning",
  });
}
