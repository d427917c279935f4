/** Starts the backend on which a run is trained or measured. */
import type { Config } from "../../config/schema.ts";
import {
  type Backend,
  type BackendName,
  backendNames,
  type NetworkKind,
  startBackend,
  tryBackend,
} from "../../nn/backend.ts";
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

/**
 * The backend of a run that is trained, by its settings. With `auto`, a run that is taken up again goes on on the backend that it
 * ran on (`ranOn`) if that works here, so that its bytes are those of a run that was never interrupted.
 */
export async function startTraining(nn: Config["nn"], ranOn: string | undefined): Promise<Backend> {
  const before = backendNames.find((name) => name === ranOn);
  if (nn.backend === "auto" && before) {
    const tried = await tryBackend(before);
    if (tried.status === "usable") return { name: before, device: tried.device, passedOver: [] };
  }
  return startBackend(nn.backend, [nn]);
}
