/** Whether a backend can run here. */

/** `missing` is not installed; `broken` is there and does not work. The reason says how to mend it, where that is known. */
export type Finding = { readonly status: "usable" } | Trouble;
export interface Trouble {
  readonly status: "missing" | "broken";
  readonly reason: string;
}
