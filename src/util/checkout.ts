/** The git commit of a checkout, read from the files of its repository (gitrepository-layout(5)) without starting git. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { packageFile } from "./package.ts";

/** The hexadecimal id of the commit that is checked out in `root`; undefined if `root` is not the top of a checkout. */
export function checkedOutCommit(root: string): string | undefined {
  try {
    const folder = gitFolder(root);
    return folder === undefined ? undefined : commitOf("HEAD", folder, commonFolder(folder));
  } catch {
    // A checkout that cannot be read, such as one whose repository was moved, names no commit.
    return undefined;
  }
}

/** The commit of the Spiral that runs, where it runs from a checkout. */
export const spiralCommit = (): string | undefined => checkedOutCommit(packageFile("."));

/** `0.1.0`, and in a checkout `0.1.0 (commit a4e4c9012345)`; ` with changes` if its files differ from the commit. */
export function withCommit(version: string, commit: string | undefined, isChanged = false): string {
  return commit === undefined
    ? version
    : `${version} (commit ${commit.slice(0, 12)})${isChanged ? " with changes" : ""}`;
}

/** `.git` is a folder, or in a worktree a file with the path of one. */
function gitFolder(root: string): string | undefined {
  const path = join(root, ".git");
  if (!existsSync(path)) return undefined;
  if (statSync(path).isDirectory()) return path;
  const target = /^gitdir: (.+)$/m.exec(readFileSync(path, "utf8"))?.[1];
  return target === undefined ? undefined : resolve(root, target);
}

/** Where the branches are: worktrees share those of the repository. */
function commonFolder(folder: string): string {
  const path = join(folder, "commondir");
  return existsSync(path) ? resolve(folder, readFileSync(path, "utf8").trim()) : folder;
}

const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
/** Git follows as many symbolic references. */
const MAX_DEPTH = 5;

function commitOf(name: string, folder: string, common: string, depth = 0): string | undefined {
  const path = [join(folder, name), join(common, name)].find((candidate) => existsSync(candidate));
  const text = path === undefined ? packed(name, common) : readFileSync(path, "utf8").trim();
  if (text === undefined || COMMIT.test(text)) return text;
  const target = /^ref: (refs\/.+)$/.exec(text)?.[1];
  return target === undefined || depth === MAX_DEPTH ? undefined : commitOf(target, folder, common, depth + 1);
}

/** The commit of a reference that has no file of its own. */
function packed(name: string, common: string): string | undefined {
  const path = join(common, "packed-refs");
  const lines = existsSync(path) ? readFileSync(path, "utf8").split("\n") : [];
  return lines.find((line) => line.endsWith(` ${name}`))?.split(" ", 1)[0];
}
