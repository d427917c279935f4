/** The answers of a language model in a sentence. */
import type { Usage } from "../../record/usage.ts";

const say = (n: number, what: string): string => `${n.toLocaleString("en-US")} ${what}`;

/** `6 answers, 1 illegal, 1 asked again; 0.8 s (95 %: 1.2 s); 1,200 tokens read, 90 written; cost 0.013` */
export function usageText({
  answers,
  illegal,
  cutOff,
  failed,
  retries,
  promptTokens,
  completionTokens,
  latency,
  cost,
}: Usage): string {
  const counts = [
    say(answers, answers === 1 ? "answer" : "answers"),
    say(illegal, "illegal"),
    ...(cutOff > 0 ? [say(cutOff, "cut off")] : []),
    ...(retries > 0 ? [say(retries, "asked for again")] : []),
    ...(failed > 0 ? [say(failed, failed === 1 ? "failed request" : "failed requests")] : []),
  ];
  return [
    counts.join(", "),
    `${say(promptTokens, "tokens read")}, ${say(completionTokens, "written")}`,
    ...(latency ? [`${seconds(latency.p50)} an answer, 95 % within ${seconds(latency.p95)}`] : []),
    ...(cost === null ? [] : [`cost ${money(cost)}`]),
  ].join("; ");
}

const seconds = (s: number): string => `${Number(s.toPrecision(2))} s`;
const money = (cost: number): string => String(Number(cost.toPrecision(3)));
