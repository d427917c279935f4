/** Whether a backend can run here. */
export type Availability = { readonly status: "usable" } | Unavailable;

export interface Unavailable {
  /** `missing`: not installed. `broken`: installed, but it does not work. */
  readonly status: "missing" | "broken";
  /** Why, and how to mend it if that is known. */
  readonly reason: string;
}
