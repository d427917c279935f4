/** Asks a language model for a worker of a queue. It waits much and computes little, so the worker does it itself. */
import { getGame } from "../../games/registry.ts";
import type { Infoset } from "../../graph/game-graph.ts";
import { each } from "../../jobs/each.ts";
import type { Answer } from "../../jobs/queue/results.ts";
import { chatClient } from "../../players/llm/client.ts";
import type { KeptAnswer } from "../../run/answers-folder.ts";
import { UserError } from "../../util/errors.ts";
import { logprobsAsk, modelAsk, type Task } from "../measure/ask.ts";
import { setsToAsk } from "../measure/sets.ts";
import { clientHooks } from "../models/settings.ts";
import { warn } from "../terminal/output.ts";
import { answersSchema, type QueuedAnswers } from "./answers-job.ts";
import { type Endpoints, modelHere } from "./sent-models.ts";

/** What is under way is finished. */
const never = new AbortController().signal;

/**
 * The answer is a list of `KeptAnswer`, in the order of the tasks. If asking fails, no more is asked, and the list is of those that
 * came; it throws only if none did.
 */
export async function answersForQueue(given: QueuedAnswers, endpoints: Endpoints): Promise<Answer> {
  const job = answersSchema.parse(given);
  const game = getGame(job.game);
  if (game.version !== job.rules) {
    throw new UserError(1, `${game.id} has version ${game.version} of its rules here, and ${job.rules} there.`);
  }
  const settings = modelHere(job.model, job.called, endpoints);
  const { model = job.called, retries } = settings;
  const client = chatClient(settings, clientHooks(), [...endpoints.values()]);
  const answers: (KeptAnswer | undefined)[] = job.tasks.map(() => undefined);
  try {
    const asks = { client, model, retries, wording: job.wording };
    const { sets } = setsToAsk(game, job.sets);
    const tasks = job.tasks.map(([set, sample]) => ({ set: sets[set] as Infoset, sample }));
    const ask = (job.logprobs ? logprobsAsk : modelAsk)(asks);
    await each(tasks.length, settings.concurrency, async (i) => {
      answers[i] = await ask(tasks[i] as Task, never);
    });
  } catch (error) {
    const came = answers.filter(Boolean).length;
    if (!(error instanceof UserError) || came === 0) throw error;
    warn(`${job.id}: ${error.problems.join(" ")} ${came} of ${answers.length} answers came, and are kept.`);
  } finally {
    client.close();
  }
  return { bytes: Buffer.from(JSON.stringify(answers.filter(Boolean))) };
}
