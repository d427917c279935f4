/** Which backend a run is measured on. */
import { type Backend, type BackendName, startBackend } from "../../nn/backend.ts";
import { UserError } from "../../util/errors.ts";
import { warn } from "../terminal/output.ts";

/** The one that the run was trained on; where that cannot run here, the best there is, with a warning. */
export async function startTrained(choice: "auto" | BackendName): Promise<Backend> {
  try {
    return await startBackend(choice);
  } catch (error) {
    if (choice === "auto" || !(error instanceof UserError)) throw error;
    const backend = await startBackend("auto");
    warn(`${error.message}. The run is measured on ${backend.name} instead, which rounds differently.`);
    return backend;
  }
}
