/** Starts the backend on which a run is measured. */
import { type Backend, type BackendName, type NetworkKind, startBackend } from "../../nn/backend.ts";
import { UserError } from "../../util/errors.ts";
import { warn as print } from "../terminal/output.ts";

/** The backend that the run was trained on; if it does not work here, the best one that does, with a warning. */
export async function startTrained(
  choice: "auto" | BackendName,
  networks: readonly NetworkKind[],
  warn = print,
): Promise<Backend> {
  try {
    return await startBackend(choice, networks);
  } catch (error) {
    if (choice === "auto" || !(error instanceof UserError)) throw error;
    const backend = await startBackend("auto", networks);
    warn(`${error.message}. The run is measured on ${backend.name} instead, which rounds differently.`);
    return backend;
  }
}
