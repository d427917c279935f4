/** What `npm run native-tensorflow` says before it downloads anything. Whether it builds is for the machine to show. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { packageFile } from "../../src/util/package.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spiral-native-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("npm run native-tensorflow", () => {
  /** A copy of the script, as it works on the folder above its own; it finds no tools. */
  const script = (...args: string[]) => {
    const copy = join(folder, "bin/native-tensorflow.mjs");
    cpSync(packageFile("bin/native-tensorflow.js"), copy);
    return spawnSync(process.execPath, [copy, ...args], { encoding: "utf8", env: { PATH: folder } });
  };

  it("names all that the machine lacks, and leaves nothing behind", () => {
    const { status, stdout, stderr } = script("--gpu");
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(
      /^error: this (needs python3 with pip .*, and a C\+\+ compiler .*, and tar, and npm|script knows .*)\n$/,
    );
    expect(readdirSync(folder)).toEqual(["bin"]);
  });

  it("only looks at what is there, removes it when asked, and says so", () => {
    mkdirSync(join(folder, ".native/node"), { recursive: true });
    mkdirSync(join(folder, ".native/cuda"));
    expect(script().stderr).toMatch(/^error: what was built does not load:\n[\s\S]*Cannot find module/);
    expect(script("--clean").stdout).toBe("Removed .native/node.\n");
    expect(readdirSync(join(folder, ".native"))).toEqual(["cuda"]);
  });

  it.each(["--cuda", "--system-cuda"])("%s alone is an error of usage", (option) => {
    const { status, stdout, stderr } = script(option);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(new RegExp(`^error: .*${option}[\\s\\S]*Usage: npm run native-tensorflow`));
  });
});
