/** A file to which whole lines are appended. A line that does not fit on the disk is removed again. */
import { appendFileSync, closeSync, fstatSync, fsyncSync, ftruncateSync, openSync } from "node:fs";
import { withDiskErrors } from "./files.ts";

export class AppendOnlyFile {
  readonly #path: string;
  readonly #fd: number;
  #size: number;

  /** `flags` as in fs.open: `a` appends to a file that exists, `wx` refuses one. */
  constructor(path: string, flags: "a" | "wx" = "a") {
    this.#path = path;
    this.#fd = withDiskErrors("write", path, () => openSync(path, flags));
    this.#size = fstatSync(this.#fd).size;
  }

  /** Appends `text`, which ends in a newline. Throws a UserError if the disk refuses it; the file is then as before. */
  append(text: string): void {
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

  /** Flushes the file to the disk. Returns its length in bytes. */
  flush(): number {
    withDiskErrors("write", this.#path, () => fsyncSync(this.#fd));
    return this.#size;
  }

  close(): void {
    closeSync(this.#fd);
  }
}
