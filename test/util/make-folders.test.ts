/** Two processes that make the same folders at once: the file system as one of them may see it. */
import { mkdirSync, mkdtempSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { makeFolders } from "../../src/util/files.ts";

/** Paths that came to be after they were looked for. */
const late = vi.hoisted(() => new Set<string>());
vi.mock("node:fs", async (original) => {
  const fs = await original<typeof import("node:fs")>();
  return { ...fs, existsSync: (path: string) => !late.has(path) && fs.existsSync(path) };
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
