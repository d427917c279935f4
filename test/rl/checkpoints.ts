/** Snapshots as a checkpoint's files hold them. */
import { decodeSafetensors, encodeSafetensors } from "../../src/nn/safetensors.ts";
import type { Snapshot } from "../../src/rl/train.ts";

/** Written and read again. */
export function throughFiles({ model, optimizer, ...state }: Snapshot): Snapshot {
  const file = (arrays: Snapshot["model"]) => decodeSafetensors(encodeSafetensors(arrays));
  return { ...(JSON.parse(JSON.stringify(state)) as typeof state), model: file(model), optimizer: file(optimizer) };
}

/** All of the bytes, as text. */
export function bytesOf({ model, optimizer, ...state }: Snapshot): string {
  const file = (arrays: Snapshot["model"]) => Buffer.from(encodeSafetensors(arrays)).toString("base64");
  return [JSON.stringify(state), file(model), file(optimizer)].join("\n");
}
