/** The commit of a checkout, read from its files, is the one that git names. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { provenance } from "../../src/run/provenance.ts";
import { checkedOutCommit, withCommit } from "../../src/util/checkout.ts";

const hasGit = spawnSync("git", ["--version"]).status === 0;

describe.skipIf(!hasGit)("a checkout", () => {
  const root = join(mkdtempSync(join(tmpdir(), "spiral-checkout-")), "main");
  const git = (cwd: string, ...args: string[]): string => {
    const who = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"];
    return execFileSync("git", [...who, ...args], {
      cwd,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  };
  const head = (cwd: string): string => git(cwd, "rev-parse", "HEAD");
  beforeAll(() => {
    mkdirSync(root);
    git(root, "init", "--quiet");
    writeFileSync(join(root, "a"), "1\n");
    git(root, "add", "a");
    git(root, "commit", "--quiet", "--message", "one");
  });

  it("on a branch", () => {
    expect(checkedOutCommit(root)).toMatch(/^[0-9a-f]{40}$/);
    expect(checkedOutCommit(root)).toBe(head(root));
  });

  it("in a worktree, on a branch with a slash", () => {
    const tree = join(root, "../tree");
    git(root, "worktree", "add", "--quiet", "-b", "topic/x", tree);
    git(tree, "commit", "--quiet", "--allow-empty", "--message", "two");
    expect(checkedOutCommit(tree)).toBe(head(tree));
    expect(checkedOutCommit(tree)).not.toBe(checkedOutCommit(root));
  });

  it("with packed references", () => {
    git(root, "pack-refs", "--all");
    const branch = git(root, "symbolic-ref", "HEAD");
    expect(existsSync(join(root, ".git", branch))).toBe(false);
    for (const folder of [root, join(root, "../tree")]) expect(checkedOutCommit(folder)).toBe(head(folder));
  });

  it("on no branch", () => {
    const tree = join(root, "../detached");
    git(root, "worktree", "add", "--quiet", "--detach", tree, "topic/x");
    expect(checkedOutCommit(tree)).toBe(head(join(root, "../tree")));
  });

  it("is dirty if files that git tracks were changed", () => {
    writeFileSync(join(root, "untracked"), "");
    expect(provenance(root)).toEqual({ commit: head(root), dirty: false });
    writeFileSync(join(root, "a"), "2\n");
    expect(provenance(root)).toEqual({ commit: head(root), dirty: true });
  });

  it("is only its top folder, and one that can be read", () => {
    mkdirSync(join(root, "node_modules/spiral"), { recursive: true });
    expect(checkedOutCommit(join(root, "node_modules/spiral"))).toBeUndefined();
    expect(provenance(join(root, "node_modules/spiral"))).toEqual({});
    const moved = join(root, "../tree/.git");
    writeFileSync(moved, "gitdir: /nowhere\n");
    expect(checkedOutCommit(join(root, "../tree"))).toBeUndefined();
    rmSync(moved);
    expect(checkedOutCommit(join(root, "../tree"))).toBeUndefined();
  });
});

it("a version with its commit", () => {
  expect(withCommit("0.1.0", "0123456789abcdef")).toBe("0.1.0 (commit 0123456789ab)");
  expect(withCommit("0.1.0", "0123456789abcdef", true)).toBe("0.1.0 (commit 0123456789ab) with changes");
  expect(withCommit("0.1.0", undefined)).toBe("0.1.0");
});

it("CITATION.cff names the version of the package", () => {
  const file = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), "utf8");
  expect(/^version: (.+)$/m.exec(file("CITATION.cff"))?.[1]).toBe(JSON.parse(file("package.json")).version);
});
