/** The worker's end of the conversation with solver.ts: one question after the other. */
import { answer, type Question, type Tree, type Values } from "./answer.ts";

export interface Asked {
  readonly id: number;
  readonly question: Question;
}

/** Any number of shares, then an answer or a problem. */
export type Told = { readonly id: number } & (
  | { readonly share: number }
  | { readonly answer: Tree | Values }
  | { readonly problem: string }
);

/** Shares of the work are told in steps of this size. */
const STEP = 0.1;

export function serve(): void {
  addEventListener("message", ({ data }: MessageEvent<Asked>) => {
    const { id, question } = data;
    const send = (told: Told): void => postMessage(told);
    let told = 0;
    try {
      const found = answer(question, (share) => {
        if (share < told + STEP) return;
        told = share;
        send({ id, share });
      });
      send({ id, answer: found });
    } catch (error) {
      send({ id, problem: error instanceof Error ? error.message : String(error) });
    }
  });
}
