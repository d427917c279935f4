/** Where the code of a program is from: the commit of its git checkout, and whether files were changed since. */
import { execFileSync } from "node:child_process";
import { checkedOutCommit } from "../util/checkout.ts";
import { packageFile } from "../util/package.ts";

export interface Provenance {
  readonly commit?: string;
  /** Absent if git could not say. */
  readonly dirty?: boolean;
}

let ours: Provenance | undefined;

/** Of the Spiral that runs, found at the first call: its code is loaded, so what changes in its files later is not in it. */
export function spiralProvenance(): Provenance {
  ours ??= provenance(packageFile("."));
  return ours;
}

/** Nothing if `root` is not the top of a checkout. */
export function provenance(root: string): Provenance {
  const commit = checkedOutCommit(root);
  if (commit === undefined) return {};
  const dirty = hasChanges(root);
  return dirty === undefined ? { commit } : { commit, dirty };
}

/** Whether files that git tracks differ from the commit; undefined if there is no git here, or if it refuses this checkout. */
function hasChanges(root: string): boolean | undefined {
  // In a git hook these name another repository.
  const env = { ...process.env, GIT_DIR: undefined, GIT_WORK_TREE: undefined, GIT_INDEX_FILE: undefined };
  const args = ["--no-optional-locks", "status", "--porcelain", "--untracked-files=no"];
  try {
    return execFileSync("git", args, { cwd: root, env, timeout: 5000, stdio: ["ignore", "pipe", "ignore"] }).length > 0;
  } catch {
    return undefined;
  }
}
