/** Files are whole or not there, and what the system refuses is said in words. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../../src/util/errors.ts";
import {
  appendLine,
  expandHome,
  readJson,
  readText,
  systemError,
  withDiskErrors,
  writeFileAtomic,
} from "../../src/util/files.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "files-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function userError(action: () => unknown): UserError {
  try {
    action();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("appendLine", () => {
  it("adds whole lines, and ends a torn one first", () => {
    const path = join(folder, "log");
    appendLine(path, "one");
    appendLine(path, "zwölf");
    expect(readFileSync(path, "utf8")).toBe("one\nzwölf\n");
    writeFileSync(path, "one\nto");
    appendLine(path, "three");
    appendLine(path, "four");
    expect(readFileSync(path, "utf8")).toBe("one\nto\nthree\nfour\n");
  });

  it.skipIf(process.platform !== "linux")("writes to devices, and says why where one is full", () => {
    appendLine("/dev/null", "gone");
    expect(userError(() => appendLine("/dev/full", "x")).message).toMatch(
      /^Cannot write \/dev\/full: the disk is full/,
    );
    expect(userError(() => appendLine(join(folder, "none", "log"), "x")).message).toContain("no such file or folder");
  });
});

describe("writeFileAtomic", () => {
  it("replaces a file and leaves nothing beside it", () => {
    const path = join(folder, "a.json");
    writeFileAtomic(path, "old, and longer");
    writeFileAtomic(path, "new");
    writeFileAtomic(join(folder, "b.bin"), Uint8Array.of(0, 255));
    expect(readFileSync(path, "utf8")).toBe("new");
    expect([...readFileSync(join(folder, "b.bin"))]).toEqual([0, 255]);
    expect(readdirSync(folder).sort()).toEqual(["a.json", "b.bin"]);
  });

  it("leaves what stood there, and no half of anything, where it cannot finish", () => {
    // A folder in the file's place lets the write succeed and the rename fail.
    const path = join(folder, "taken");
    mkdirSync(path);
    writeFileSync(join(path, "inside"), "safe");
    const error = userError(() => writeFileAtomic(path, "x"));
    expect(error.exitCode).toBe(1);
    expect(error.message).toContain(`Cannot write ${path}: `);
    expect(readdirSync(folder)).toEqual(["taken"]);
    expect(readFileSync(join(path, "inside"), "utf8")).toBe("safe");
  });

  it("says that the folder is not there", () => {
    expect(userError(() => writeFileAtomic(join(folder, "no", "a"), "x")).message).toContain("no such file or folder");
    expect(existsSync(join(folder, "no"))).toBe(false);
  });
});

describe("reading", () => {
  it("says what is missing or broken, with exit code 3", () => {
    const path = join(folder, "a.json");
    expect(userError(() => readText(path, 3)).exitCode).toBe(3);
    expect(userError(() => readText(folder, 3)).message).toContain("a folder, not a file");
    writeFileSync(path, '{"a": 1');
    const error = userError(() => readJson(path));
    expect([error.exitCode, error.message.startsWith(`${path} is not valid JSON`)]).toEqual([3, true]);
    writeFileSync(path, '{"a": 1}');
    expect(readJson(path)).toEqual({ a: 1 });
  });

  it("leaves a byte order mark out, and refuses UTF-16 by name", () => {
    const path = join(folder, "text.json");
    writeFileSync(path, '\ufeff{"a": 1}\r\n');
    expect(readJson(path)).toEqual({ a: 1 });
    for (const text of ["\ufeff{}", '{"a": 1}']) {
      writeFileSync(path, text, "utf16le");
      expect(userError(() => readText(path, 3)).message).toMatch(/text\.json is UTF-16 text, and Spiral reads UTF-8\./);
    }
  });

  it("takes ~ for the home folder where it begins a path, and nowhere else", () => {
    expect(["~", "~/x", "~x", "a/~/x", "/~"].map(expandHome)).toEqual([
      homedir(),
      `${homedir()}/x`,
      "~x",
      "a/~/x",
      "/~",
    ]);
  });

  it("lets errors pass that are not the disk's", () => {
    const bug = new TypeError("ours");
    expect(() =>
      withDiskErrors("read", "x", () => {
        throw bug;
      }),
    ).toThrow(bug);
  });
});

it("errors of the system that no command expects are told in words", () => {
  const error = (code: string, more: object) => Object.assign(new Error(code), { code, ...more });
  expect(systemError(error("ENOENT", { syscall: "uv_cwd" }))?.message).toMatch(/working directory was deleted/);
  expect(systemError(error("EMFILE", { path: "/a" }))?.message).toMatch(
    /^Cannot go on with \/a: too many files .*ulimit/,
  );
  expect(systemError(new TypeError("a bug"))).toBeUndefined();
});
