/** Writes a config as YAML that loads as the same config. */
import { Document, isCollection, isMap, isScalar, isSeq, visit } from "yaml";
import type { Config } from "./schema.ts";

export function configToYaml(config: Config): string {
  const document = new Document(config);
  // Lists and small maps of scalars are written on one line.
  visit(document, {
    Collection(_key, node) {
      const small = isSeq(node) || (isMap(node) && node.items.length <= 3);
      const plain =
        isCollection(node) &&
        node.items.every((item) => isScalar(item) || isScalar((item as { value?: unknown }).value));
      if (small && plain) node.flow = true;
    },
  });
  document.commentBefore = " Every setting of this run. `spiral train` with this file trains the same policy again.";
  return document.toString({ lineWidth: 120, flowCollectionPadding: false });
}
