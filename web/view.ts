/** A view of the page, which main.ts shows when the address names it. */
export interface View {
  readonly element: HTMLElement;
  /** Called whenever it is shown, with the parts of the address after its name: `#games/12/3` gives 12 and 3. */
  readonly show?: (parts: readonly string[]) => void;
  /** Called when the contents of a page that follows a run have grown. */
  readonly refresh?: () => void;
  /** Called for a key that no field takes; whether it used the key. */
  readonly key?: (key: string) => boolean;
}
