/** `spiral eval`. */
import { UserError } from "../util/errors.ts";
import type { EvalOptions } from "./options.ts";

export async function run(_name: string | undefined, _options: EvalOptions): Promise<number> {
  throw new UserError(1, "spiral eval is not there yet.");
}
