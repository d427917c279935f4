/** `spiral policy`. */
import { UserError } from "../util/errors.ts";
import type { PolicyOptions } from "./options.ts";

export async function run(_name: string | undefined, _options: PolicyOptions): Promise<number> {
  throw new UserError(1, "spiral policy is not there yet.");
}
