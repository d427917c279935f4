/** How Spiral gets onto a machine: out of a tarball that was unpacked by hand, and from sources without install scripts. */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const temporary = () => mkdtempSync(join(tmpdir(), "spiral-install-"));

const run = (cwd: string, ...command: string[]) => {
  const [program = "", ...args] = command;
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: "utf8" });
  return { status, out: stdout, err: stderr };
};
const spiral = (folder: string) => run(folder, process.execPath, "bin/spiral.js", "--version");

/** Holds the package as npm packs it, with those parts of the program that --version loads: packing all takes long. */
const packed = temporary();
beforeAll(() => {
  const folder = checkout();
  for (const name of ["configs", "dist/cli", "dist/util"]) {
    cpSync(join(root, name), join(folder, name), { recursive: true, filter: (path) => !path.endsWith(".d.ts") });
  }
  execFileSync("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", packed], { cwd: folder });
});

/** The package unpacked, with what it depends on. */
function unpacked(): string {
  const folder = temporary();
  execFileSync("sh", ["-c", `tar xzf ${packed}/*.tgz -C ${folder}`]);
  symlinkSync(join(root, "node_modules"), join(folder, "package/node_modules"));
  return join(folder, "package");
}

/** A checkout that was never built, without node_modules. */
function checkout(): string {
  const folder = temporary();
  for (const name of ["bin", "package.json", "tsconfig.json", "tsconfig.build.json"]) {
    cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  // One file stands for all sources, as a whole build takes long; .ci/run makes one.
  mkdirSync(join(folder, "src/cli"), { recursive: true });
  const main = 'export const main = async (): Promise<void> => void process.stdout.write("0.1.0\\n");\n';
  writeFileSync(join(folder, "src/cli/main.ts"), main);
  return folder;
}

/** The compiler, and of Node's types, which take it a second to read, what the stand-in for all sources uses. */
function installCompiler(folder: string): void {
  const types = join(folder, "node_modules/@types/node");
  mkdirSync(types, { recursive: true });
  const declared = "declare const process: { readonly stdout: { write(text: string): boolean } };\n";
  writeFileSync(join(types, "index.d.ts"), declared);
  for (const name of ["typescript", ".bin"]) {
    symlinkSync(join(root, "node_modules", name), join(folder, "node_modules", name));
  }
}

describe("a tarball unpacked by hand", () => {
  it("installs with the compiler at hand, and runs", () => {
    const folder = unpacked();
    expect(existsSync(join(folder, "src"))).toBe(false);
    expect(run(folder, "npm", "run", "--silent", "prepare")).toEqual({ status: 0, out: "", err: "" });
    expect(spiral(folder)).toMatchObject({ status: 0, out: "0.1.0\n" });
  });

  it("without dist/, as from git with --ignore-scripts, says that it must be installed again", () => {
    const folder = unpacked();
    rmSync(join(folder, "dist"), { recursive: true });
    expect(spiral(folder)).toMatchObject({ status: 1, err: expect.stringContaining("Install it again without.") });
  });
});

describe("a checkout that is not built", () => {
  it("says to build it where the compiler is there, which works", () => {
    const folder = checkout();
    installCompiler(folder);
    const { status, err } = spiral(folder);
    const [, script, where] = /Run npm run (\w+) in (.*)\n$/.exec(err) ?? [];
    expect(status).toBe(1);
    expect(run(where ?? "", "npm", "run", "--silent", script ?? "")).toMatchObject({ status: 0, err: "" });
    expect(spiral(folder)).toMatchObject({ status: 0, out: "0.1.0\n" });
  });

  it("says to install where the compiler is not there, and prepare leaves it alone", () => {
    const folder = checkout();
    mkdirSync(join(folder, "node_modules"));
    expect(spiral(folder)).toMatchObject({ status: 1, err: expect.stringContaining("Run npm install") });
    expect(run(folder, "npm", "run", "--silent", "prepare")).toEqual({ status: 0, out: "", err: "" });
  });
});
