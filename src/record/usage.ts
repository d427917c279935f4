/** What the answers of a player that answers in words came to: how many were no action, their tokens, their time, their cost. */
import type { Utterance } from "./episode.ts";

export interface Usage {
  readonly answers: number;
  /** Complete answers without a legal action. */
  readonly illegal: number;
  /** Answers that the limit on tokens ended. */
  readonly cutOff: number;
  /** Requests to which the endpoint gave no answer. */
  readonly failed: number;
  /** Answers that were asked for after an illegal or truncated one. */
  readonly retries: number;
  /** As the endpoint reports them; 0 if it does not. */
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Seconds from request to answer, of those that were answered; null if none was timed. */
  readonly latency: { readonly p50: number; readonly p95: number } | null;
  /** Of all tokens, in the unit of the price; null without a price. */
  readonly cost: number | null;
}

/** What a million tokens cost, those that are read and those that are written. */
export interface Price {
  readonly prompt: number;
  readonly completion: number;
}

/** An answer that was counted. */
export type CountedAnswer = Omit<Utterance, "text"> & Timing & { readonly isRetry: boolean };

/** Known while a player plays; a log does not keep it, so that the same answers make the same log. */
interface Timing {
  /** Milliseconds from the request to the answer. */
  readonly ms?: number;
  /** Requests before it to which the endpoint gave no answer. */
  readonly failed?: number;
}

/** Sums up answers. */
export class UsageTally {
  readonly #price: Price | undefined;
  readonly #sums = { answers: 0, illegal: 0, cutOff: 0, failed: 0, retries: 0, promptTokens: 0, completionTokens: 0 };
  readonly #milliseconds: number[] = [];
  #latest: CountedAnswer[] = [];

  constructor(price?: Price) {
    this.#price = price;
  }

  /** Adds the answers at one decision, in their order. */
  addDecision(answers: readonly Utterance[]): void {
    for (const [i, answer] of answers.entries()) this.add(answer, answers[i - 1]?.illegal !== undefined);
  }

  /** Adds one answer. `isRetry`: the one before it, at the same decision, was illegal or truncated. */
  add(answer: Omit<Utterance, "text">, isRetry: boolean, { ms, failed = 0 }: Timing = {}): void {
    const { illegal, cutOff, promptTokens = 0, completionTokens = 0 } = answer;
    const sums = this.#sums;
    this.#latest.push({
      ...(illegal === undefined ? {} : { illegal }),
      ...(cutOff ? { cutOff } : {}),
      promptTokens,
      completionTokens,
      failed,
      isRetry,
      ...(ms === undefined ? {} : { ms }),
    });
    sums.answers++;
    sums.illegal += illegal !== undefined && !cutOff ? 1 : 0;
    sums.cutOff += cutOff ? 1 : 0;
    sums.failed += failed;
    sums.retries += isRetry ? 1 : 0;
    sums.promptTokens += promptTokens;
    sums.completionTokens += completionTokens;
    if (ms !== undefined) this.#milliseconds.push(ms);
  }

  /** The answers that were added since the last call, so that another process can add them to its own. */
  take(): CountedAnswer[] {
    const latest = this.#latest;
    this.#latest = [];
    return latest;
  }

  usage(): Usage {
    const sorted = Float64Array.from(this.#milliseconds).sort();
    const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] / 1000;
    const { promptTokens, completionTokens } = this.#sums;
    return {
      ...this.#sums,
      latency: sorted.length > 0 ? { p50: at(0.5), p95: at(0.95) } : null,
      cost: this.#price ? costOf(this.#price, promptTokens, completionTokens) : null,
    };
  }
}

export const costOf = ({ prompt, completion }: Price, promptTokens: number, completionTokens: number): number =>
  (prompt * promptTokens + completion * completionTokens) / 1e6;
