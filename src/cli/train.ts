/** `spiral train`. */
import { UserError } from "../util/errors.ts";
import type { TrainOptions } from "./options.ts";

export async function run(_config: string | undefined, _options: TrainOptions): Promise<number> {
  throw new UserError(1, "spiral train is not there yet.");
}
