/**
 * YAML to leaves: every value of a file with its key path and where it stands, so that any later complaint can name the
 * line. A leaf is whatever is no map; lists are leaves.
 */
import { type Document, isAlias, isMap, isScalar, LineCounter, type Node, parseDocument, visit } from "yaml";
import { UserError } from "../util/errors.ts";

export interface Leaf {
  readonly path: readonly string[];
  readonly value: unknown;
  /** Where to look when the value is wrong: `my.yaml:3:8`, `--set`. */
  readonly where: string;
  /** What to say when asked where the value came from. */
  readonly origin: string;
}

export interface Source {
  /** What stands before the line number in complaints … */
  readonly file: string;
  /** … and what an origin reads, by line. */
  readonly origin: (line: number) => string;
}

const NO_ALIASES = "aliases are not supported here; write the value out";

/** Where the aliases in a node or document stand. Expanded, a few of them can stand for more than fits in memory. */
function aliasesIn(node: Node | Document): number[] {
  const offsets: number[] = [];
  visit(node, {
    Alias: (_key, alias) => {
      offsets.push(alias.range?.[0] ?? 0);
    },
  });
  return offsets;
}

/** The value of a text on the command line; undefined where it is no YAML. An alias throws a UserError (exit 2). */
export function yamlValue(text: string, where: string): { readonly value: unknown } | undefined {
  const document = parseDocument(text, { prettyErrors: false });
  if (aliasesIn(document).length > 0) throw new UserError(2, `${where}: ${NO_ALIASES}.`);
  return document.errors.length > 0 ? undefined : { value: document.toJS() };
}

/** All leaves of a YAML text; syntax errors, duplicate keys among them, go to `problems`. */
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
  // After anything but a duplicate key the parser's idea of the rest is a guess.
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
