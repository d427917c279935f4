/** The folder of runs that a command without a config looks in. */

export async function runsFolder({ dir }: { readonly dir?: string | undefined }): Promise<string> {
  if (dir !== undefined) return dir;
  const { loadConfig } = await import("../../config/load.ts");
  return loadConfig().config.run.dir;
}
