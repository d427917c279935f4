import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { UserError } from "../../src/util/errors.ts";
import { readJson, withDiskErrors, writeFileAtomic } from "../../src/util/files.ts";

const folder = (): string => mkdtempSync(join(tmpdir(), "spiral-files-"));

describe("writing a file at once", () => {
  it("replaces what was there and leaves nothing beside it", () => {
    const path = join(folder(), "a.json");
    writeFileAtomic(path, "one");
    writeFileAtomic(path, new Uint8Array([116, 119, 111]));
    expect(readFileSync(path, "utf8")).toBe("two");
    expect(readdirSync(join(path, ".."))).toEqual(["a.json"]);
  });

  it("says where and why it cannot, and keeps the old bytes", () => {
    const dir = folder();
    expect(() => writeFileAtomic(join(dir, "none", "a"), "")).toThrow(
      /^Cannot write .*none\/a: no such file or folder\.$/,
    );
    writeFileSync(join(dir, "file"), "old");
    expect(() => writeFileAtomic(join(dir, "file", "a"), "")).toThrow(/a part of that path is a file/);
    expect(readFileSync(join(dir, "file"), "utf8")).toBe("old");
    expect(readdirSync(dir)).toEqual(["file"]);
  });

  it.each([
    ["ENOSPC", "the disk is full"],
    ["EROFS", "read-only"],
    ["EACCES", "permission denied"],
    ["EXDEV", "the system says EXDEV"],
  ])("words %s for people, with exit code 1", (code, words) => {
    const refuse = (): never => {
      throw Object.assign(new Error("x"), { code });
    };
    expect(() => withDiskErrors("write", "f", refuse)).toThrow(expect.objectContaining({ exitCode: 1 }));
    expect(() => withDiskErrors("write", "f", refuse)).toThrow(words);
  });

  it("passes other errors through: they are bugs", () => {
    const bug = new TypeError("x");
    expect(() =>
      withDiskErrors("write", "f", () => {
        throw bug;
      }),
    ).toThrow(bug);
  });

  it.runIf(existsSync("/dev/full"))("notices a full disk", () => {
    expect(() => withDiskErrors("write", "/dev/full", () => writeFileSync("/dev/full", "x"))).toThrow(
      "the disk is full",
    );
  });
});

describe("reading JSON", () => {
  it("names the file that is missing or broken", () => {
    const path = join(folder(), "a.json");
    expect(() => readJson(path)).toThrow(/Cannot read .*a\.json: no such file/);
    writeFileSync(path, '{"a":');
    expect(() => readJson(path)).toThrow(UserError);
    expect(() => readJson(path)).toThrow(/a\.json is not valid JSON: /);
  });
});
