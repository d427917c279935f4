/** A person as a player: asked one question at a time, one game after the other, however many games are under way at once. */
import type { AskedPlayer, Choice, Decision, GameEnd } from "./player.ts";

/** Whoever puts questions to the person and hears the answers. */
export interface Person {
  /** Rejects with a UserError where the person leaves. */
  readonly ask: (decision: Decision) => Promise<Choice>;
  readonly ended: (end: GameEnd) => void;
  readonly dispose: () => void;
}

interface Question {
  readonly decision: Decision;
  readonly answer: (choice: Promise<Choice>) => void;
}

/** Questions of other games wait until the game at hand has ended; `ended` must be called of every game. */
export function humanPlayer(person: Person): AskedPlayer {
  const waiting: Question[] = [];
  let isAsking = false;
  let current: number | undefined;

  function askNext(): void {
    if (isAsking) return;
    const at = current === undefined ? 0 : waiting.findIndex(({ decision }) => decision.episode === current);
    const [question] = at < 0 ? [] : waiting.splice(at, 1);
    if (!question) return;
    const { decision, answer } = question;
    isAsking = true;
    current = decision.episode;
    const choice = decision.signal?.aborted ? Promise.reject(decision.signal.reason) : person.ask(decision);
    answer(choice);
    const next = (): void => {
      isAsking = false;
      askNext();
    };
    // A refusal is told to the game that asked.
    choice.then(next, next);
  }

  return {
    kind: "asked",
    name: "human",
    plays: () => true,
    choose: (decision) =>
      new Promise((answer) => {
        waiting.push({ decision, answer });
        askNext();
      }),
    ended(end) {
      person.ended(end);
      if (end.episode === current) current = undefined;
      askNext();
    },
    dispose: person.dispose,
  };
}
