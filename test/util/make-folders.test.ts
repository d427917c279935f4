/** Two processes that make the same folders at once: the file system as one of them may see it. */
import fs, { mkdirSync, mkdtempSync, statSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it, vi } from "vitest";
import { makeFolders } from "../../src/util/files.ts";

/** Paths that came to be after they were looked for. */
const late = new Set<string>();
const { existsSync } = fs;
const seen = vi.spyOn(fs, "existsSync").mockImplementation((path) => !late.has(String(path)) && existsSync(path));
// Named imports of node:fs follow what the module object holds.
syncBuiltinESMExports();
afterAll(() => {
  seen.mockRestore();
  syncBuiltinESMExports();
});

it("a folder that another process has made meanwhile is as good; a file is not", () => {
  const dir = mkdtempSync(join(tmpdir(), "spiral-folders-"));
  const [folder, file] = [join(dir, "folder"), join(dir, "file")];
  mkdirSync(folder);
  writeFileSync(file, "");
  late.add(folder).add(file);
  makeFolders(join(folder, "inner"));
  expect(statSync(join(folder, "inner")).isDirectory()).toBe(true);
  expect(() => makeFolders(file)).toThrow(/Cannot write .*file: it exists already/);
});
