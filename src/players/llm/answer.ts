/**
 * Finds the action in a language model's answer: in the last `\boxed{…}`; else in the last square brackets; else the legal
 * action that is named last. A box or brackets that name several legal actions name none. Reasoning in `<think>` is ignored.
 * The text is untrusted: all it can do is name an action.
 */
import type { Parsed } from "../../games/game.ts";
import type { Infoset } from "../../graph/game-graph.ts";

type Decision = Pick<Infoset, "game" | "state" | "actions">;

/** Only this many characters at the end are read: the decision comes last, and a very long answer costs no time. */
const TAIL = 20_000;
const MAX_BOXES = 20;

/**
 * A legal action of the information set, or the reason why the text names none. Never throws. The reason may quote the text.
 * `clean` removes secrets; it is applied each time after characters were taken out, as a secret may come together then.
 */
export function readAnswer(infoset: Decision, text: string, clean = (kept: string): string => kept): Parsed {
  const answer = clean(withoutThoughts(text)).slice(-TAIL);
  const box = lastBox(answer);
  if (box !== undefined) {
    const plain = clean(withoutLatex(box));
    const parsed = plain.includes("[") ? inBrackets(infoset, plain) : parse(infoset, `[${plain}]`);
    if (parsed.ok || bracketsIn(plain).length > 1) return parsed;
    // `\boxed{I bet}` is clear, `\boxed{bet or call}` is not.
    const named = new Set(namedActions(infoset, plain));
    const [only] = named;
    return named.size === 1 && only !== undefined ? { ok: true, action: only } : parsed;
  }
  if (bracketsIn(answer).length > 0) return inBrackets(infoset, answer);
  const last = namedActions(infoset, answer).at(-1);
  if (last !== undefined) return { ok: true, action: last };
  // The game may also read an action without brackets: `offer 3 wood for 2 gold`. If not, the reason asks for brackets.
  const typed = parse(infoset, answer);
  return typed.ok ? typed : parse(infoset, "");
}

/**
 * The text without `<think>…</think>`. If only the closing tag is there, all text before it is reasoning (the chat template
 * wrote the opening tag). If only the opening tag is there, all text after it is.
 */
export function withoutThoughts(text: string): string {
  let kept = "";
  let from = 0;
  let thinking = false;
  for (const { index, 0: tag, 1: slash } of text.matchAll(/<(\/?)think(?:ing)?\s*>/gi)) {
    if (slash) {
      if (!thinking) kept = "";
      thinking = false;
    } else if (!thinking) {
      kept += text.slice(from, index);
      thinking = true;
    }
    from = index + tag.length;
  }
  return thinking ? kept : kept + text.slice(from);
}

/**
 * What an answer says beside its action: what stands outside of boxes; if there is no box, outside of the last square brackets;
 * all of it if there are none. Reasoning is not said. `clean` as for `readAnswer`.
 */
export function wordsBeside(text: string, clean = (kept: string): string => kept): string {
  const answer = clean(withoutThoughts(text)).slice(-TAIL);
  if (lastBox(answer) !== undefined) return clean(withoutBoxes(answer));
  const last = bracketsIn(answer).at(-1);
  if (last === undefined) return answer;
  const at = answer.lastIndexOf(last);
  return clean(`${answer.slice(0, at)} ${answer.slice(at + last.length)}`);
}

const BOX = /\\f?boxed\s*\{/g;

/** The content of the last `\boxed{…}` that is not empty, with matched braces; to the end of the text if it is not closed. */
function lastBox(text: string): string | undefined {
  const boxes = [...text.matchAll(BOX)].slice(-MAX_BOXES).reverse();
  for (const { index, 0: opening } of boxes) {
    const start = index + opening.length;
    const inside = text.slice(start, endOfBox(text, start));
    if (withoutLatex(inside) !== "") return inside;
  }
  return undefined;
}

/** The place of the brace that closes the one before `start`; the end of the text if none does. */
function endOfBox(text: string, start: number): number {
  let end = start;
  for (let depth = 1; end < text.length; end++) {
    if (text[end] === "{") depth++;
    else if (text[end] === "}" && --depth === 0) break;
  }
  return end;
}

function withoutBoxes(text: string): string {
  let kept = "";
  let from = 0;
  for (const { index, 0: opening } of text.matchAll(BOX)) {
    if (index < from) continue;
    kept += `${text.slice(from, index)} `;
    from = endOfBox(text, index + opening.length) + 1;
  }
  return kept + text.slice(from);
}

/** `\text{[Offer: 1 Wood \to 2 Gold]}` → `[Offer: 1 Wood -> 2 Gold]` */
function withoutLatex(text: string): string {
  return text
    .replaceAll(/\\times(?![a-z])|×/gi, "x")
    .replaceAll(/\\(?:long)?rightarrow\b|\\to\b/gi, "->")
    .replaceAll(/\\(?:left|right)?([[\]])/g, "$1")
    .replaceAll(/\\[ ,;:!]|~/g, " ")
    .replaceAll(/\\[a-z]+/gi, "")
    .replaceAll(/[{}$\\`*]/g, "")
    .trim();
}

/** Square brackets that have no others inside, with what stands in them. */
const bracketsIn = (text: string): string[] => text.match(/\[[^[\]]*\]/g) ?? [];

/** The action in the last brackets. If they and other brackets name different legal actions, the text names none. */
function inBrackets(infoset: Decision, text: string): Parsed {
  const named = new Set<number>();
  for (const inside of new Set(bracketsIn(text))) {
    const parsed = parse(infoset, inside);
    if (parsed.ok) named.add(parsed.action);
    if (named.size > 1) break;
  }
  if (named.size < 2) return parse(infoset, text);
  const names = [...named].map((action) => infoset.game.actionName(infoset.state, action)).join(" and ");
  return { ok: false, reason: `Your answer names ${names}. Put one of them alone within \\boxed{}.` };
}

/** The action that the game reads in the text, if it is legal now. */
function parse({ game, state, actions }: Decision, text: string): Parsed {
  const parsed = game.parseAction(state, text);
  if (!parsed.ok || actions.includes(parsed.action)) return parsed;
  return { ok: false, reason: `${game.actionName(state, parsed.action)} is not legal now.` };
}

/** The legal actions that the text names as whole words, in order. If one name begins with another, the longer counts. */
function namedActions({ game, state, actions }: Decision, text: string): number[] {
  const byName = new Map<string, number>();
  for (const action of actions)
    byName.set(game.actionName(state, action).replaceAll(/[[\]]/g, "").toLowerCase(), action);
  // A game may have thousands of names; a pattern of all of them would take seconds.
  const lower = text.toLowerCase();
  const names = [...byName.keys()].filter((name) => lower.includes(name)).sort((a, b) => b.length - a.length);
  if (names.length === 0) return [];
  const pattern = names.map((name) => name.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&")).join("|");
  // "4" is not named by "14", "4.5" or "4th", nor "liar" by "Liar's Dice".
  const words = new RegExp(`(?<![\\p{L}\\p{N}_]|\\d[.,])(?:${pattern})(?![\\p{L}\\p{N}_]|[.,]\\d|['’]\\p{L})`, "giu");
  return [...text.matchAll(words)].flatMap(([name]) => byName.get(name.toLowerCase()) ?? []);
}
