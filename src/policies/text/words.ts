/**
 * Texts as words, for a policy that reads and writes them. A word is letters and digits, `->`, or one mark: `[Offer: 1 Wood]`
 * has the words `[`, `Offer`, `:`, `1`, `Wood`, `]`.
 */

export const wordsOf = (text: string): string[] => text.match(/[\p{L}\p{N}]+|->|[^\s\p{L}\p{N}]/gu) ?? [];

const NO_SPACE_BEFORE = new Set(["]", ":", ",", "."]);

/** The words as one text. `textOf(wordsOf(name))` is the name, for every action of every game. */
export function textOf(words: readonly string[]): string {
  let text = "";
  for (const word of words) {
    const together = text === "" || text.endsWith("[") || NO_SPACE_BEFORE.has(word);
    text += together ? word : ` ${word}`;
  }
  return text;
}
