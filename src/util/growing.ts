/** A file that grows by whole lines: one that does not fit on the disk is taken back. */
import { appendFileSync, closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, statSync } from "node:fs";
import { UserError } from "./errors.ts";
import { withDiskErrors } from "./files.ts";

export class Growing {
  readonly #path: string;
  readonly #fd: number;
  #size: number;

  /** `flags` as of fs.open: `a` goes on with what is there, `wx` refuses it. */
  constructor(path: string, flags: "a" | "wx" = "a") {
    this.#path = path;
    this.#fd = withDiskErrors("write", path, () => openSync(path, flags));
    this.#size = fstatSync(this.#fd).size;
  }

  /** Throws a UserError if the file is no longer at its path: what is written would be lost. */
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
          // Devices cannot be cut; the reader drops a torn last line.
        }
        throw error;
      }
    });
  }

  /** Flushes to the disk; returns the length. Throws as `append` does. */
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
