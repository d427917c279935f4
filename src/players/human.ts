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

/** Questions and ends of other games wait until the game at hand has ended; `ended` must be called of every game. */
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
    // A refusal is told to the game that asked.
    choice.then(next, next);
  }

  /** The person hears of them between its games: one that is in the middle of a prompt does not see who has won what. */
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
