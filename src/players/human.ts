/**
 * A person as a player. However many games ask at once, the person is asked one question at a time: the game at hand first,
 * so that a game once begun is played on before the next, where that can be.
 */
import type { AskedPlayer, Choice, Decision, GameEnd } from "./player.ts";

/** Whoever puts questions to the person and hears the answers. */
export interface Person {
  /** Rejects with a UserError where the person leaves. */
  readonly ask: (decision: Decision) => Promise<Choice>;
  readonly ended?: (end: GameEnd) => void;
  readonly dispose?: () => void;
}

interface Question {
  readonly decision: Decision;
  readonly answer: (choice: Promise<Choice>) => void;
}

export function humanPlayer({ ask, ended, dispose }: Person): AskedPlayer {
  const waiting: Question[] = [];
  let isAsking = false;
  let episode = -1;

  async function askAll(): Promise<void> {
    isAsking = true;
    // What the opponent does next may lead to the next question of the same game: it is let in before one is picked.
    for (await nextTurn(); waiting.length > 0; await nextTurn()) {
      waiting.sort((a, b) => a.decision.episode - b.decision.episode || a.decision.ply - b.decision.ply);
      const same = waiting.findIndex(({ decision }) => decision.episode === episode);
      const [{ decision, answer }] = waiting.splice(Math.max(same, 0), 1) as [Question];
      episode = decision.episode;
      const choice = decision.signal?.aborted ? Promise.reject(decision.signal.reason) : ask(decision);
      answer(choice);
      // Who is told of a refusal is the game that asked.
      await choice.catch(() => {});
    }
    isAsking = false;
  }

  return {
    kind: "asked",
    name: "human",
    plays: () => true,
    choose: (decision) =>
      new Promise((answer) => {
        waiting.push({ decision, answer });
        if (!isAsking) void askAll();
      }),
    ...(ended ? { ended } : {}),
    ...(dispose ? { dispose } : {}),
  };
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
