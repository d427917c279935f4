import type { ReplayOptions } from "./options.ts";
export async function run(_s: string | undefined, _o: ReplayOptions): Promise<number> {
  return 0;
}
