/** A table of an ablation, as the command prints it and as a page shows it. */
export interface AblationTable {
  /** What it and the tables after it are about: a paragraph before its title. */
  readonly about?: string;
  /** Says what the numbers are. */
  readonly title: string;
  readonly header: readonly string[];
  /** The first column holds names, the others hold numbers. */
  readonly rows: readonly (readonly string[])[];
}
