/** Finds the packages of the backend webgpu, without loading them or TensorFlow.js. */
import { createRequire } from "node:module";
import { packageFile } from "../../util/package.ts";
import type { Availability } from "../backend-status.ts";

export const TFJS = "@tensorflow/tfjs-backend-webgpu";
export const DAWN = "webgpu";

/** Whether it is installed. It loads nothing. */
export function findWebgpu(): Availability {
  if (!locate(TFJS)) return { status: "missing", reason: `${TFJS} is not installed. Install it with: npm install` };
  if (locate(DAWN)) return { status: "usable" };
  return { status: "missing", reason: "its library, Dawn, is not installed. Install it with: npm run webgpu" };
}

/** The path of a package: beside this one, or in `.webgpu/`, where `npm run webgpu` installs it, safe from `npm install`. */
export function locate(name: string): string | undefined {
  for (const from of [import.meta.url, packageFile(".webgpu/package.json")]) {
    try {
      return createRequire(from).resolve(name);
    } catch {
      // Not in this place.
    }
  }
  return undefined;
}
