/**
 * Files that are written as a whole or not at all: first under another name in the same folder, then flushed to the disk, then
 * renamed. An error of the operating system becomes a UserError that says how to mend it.
 */
import {
  accessSync,
  appendFileSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { markLength } from "./encoding.ts";
import { type ExitCode, UserError } from "./errors.ts";

/** Explains an errno. The text follows "Cannot write runs/x: ". */
const REASONS: Readonly<Record<string, string | undefined>> = {
  ENOSPC: "the disk is full. Free some space, or name another folder",
  EDQUOT: "the disk quota is used up. Free some space, or name another folder",
  EROFS: "the file system is read-only. Name a folder that can be written",
  EACCES: "permission denied. Check the permissions, or name another folder",
  EPERM: "the operation is not permitted. Check the permissions, or name another folder",
  ENOENT: "no such file or folder",
  ENOTDIR: "a part of that path is a file, not a folder",
  EISDIR: "that is a folder, not a file",
  EEXIST: "it exists already",
  EMFILE: "too many files are open",
  ENAMETOOLONG: "the name is too long",
  EIO: "the disk reports an input/output error",
};

export function errnoOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === "string" && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}

/** Runs `action`. An error of the file system becomes "Cannot <verb> <path>: why"; any other error passes through. */
export function withDiskErrors<T>(verb: "read" | "write", path: string, action: () => T, exitCode: ExitCode = 1): T {
  try {
    return action();
  } catch (error) {
    throw diskError(verb, path, error, exitCode);
  }
}

/** Turns an error of the file system into "Cannot <verb> <path>: why". Returns any other error unchanged. */
export function diskError(verb: "read" | "write", path: string, error: unknown, exitCode: ExitCode = 1): unknown {
  const errno = errnoOf(error);
  if (errno === undefined) return error;
  const reason = REASONS[errno] ?? `the system says ${errno}`;
  return new UserError(exitCode, `Cannot ${verb} ${path}: ${reason}.`, { cause: error });
}

/** An error of the operating system that no command expects, in words; undefined if it is another error. */
export function systemError(error: unknown): UserError | undefined {
  const errno = errnoOf(error);
  if (errno === undefined) return undefined;
  const { syscall, path = "" } = error as NodeJS.ErrnoException;
  if (syscall === "uv_cwd") {
    return new UserError(1, "The working directory was deleted. Change to another folder.", { cause: error });
  }
  const isLimit = errno === "EMFILE" || errno === "ENFILE";
  const hint = isLimit ? " Raise the limit: ulimit -n 1024" : "";
  return new UserError(
    1,
    `Cannot go on${path && ` with ${path}`}: ${REASONS[errno] ?? `the system says ${errno}`}.${hint}`,
    {
      cause: error,
    },
  );
}

/** Throws a UserError if a file could not be written here. Creates nothing. */
export function checkWritable(path: string): void {
  withDiskErrors("write", path, () => {
    if (existsSync(path)) closeSync(openSync(path, "a"));
    let folder = dirname(resolve(path));
    while (!existsSync(folder)) folder = dirname(folder);
    // With `/.` a path to a file is an error.
    accessSync(`${folder}/.`, constants.W_OK);
  });
}

/** Flushes a folder's entries, so that a rename in it survives a power cut. Windows has no such call and does not need it. */
export function syncFolder(path: string): void {
  if (process.platform === "win32") return;
  const fd = openSync(path, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Writes and flushes a file in place. For a folder that is renamed as a whole afterwards. */
export function writeFileDurable(path: string, bytes: string | Uint8Array): void {
  const fd = openSync(path, "w");
  try {
    writeFileSync(fd, bytes);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Replaces `path` in one step: a reader sees either the old bytes or the new ones, even after a crash. */
export function writeFileAtomic(path: string, bytes: string | Uint8Array): void {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${process.pid}.tmp`);
  withDiskErrors("write", path, () => {
    try {
      writeFileDurable(temporary, bytes);
      renameSync(temporary, path);
      syncFolder(folder);
    } catch (error) {
      try {
        rmSync(temporary, { force: true });
      } catch {
        // The first error is the one to report.
      }
      throw error;
    }
  });
}

/**
 * Appends a line to a file, as a whole or not at all, and flushes it. If a killed process has left a torn last line, that line
 * is ended first.
 */
export function appendLine(path: string, line: string): void {
  withDiskErrors("write", path, () => {
    const fd = openSync(path, "a+");
    try {
      const file = fstatSync(fd);
      const { size } = file;
      const last = Buffer.from("\n");
      if (size > 0) readSync(fd, last, 0, 1, size - 1);
      try {
        appendFileSync(fd, `${last.toString() === "\n" ? "" : "\n"}${line}\n`);
        // A device cannot be flushed or truncated.
        if (file.isFile()) fsyncSync(fd);
      } catch (error) {
        if (file.isFile()) ftruncateSync(fd, size);
        throw error;
      }
    } finally {
      closeSync(fd);
    }
  });
}

/**
 * Throws a UserError if a FIFO, a socket or a device is at this path: reading it may never end. For files that are named by us,
 * and not by the user, who may well name a FIFO.
 */
export function checkRegular(path: string, exitCode: ExitCode = 3): void {
  const file = withDiskErrors("read", path, () => statSync(path, { throwIfNoEntry: false }), exitCode);
  if (file === undefined || file.isFile() || file.isDirectory()) return;
  throw new UserError(exitCode, `Cannot read ${path}: ${NO_FILE}.`);
}

/** Of what is at a path. */
export const NO_FILE = "it is a FIFO, a socket or a device, and not a file. Move it away";

/** The bytes of a file of ours. Throws a UserError (exit 3) if it cannot be read. */
export function readRegular(path: string): Buffer {
  checkRegular(path);
  return withDiskErrors("read", path, () => readFileSync(path), 3);
}

/** Its text, as `readText` gives it. */
export function readRegularText(path: string): string {
  checkRegular(path);
  return readText(path, 3);
}

/** The text of a file, without a byte order mark. Throws a UserError if it cannot be read or is UTF-16. */
export function readText(path: string, exitCode: ExitCode): string {
  const bytes = withDiskErrors("read", path, () => readFileSync(path), exitCode);
  return bytes.toString("utf8", markLength(bytes, path, exitCode));
}

/** The path with the home folder in place of a leading `~`. A shell does not replace it in `--dir=~/runs`, nor in a file. */
export function expandHome(path: string): string {
  return /^~(?=$|[/\\])/.test(path) ? homedir() + path.slice(1) : path;
}

/** The JSON value in a file of ours. Throws a UserError (exit 3) if it cannot be read or is not JSON. */
export function readJson(path: string): unknown {
  const text = readRegularText(path);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(3, `${path} is not valid JSON: ${(error as Error).message}.`, { cause: error });
  }
}

/** Makes a folder if it is not there. The folder above it must be there. */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
  }
}

/**
 * Makes a folder and its missing parents, one at a time. Node's recursive mkdir loops for ever in a folder that takes no new
 * ones, such as /proc.
 */
export function makeFolders(path: string): void {
  const missing: string[] = [];
  for (let folder = resolve(path); !existsSync(folder); folder = dirname(folder)) missing.unshift(folder);
  withDiskErrors("write", path, () => {
    for (const folder of missing) {
      try {
        mkdirSync(folder);
      } catch (error) {
        // Another process may have made it meanwhile.
        if (errnoOf(error) !== "EEXIST" || !statSync(folder).isDirectory()) throw error;
      }
    }
  });
}
