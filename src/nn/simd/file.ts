/** The compiled kernels, as files of the package. */
import { existsSync, readFileSync } from "node:fs";
import { UserError } from "../../util/errors.ts";
import { packageFile } from "../../util/package.ts";

/** The WebAssembly of a file of src/nn/kernels. Throws a UserError (exit 1) if it is not built. */
export function kernelFile(name: "mlp" | "transformer"): Uint8Array {
  const file = packageFile(`dist/nn/${name}.wasm`);
  if (!existsSync(file)) throw new UserError(1, `${file} is missing. Build it: npm run build`);
  return readFileSync(file);
}
