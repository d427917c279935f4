/**
 * Parses YAML into leaves: every value of a file with its key path and its line, so that later errors can name the line. A leaf
 * is any value that is not a map; a list is a leaf.
 */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  LineCounter,
  type Node,
  type ParsedNode,
  parseDocument,
  visit,
  type YAMLError,
} from "yaml";
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

/** The keys that stand in their map a second time. The parser's own check takes time quadratic in the number of keys. */
function repeatedKeys(document: Document.Parsed): { readonly key: string; readonly offset: number }[] {
  const repeated: { key: string; offset: number }[] = [];
  visit(document, {
    Map: (_key, { items }) => {
      const seen = new Set<string>();
      for (const { key } of items as readonly { key: ParsedNode | null }[]) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        if (seen.has(name)) repeated.push({ key: name, offset: key.range?.[0] ?? 0 });
        seen.add(name);
      }
    },
  });
  return repeated;
}

/** The value of a text on the command line; undefined if it is invalid YAML. An alias throws a UserError (exit 2). */
export function yamlValue(text: string, where: string): { readonly value: unknown } | undefined {
  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: false, logLevel: "error" });
  if (aliasesIn(document).length > 0) throw new UserError(2, `${where}: ${NO_ALIASES}.`);
  return document.errors.length > 0 || repeatedKeys(document).length > 0 ? undefined : { value: document.toJS() };
}

/** The parser's message in one line. Where it has advice for programmers, our own words. */
function messageOf({ code, message }: YAMLError): string {
  if (code === "MULTIPLE_DOCS") return 'a file of settings cannot hold multiple documents: remove the line "---"';
  if (code === "RESOURCE_EXHAUSTION") return "this is nested too deeply for settings";
  return message.split("\n")[0];
}

/** All leaves of a YAML text. Syntax errors and duplicate keys are added to `problems`. */
export function yamlLeaves(text: string, source: Source, problems: string[]): Leaf[] {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: "error",
  });
  const place = (offset: number): { line: number; col: number } => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), col: Math.max(1, col) };
  };
  const report = (offset: number, message: string): void => {
    const { line, col } = place(offset);
    problems.push(`${source.file}:${line}:${col}: ${message}.`);
  };
  for (const error of [...document.errors, ...document.warnings].slice(0, 10)) {
    report(error.pos[0], messageOf(error));
  }
  // After an error of syntax, the rest of the document may be parsed wrongly.
  if (document.errors.length > 0) return [];
  for (const { key, offset } of repeatedKeys(document))
    report(offset, `keys must be unique, and "${key}" is there already`);

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
