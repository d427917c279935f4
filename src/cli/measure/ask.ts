/** Asks a player at information sets, several times at each, and keeps every answer. */
import { setMaxListeners } from "node:events";
import type { Infoset } from "../../graph/game-graph.ts";
import type { Answered } from "../../players/llm/client.ts";
import { type Asks, converse, type Turn } from "../../players/llm/conversation.ts";
import { utterance } from "../../players/llm/llm-player.ts";
import { actionNames, actionProbabilities } from "../../players/llm/logprobs.ts";
import { phrase, reworded } from "../../players/llm/wording.ts";
import type { KeptAnswer } from "../../run/answers-folder.ts";
import { UserError } from "../../util/errors.ts";
import { Rng } from "../../util/rng.ts";

/** Answer number `sample` at an information set. */
export interface Task {
  readonly set: Infoset;
  readonly sample: number;
}

export type Ask = (task: Task, signal: AbortSignal) => Promise<KeptAnswer>;

/** The name of an information set in answers.jsonl. */
export const nameOf = ({ player, key }: Infoset): string => `${player}${key}`;

/** Asks a language model. */
export const modelAsk = (asks: Asks): Ask => {
  const waits = new Rng("llm").fork(asks.model);
  return async ({ set, sample }, signal) => {
    const rng = waits.fork("set").fork(nameOf(set), sample);
    const { slot, turns } = await converse(asks, set, { rng, signal });
    return { set: nameOf(set), sample, action: nameIn(set, slot), answers: turns.map(keptTurn) };
  };
};

/** Asks a language model for the probabilities of its actions, by one answer without reasoning. */
export const logprobsAsk = ({ client, model, wording = {} }: Asks): Ask => {
  const waits = new Rng("llm").fork(model);
  const direct = { ...wording, withoutReasoning: true };
  return async ({ set, sample }, signal) => {
    const { messages, read } = phrase(set, direct);
    const rng = waits.fork("logprobs").fork(nameOf(set));
    const answer = await client.ask({ model, messages, rng, signal, logprobs: true });
    if (!answer.tokens) {
      throw new UserError(1, `llm:${model}: the endpoint gives no logprobs. Leave --logprobs out, and give --samples.`);
    }
    const names = actionNames(set);
    const { actions } = actionProbabilities(
      answer.tokens,
      names.map((name) => reworded(name, set, direct)),
    );
    const likeliest = actions.indexOf(Math.max(...actions));
    const parsed = read(answer.text, client.clean);
    return {
      set: nameOf(set),
      sample,
      action: actions[likeliest] > 0 ? (names[likeliest] ?? null) : null,
      probabilities: Object.fromEntries(names.map((name, slot) => [name, Math.min(1, actions[slot] ?? 0)])),
      answers: [keptTurn({ answer, ...(parsed.ok ? {} : { illegal: parsed.reason }) })],
    };
  };
};

function nameIn(set: Infoset, slot: number | undefined): string | null {
  return slot === undefined ? null : (actionNames(set)[slot] ?? null);
}

function keptTurn(turn: Turn): KeptAnswer["answers"][number] {
  const { ms, failed, served, fingerprint }: Answered = turn.answer;
  return {
    ...utterance(turn),
    ms: Math.round(ms),
    ...(failed > 0 ? { failed } : {}),
    ...(served === undefined ? {} : { served }),
    ...(fingerprint === undefined ? {} : { fingerprint }),
  };
}

interface AskingOptions {
  /** Tasks in progress at a time. */
  readonly atOnce: number;
  readonly keep: (answer: KeptAnswer) => void;
  /** Aborts the questions that are in progress. */
  readonly signal: AbortSignal;
  /** Asked before each task: whether no more may be spent. */
  readonly isSpent: () => boolean;
}

/**
 * Asks in the order of the tasks, and keeps each answer as it comes. Stops when `signal` aborts or `isSpent`. If an answer fails,
 * no more is asked, those in progress are waited for and kept, and the first error is thrown.
 */
export async function askAll(
  tasks: readonly Task[],
  ask: Ask,
  { atOnce, keep, signal, isSpent }: AskingOptions,
): Promise<void> {
  let next = 0;
  let failure: { readonly error: unknown } | undefined;
  // Every open question listens to it.
  setMaxListeners(0, signal);
  const askOn = async (): Promise<void> => {
    while (!failure && !signal.aborted && !isSpent()) {
      const task = tasks[next++];
      if (!task) return;
      try {
        keep(await ask(task, signal));
      } catch (error) {
        if (!signal.aborted) failure ??= { error };
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, tasks.length) }, askOn));
  if (failure) throw failure.error;
}
