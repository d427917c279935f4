/**
 * An adapter for WebGPU that computes on the CPU, for tests on machines without a GPU: SwiftShader, which comes with Chromium.
 * Mesa's does too where it is version 25 or later and installed; nothing need be said for it.
 */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const FOLDERS = ["/usr/lib/chromium", "/usr/lib/chromium-browser", "/opt/google/chrome", "/opt/chromium.org/chromium"];

/** What the environment of a process must say to compute on it; a VK_DRIVER_FILES of the caller's own is left as it is. */
export function softwareGpu(): NodeJS.ProcessEnv {
  const env = { SPIRAL_WEBGPU_SOFTWARE: "1" };
  if (process.env.VK_DRIVER_FILES !== undefined) return env;
  const folder = FOLDERS.find((path) => existsSync(join(path, "vk_swiftshader_icd.json")));
  if (folder === undefined) return env;
  const driver = join(folder, "vk_swiftshader_icd.json");
  // Chromium brings a loader of its own, which Dawn finds by name.
  const libraries = [folder, process.env.LD_LIBRARY_PATH].filter(Boolean).join(delimiter);
  return { ...env, VK_DRIVER_FILES: driver, VK_ICD_FILENAMES: driver, LD_LIBRARY_PATH: libraries };
}
