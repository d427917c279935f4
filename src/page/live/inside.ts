/** Keeps the server inside the folder that it shows: a link in it may lead anywhere. */
import { lstatSync, readdirSync, realpathSync } from "node:fs";
import { join, sep } from "node:path";
import { UserError } from "../../util/errors.ts";
import { withDiskErrors } from "../../util/files.ts";

/**
 * The path of `name` in the folder `dir`; undefined if nothing is there. Throws a UserError (exit 3) if it, or what it holds if it
 * is a folder, is a link out of `dir`, or neither a file nor a folder.
 */
export function inside(dir: string, name: string): string | undefined {
  const path = join(dir, name);
  return withDiskErrors("read", path, () => {
    if (!lstatSync(path, { throwIfNoEntry: false })) return undefined;
    const real = realpathSync(path);
    const file = lstatSync(real);
    const isWithin = real.startsWith(`${realpathSync(dir)}${sep}`);
    if (!isWithin || !(file.isFile() || file.isDirectory())) {
      throw new UserError(3, `${name} is a link out of its folder, or no file, and was left out.`);
    }
    if (file.isDirectory()) for (const inner of readdirSync(real)) inside(dir, join(name, inner));
    return path;
  });
}
