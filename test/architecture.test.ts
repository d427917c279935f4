/**
 * Who may import whom. The table is the one of the design; an arrow that it does not have is a decision, and belongs here
 * before it belongs in an import.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../src", import.meta.url));

/** By folder, the folders (or single files) of ours that it may import from. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  util: [],
  games: ["util"],
  graph: ["games", "util"],
  nn: ["util"],
  policies: ["graph", "games", "nn", "util"],
  exact: ["policies", "graph", "games", "util"],
  record: ["graph", "games", "util"],
  players: ["exact", "policies", "record", "graph", "games", "util"],
  // A worker thread starts a backend of its own.
  selfplay: ["players", "policies", "record", "graph", "games", "util", "nn/backend.ts", "nn/weights.ts"],
  rl: ["selfplay", "players", "policies", "record", "graph", "games", "nn", "util"],
  arena: ["selfplay", "players", "exact", "policies", "record", "graph", "games", "util"],
  serve: ["arena", "players", "exact", "policies", "record", "graph", "games", "util"],
  config: ["players", "policies", "games", "util"],
  run: ["config", "util"],
  jobs: ["run", "arena", "util"],
  replay: ["record", "games", "util"],
  datasets: ["replay", "players", "exact", "policies", "record", "graph", "games", "util"],
  page: ["run", "replay", "config", "record", "games", "util"],
  cli: [
    ...["page", "datasets", "serve", "jobs", "run", "config", "replay", "rl", "arena", "selfplay", "players", "exact"],
    ...["policies", "record", "graph", "games", "nn", "util"],
  ],
};

/** What only some files may say, and which. `file` is relative to src, with forward slashes. */
const RESERVED: readonly { what: string; pattern: RegExp; allowed: (file: string) => boolean }[] = [
  { what: "Math.random", pattern: /\bMath\s*\.\s*random\b/, allowed: () => false },
  {
    what: "the clock",
    pattern: /\bDate\s*\.\s*now\b|\bnew Date\b|\bperformance\s*\.\s*now\b/,
    allowed: inFolder("run", "cli"),
  },
  { what: "process.exit", pattern: /\bprocess\s*\.\s*exit(Code)?\b/, allowed: inFolder("cli") },
  { what: "TensorFlow.js", pattern: /@tensorflow\//, allowed: inFolder("nn") },
  {
    what: "a backend of TensorFlow.js",
    pattern: /tfjs-(backend|node)/,
    allowed: (file) => file === "nn/backend.ts" || inFolder("nn/backends")(file),
  },
  {
    what: "tensors",
    pattern: /\bnn\/tf\.ts["']/,
    allowed: inFolder("nn"),
  },
  { what: "any", pattern: /:\s*any\b|\bas any\b|@ts-(ignore|expect-error|nocheck)/, allowed: () => false },
  { what: "a default export", pattern: /^export default\b/m, allowed: () => false },
];

function inFolder(...folders: string[]): (file: string) => boolean {
  return (file) => folders.some((folder) => file.startsWith(`${folder}/`));
}

const IMPORT =
  /(?:^|[;\s])(?:import|export)\s*(?:type\s+)?(?:[\w*${},\s]+?\sfrom\s*)?["']([^"']+)["']|\bimport\(\s*["'`]([^"'`]+)["'`]/g;

/** All that is wrong with a file of this text: arrows that the table lacks, words it may not say. */
function problems(file: string, text: string): string[] {
  const found: string[] = [];
  const folder = file.split("/")[0] as string;
  const allowed = MAY_IMPORT[folder];
  if (!allowed || !file.includes("/")) return [`${file}: ${folder} is not in the table`];
  for (const [, fixed, dynamic] of text.matchAll(IMPORT)) {
    const name = fixed ?? dynamic ?? "";
    if (!name.startsWith(".")) continue;
    const target = join(dirname(file), name).replaceAll("\\", "/");
    const into = target.split("/")[0] as string;
    // AssemblyScript, the language of the kernels, adds the ending itself.
    if (!/\.ts$/.test(target) && !file.startsWith("nn/kernels/")) found.push(`${file}: imports ${name}, without .ts`);
    else if (into !== folder && !allowed.some((to) => to === into || to === target)) {
      found.push(`${file}: may not import ${target}`);
    }
  }
  const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  for (const { what, pattern, allowed: here } of RESERVED) {
    if (pattern.test(code) && !here(file)) found.push(`${file}: may not use ${what}`);
  }
  return found;
}

/** Rooms that a page in a browser loads: no file that they load, directly or not, may need node. */
const BROWSER = ["games", "graph", "exact", "record"];
/** Packages that run in browsers too. */
const BROWSER_PACKAGES = ["seedrandom"];

/** What of node a file of this text needs: its modules, its globals, packages that may need it. */
function nodeIn(file: string, text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  const modules = [...code.matchAll(IMPORT)]
    .map(([, fixed, dynamic]) => fixed ?? dynamic ?? "")
    .filter((name) => !name.startsWith(".") && !BROWSER_PACKAGES.includes(name));
  const globals =
    code.match(/\b(?:Buffer|process|global|require|setImmediate|__dirname|__filename|NodeJS)\b(?=\s*[.(])/g) ?? [];
  return [...modules, ...globals].map((name) => `${file}: uses ${name}, which browsers do not have`);
}

/** These files and all that they load, directly or not, when the program starts; `whenRun`: also what they load later. */
function reachedFrom(entries: readonly string[], { whenRun = false } = {}): Set<string> {
  const reached = new Set<string>();
  const follow = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    const text = readFileSync(join(root, file), "utf8");
    // Types are gone when the program runs, and `import(…)` waits until it is called.
    for (const [line, name] of text.matchAll(/^(?:import|export)\s[^;]*?from\s*["'](\.[^"']+)["']/gm)) {
      if (!/^(import|export)\s+type\b/.test(line)) follow(join(dirname(file), name as string).replaceAll("\\", "/"));
    }
    for (const [, name] of whenRun ? text.matchAll(/\bimport\("(\.[^"]+)"\)/g) : []) {
      follow(join(dirname(file), name as string).replaceAll("\\", "/"));
    }
  };
  for (const entry of entries) follow(entry);
  return reached;
}

/** The files of ours that a file imports, types and `import(…)` included. */
function importsOf(file: string, text: string): string[] {
  return [...text.matchAll(IMPORT)]
    .map(([, fixed, dynamic]) => fixed ?? dynamic ?? "")
    .filter((name) => name.startsWith("."))
    .map((name) => join(dirname(file), name).replaceAll("\\", "/"));
}

/** The files that lie on a circle of imports: those that are left when files without imports are taken away, again and again. */
function circlesIn(imports: ReadonlyMap<string, readonly string[]>): string[] {
  let left = [...imports.keys()];
  for (;;) {
    // From both ends, so that neither a file that leads to a circle nor one that a circle leads to is left.
    const imported = new Set(left.flatMap((file) => (imports.get(file) ?? []).filter((name) => left.includes(name))));
    const next = left.filter((file) => imported.has(file) && imports.get(file)?.some((name) => left.includes(name)));
    if (next.length === left.length) return left;
    left = next;
  }
}

const files = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => relative(root, join(root, file)).replaceAll("\\", "/"));

describe("the source", () => {
  it("is where the table says it is", () => {
    expect(files.length).toBeGreaterThan(50);
    expect([...new Set(files.map((file) => file.split("/")[0]))].sort()).toEqual(Object.keys(MAY_IMPORT).sort());
  });

  it.each(Object.keys(MAY_IMPORT))("%s imports and says only what it may", (folder) => {
    const own = files.filter((file) => file.startsWith(`${folder}/`));
    expect(own.flatMap((file) => problems(file, readFileSync(join(root, file), "utf8")))).toEqual([]);
  });

  it("loads TensorFlow.js and the page lazily: no command imports them before it runs", () => {
    const commands = files.filter(inFolder("cli/commands"));
    const reached = reachedFrom(["cli/main.ts", ...commands]);
    expect(commands.length).toBeGreaterThan(10);
    expect([...reached].filter((file) => /^(nn|page|cli\/page)\//.test(file))).toEqual([]);
    expect(reached.size).toBeGreaterThan(15);
  });

  it("loads the page for its own commands only, whatever else they do", () => {
    const others = files.filter((file) => inFolder("cli/commands")(file) && !/\/(report|view)\.ts$/.test(file));
    const reached = reachedFrom(others, { whenRun: true });
    expect([...reached].filter((file) => /^(page|cli\/page)\//.test(file))).toEqual([]);
    // The trainer, as a check of this test.
    expect(reached).toContain("rl/train.ts");
    expect(reachedFrom(["cli/commands/view.ts"], { whenRun: true })).toContain("page/live/server.ts");
  });

  it("runs in a browser where it plays games, solves them and reads records", () => {
    const reached = reachedFrom(files.filter(inFolder(...BROWSER)));
    expect([...reached].flatMap((file) => nodeIn(file, readFileSync(join(root, file), "utf8")))).toEqual([]);
    expect(reached).toContain("util/sha256.ts");
  });

  it("runs in a browser where the page of a report uses it, without loading TensorFlow.js", () => {
    const web = fileURLToPath(new URL("../web", import.meta.url));
    const pages = readdirSync(web, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
    const used = pages.flatMap((file) => {
      const text = readFileSync(join(web, file), "utf8");
      const imports = [...text.matchAll(/^import\s[^;]*?from\s*"(\.[^"]+)"/gm)].filter(
        ([line]) => !/^import type\b/.test(line),
      );
      return imports.map(([, name]) => relative(root, join(web, dirname(file), name as string)).replaceAll("\\", "/"));
    });
    const reached = reachedFrom(used.filter((file) => !file.startsWith("..")));
    expect([...reached].flatMap((file) => nodeIn(file, readFileSync(join(root, file), "utf8")))).toEqual([]);
    expect(reached).toContain("policies/features/plain.ts");
  });
});

describe("the shape of the source", () => {
  it("has no circle of imports, of types neither", () => {
    const imports = new Map(files.map((file) => [file, importsOf(file, readFileSync(join(root, file), "utf8"))]));
    expect(circlesIn(imports)).toEqual([]);
    expect([...imports.values()].flat().length).toBeGreaterThan(500);
  });

  it("has short files in short lists", () => {
    const lengths = files.map((file) => readFileSync(join(root, file), "utf8").split("\n").length - 1);
    const sorted = [...lengths].sort((a, b) => a - b);
    expect(files.filter((_, i) => lengths[i] > 300)).toEqual([]);
    expect(sorted[sorted.length >> 1]).toBeLessThanOrEqual(120);
    const folders = [...new Set(files.map((file) => dirname(file)))].filter((folder) => folder !== "cli/commands");
    expect(folders.filter((folder) => files.filter((file) => dirname(file) === folder).length > 20)).toEqual([]);
  });

  it("is what CONTRIBUTING.md says", () => {
    const page = readFileSync(join(root, "../CONTRIBUTING.md"), "utf8");
    const rows = [...page.matchAll(/^\| `src\/([a-z]+)` \|[^|]*\|([^|]*)\|$/gm)];
    const told = rows.map(([, folder, list]) => [folder, list.trim()]);
    const held = Object.entries(MAY_IMPORT).map(([folder, list]) => [folder, list.join(", ") || "–"]);
    expect(Object.fromEntries(told)).toEqual({ ...Object.fromEntries(held), cli: "all" });
  });
});

describe("the checks themselves", () => {
  it.each([
    ["games/a.ts", 'import { x } from "../rl/train.ts";', "may not import rl/train.ts"],
    ["games/a.ts", 'import type { X } from "../policies/table-policy.ts";', "may not import policies/table-policy.ts"],
    ["rl/a.ts", 'import {\n  x,\n  type Y,\n} from "../arena/versus.ts";', "may not import arena/versus.ts"],
    ["rl/a.ts", 'const x = await import("../cli/main.ts");', "may not import cli/main.ts"],
    ["rl/losses/a.ts", 'import "../../run/run.ts";', "may not import run/run.ts"],
    ["replay/a.ts", 'export { play } from "../selfplay/play.ts";', "may not import selfplay/play.ts"],
    ["util/a.ts", 'import * as t from "../games/ttt.ts";', "may not import games/ttt.ts"],
    ["util/a.ts", 'import { x } from "./b.js";', "without .ts"],
    ["web/a.ts", "", "web is not in the table"],
    ["games/a.ts", "const u = Math.random();", "may not use Math.random"],
    ["selfplay/a.ts", "const t = Date.now();", "may not use the clock"],
    ["run/a.ts", "process.exit(1);", "may not use process.exit"],
    ["rl/a.ts", 'import * as tf from "@tensorflow/tfjs-core";', "may not use TensorFlow.js"],
    ["nn/mlp.ts", 'await import("@tensorflow/tfjs-backend-wasm");', "may not use a backend"],
    ["rl/rows.ts", 'import { tf } from "../nn/tf.ts";', "may not use tensors"],
  ])("%s: %s", (file, text, problem) => {
    expect(problems(file, text).join("\n")).toContain(problem);
  });

  it.each([
    ['import { createHash } from "node:crypto";', "node:crypto"],
    ['import type { Readable } from "node:stream";', "node:stream"],
    ['import { z } from "zod";', "zod"],
    ["const size = Buffer.byteLength(text);", "Buffer"],
    ["const out: NodeJS.WriteStream = x;", "NodeJS"],
    ["process.exit(1);", "process"],
  ])("find what needs node: %s", (text, name) => {
    expect(nodeIn("record/a.ts", text)).toEqual([`record/a.ts: uses ${name}, which browsers do not have`]);
  });

  it("find circles, and nothing beside them", () => {
    const imports = { a: ["b"], b: ["c"], c: ["b", "d"], d: [], e: ["a"] };
    expect(circlesIn(new Map(Object.entries(imports)))).toEqual(["b", "c"]);
    expect(circlesIn(new Map(Object.entries({ ...imports, c: ["d"] })))).toEqual([]);
    expect(importsOf("x/a.ts", 'import type { B } from "../y/b.ts";\nawait import("./c.ts");')).toEqual([
      "y/b.ts",
      "x/c.ts",
    ]);
  });

  it("let pass what is allowed", () => {
    const text =
      '// Not Math.random.\nimport { x } from "../util/rng.ts";\nimport { y } from "./b.ts";\nimport fs from "node:fs";';
    expect(problems("games/a.ts", text)).toEqual([]);
    expect(problems("replay/a.ts", 'import { e } from "../record/episode.ts";')).toEqual([]);
    expect(problems("run/a.ts", "const t = new Date();")).toEqual([]);
    expect(
      nodeIn("util/rng.ts", '// No Buffer.\nimport seedrandom from "seedrandom";\nimport { x } from "./b.ts";'),
    ).toEqual([]);
  });
});
