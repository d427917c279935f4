/** A file that grows by whole lines: one that does not fit on the disk is taken back. */
import { appendFileSync, closeSync, fstatSync, fsyncSync, ftruncateSync, openSync } from "node:fs";
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

  append(text: string): void {
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

  /** Flushes to the disk; returns the length. */
  flush(): number {
    withDiskErrors("write", this.#path, () => fsyncSync(this.#fd));
    return this.#size;
  }

  close(): void {
    closeSync(this.#fd);
  }
}
