/** Removes the API key, in all forms in which an endpoint may send it back, from text that is shown or logged. */
import { printable } from "../../util/printable.ts";

/** A function that makes text printable and replaces the key by `***`. A key below 8 characters is a dummy, which stays. */
export function keyRemover(key: string | undefined): (text: string) => string {
  if (key === undefined || key.length < 8) return printable;
  const plain = [key, JSON.stringify(key).slice(1, -1), ...inBase64(key)];
  const forms = [...plain, ...plain.map(encodeURIComponent)];
  return (text) => forms.reduce((rest, form) => rest.replaceAll(form, "***"), printable(text));
}

/** The key in base64, alone and inside a longer text. There it has three forms, without the characters shared with its neighbours. */
function inBase64(key: string): string[] {
  const within = [0, 1, 2].map((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(key)]);
    const [from, to] = [Math.ceil((8 * before) / 6), Math.floor((8 * bytes.length) / 6)];
    return bytes.toString("base64").slice(from, to);
  });
  const forms = [Buffer.from(key).toString("base64").replace(/=+$/, ""), ...within];
  return [...forms, ...forms.map((form) => form.replaceAll("+", "-").replaceAll("/", "_"))];
}
