/** A person as a player. The person answers one question at a time and plays one game after the other, even if several run. */
import type { AskedPlayer, Choice, Decision, GameEnd, MoveMade } from "./player.ts";

/** The interface to the person, such as a terminal. */
export interface Person {
  /** Rejects with a UserError if the person leaves. */
  readonly ask: (decision: Decision) => Promise<Choice>;
  readonly moved?: (move: MoveMade) => void;
  readonly ended: (end: GameEnd) => void;
  readonly dispose: () => void;
}

interface Question {
  readonly decision: Decision;
  readonly answer: (choice: Promise<Choice>) => void;
}

/** Questions and results of other games wait until the current game has ended. Call `ended` for every game. */
export function humanPlayer(person: Person): AskedPlayer {
  const waiting: Question[] = [];
  const untold: GameEnd[] = [];
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
    // A rejection goes to the game that asked; here it only ends the question.
    choice.then(next, next);
  }

  /** Reports the results of other games between two games, so that they do not interrupt a prompt. */
  function tellRest(): void {
    for (const end of untold.splice(0)) person.ended(end);
  }

  return {
    kind: "asked",
    name: "human",
    oneByOne: true,
    plays: () => true,
    choose: (decision) =>
      new Promise((answer) => {
        waiting.push({ decision, answer });
        askNext();
      }),
    moved: (move) => person.moved?.(move),
    ended(end) {
      if (current !== undefined && end.episode !== current) {
        untold.push(end);
        return;
      }
      current = undefined;
      person.ended(end);
      tellRest();
      askNext();
    },
    dispose() {
      tellRest();
      person.dispose();
    },
  };
}
