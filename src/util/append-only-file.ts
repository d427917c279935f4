/**
 * A file to which whole lines are appended. A line that does not fit on the disk is removed again. If the file has vanished
 * from its path, writing is an error, as what is written would be lost.
 */
import {
  appendFileSync,
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  statSync,
  truncateSync,
} from "node:fs";
import { UserError } from "./errors.ts";
import { NO_FILE, withDiskErrors } from "./files.ts";

export class AppendOnlyFile {
  readonly #path: string;
  readonly #fd: number;
  #size: number;

  /** `flags` as in fs.open: `a` appends to a file that exists, `wx` refuses one. */
  constructor(path: string, flags: "a" | "wx" = "a") {
    this.#path = path;
    // Opening one waits for a reader.
    if (statSync(path, { throwIfNoEntry: false })?.isFIFO())
      throw new UserError(1, `Cannot write ${path}: ${NO_FILE}.`);
    this.#fd = withDiskErrors("write", path, () => openSync(path, flags));
    this.#size = fstatSync(this.#fd).size;
  }

  /** In bytes. */
  get size(): number {
    return this.#size;
  }

  /**
   * Appends `text`, which ends in a newline. Throws a UserError if the disk refuses it, the file then being as before, or if
   * the file is no longer at its path.
   */
  append(text: string): void {
    this.#checkInPlace();
    withDiskErrors("write", this.#path, () => {
      try {
        appendFileSync(this.#fd, text);
        this.#size += Buffer.byteLength(text);
      } catch (error) {
        try {
          ftruncateSync(this.#fd, this.#size);
        } catch {
          // A device cannot be truncated. The reader drops a torn last line.
        }
        throw error;
      }
    });
  }

  /** Flushes the file to the disk. Returns its length in bytes. Throws if the file is no longer at its path. */
  flush(): number {
    this.#checkInPlace();
    withDiskErrors("write", this.#path, () => fsyncSync(this.#fd));
    return this.#size;
  }

  #checkInPlace(): void {
    const there = statSync(this.#path, { throwIfNoEntry: false });
    const open = fstatSync(this.#fd);
    if (there && there.ino === open.ino && there.dev === open.dev) return;
    throw new UserError(1, `Cannot write ${this.#path}: the file or its folder was deleted or moved meanwhile.`);
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** Removes an incomplete last line, which a process that was killed has left. */
export function cutTornLine(path: string): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return;
  const end = withDiskErrors("read", path, () => {
    const fd = openSync(path, "r");
    try {
      const chunk = Buffer.alloc(1 << 16);
      for (let from = size; from > 0; ) {
        const length = Math.min(chunk.length, from);
        from -= length;
        const newline = chunk.subarray(0, readSync(fd, chunk, 0, length, from)).lastIndexOf(10);
        if (newline >= 0) return from + newline + 1;
      }
      return 0;
    } finally {
      closeSync(fd);
    }
  });
  if (end < size) withDiskErrors("write", path, () => truncateSync(path, end));
}
