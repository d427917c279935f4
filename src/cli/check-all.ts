/** Runs several checks and reports all their problems at once. */
import { type ExitCode, UserError } from "../util/errors.ts";

/**
 * Runs each check and throws the problems of all of them as one UserError; exit 2, or the code that they all share. A
 * problem that several checks have is said once.
 */
export function checkAll<T extends readonly unknown[]>(...checks: { readonly [K in keyof T]: () => T[K] }): T {
  const problems: string[] = [];
  const codes = new Set<ExitCode>();
  const values = checks.map((check) => {
    try {
      return check();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(...error.problems);
      codes.add(error.exitCode);
      return undefined;
    }
  });
  const [code] = codes;
  if (code !== undefined) throw new UserError(codes.size === 1 ? code : 2, [...new Set(problems)]);
  return values as unknown as T;
}
