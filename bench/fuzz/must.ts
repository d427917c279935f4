/** What a reader must hold to. */

/** Throws what is no UserError: something damaged was used. */
export function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(`used in silence: ${what}`);
}
