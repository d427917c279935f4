/**
 * Parses YAML into leaves: every value of a file with its key path and its line, so that later errors can name the line. A leaf
 * is any value that is not a map; a list is a leaf.
 */
import { type Document, isAlias, isMap, isScalar, LineCounter, type Node, parseDocument, visit } from "yaml";
import { UserError } from "../util/errors.ts";

export interface Leaf {
  readonly path: readonly string[];
  readonly value: unknown;
  /** The place that an error names: `my.yaml:3:8`, `--set`. */
  readonly where: string;
  /** The layer that the value comes from, as `spiral config` shows it. */
  readonly origin: string;
}

export interface Source {
  /** The name of the file in errors. */
  readonly file: string;
  /** The `origin` of a leaf on this line. */
  readonly origin: (line: number) => string;
}

const NO_ALIASES = "aliases are not supported here; write the value out";

/** Offsets of the aliases in a node or document. They are refused, because a few nested aliases can expand beyond memory. */
function aliasesIn(node: Node | Document): number[] {
  const offsets: number[] = [];
  visit(node, {
    Alias: (_key, alias) => {
      offsets.push(alias.range?.[0] ?? 0);
    },
  });
  return offsets;
}

/** The value of a text on the command line; undefined if it is invalid YAML. An alias throws a UserError (exit 2). */
export function yamlValue(text: string, where: string): { readonly value: unknown } | undefined {
  const document = parseDocument(text, { prettyErrors: false });
  if (aliasesIn(document).length > 0) throw new UserError(2, `${where}: ${NO_ALIASES}.`);
  return document.errors.length > 0 ? undefined : { value: document.toJS() };
}

/** All leaves of a YAML text. Syntax errors and duplicate keys are added to `problems`. */
export function yamlLeaves(text: string, source: Source, problems: string[]): Leaf[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number): { line: number; col: number } => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), col: Math.max(1, col) };
  };
  for (const { message, pos } of [...document.errors, ...document.warnings].slice(0, 10)) {
    const { line, col } = place(pos[0]);
    problems.push(`${source.file}:${line}:${col}: ${message.split("\n")[0]}.`);
  }
  // After any other error than a duplicate key, the rest of the document may be parsed wrongly.
  if (document.errors.some(({ code }) => code !== "DUPLICATE_KEY")) return [];

  const leaves: Leaf[] = [];
  const walk = (node: Node | null, path: readonly string[], offset: number): void => {
    const { line, col } = place(node?.range?.[0] ?? offset);
    const where = `${source.file}:${line}:${col}`;
    if (isAlias(node)) {
      problems.push(`${where}: ${NO_ALIASES}.`);
    } else if (isMap(node)) {
      for (const { key, value } of node.items) {
        if (isScalar(key)) walk(value as Node | null, [...path, String(key.value)], key.range?.[0] ?? 0);
        else problems.push(`${where}: a key must be a plain word.`);
      }
    } else if (path.length === 0) {
      if (node !== null && !(isScalar(node) && node.value === null)) {
        problems.push(`${where}: expected settings, such as "updates: 600".`);
      }
    } else if (node !== null && aliasesIn(node).length > 0) {
      const { line, col } = place(aliasesIn(node)[0]);
      problems.push(`${source.file}:${line}:${col}: ${NO_ALIASES}.`);
    } else {
      leaves.push({ path, value: node === null ? null : node.toJS(document), where, origin: source.origin(line) });
    }
  };
  walk(document.contents as Node | null, [], 0);
  return leaves;
}
