/**
 * Measures a language model as a strategy: K answers at each information set, their shares, and NashConv of them. Everything
 * that is asked is kept in a folder of its own, so that the same command goes on and costs nothing twice.
 */
import { join } from "node:path";
import type { AnswerCounts } from "../../exact/nash-conv-band.ts";
import type { Game } from "../../games/game.ts";
import type { LlmPlayer } from "../../players/llm/llm-player.ts";
import { phrase } from "../../players/llm/wording.ts";
import { costOf, type Usage, UsageTally } from "../../record/usage.ts";
import { type KeptAnswer, openAnswers } from "../../run/answers-folder.ts";
import { UserError } from "../../util/errors.ts";
import { plural } from "../../util/figures.ts";
import { spiralVersion } from "../../util/package.ts";
import { digest } from "../open/tournament.ts";
import type { QueuedModel } from "../queue/answers.ts";
import { countedOff } from "../terminal/counter.ts";
import { note } from "../terminal/output.ts";
import { askAll, logprobsAsk, modelAsk, nameOf, type Task } from "./ask.ts";
import { type AskedSets, setsToAsk } from "./sets.ts";

const FOLDER = "measurements";
/** Characters of a prompt in a token, for an estimate before anything was asked. */
const CHARACTERS = 4;

export interface MeasureOptions {
  /** Answers at each information set. */
  readonly samples: number;
  /** Information sets; undefined for the game's default. */
  readonly sets: number | undefined;
  readonly logprobs: boolean;
  /** The most that all answers of the measurement may cost, in the unit of the player's price. */
  readonly budget: number | undefined;
  readonly out: string | undefined;
  readonly atOnce: number;
  readonly signal: AbortSignal;
  /** Whose workers ask; undefined if this process does. */
  readonly queued?: QueuedModel | undefined;
}

/** The answers at one information set. */
export interface SetAnswers {
  /** Legal answers by slot; with --logprobs, probabilities. */
  readonly counts: readonly number[];
  readonly forfeits: number;
  readonly answers: number;
}

export interface Measured extends AskedSets {
  readonly game: Game;
  readonly player: string;
  readonly dir: string;
  readonly logprobs: boolean;
  readonly samples: number;
  /** In the order of `sets`. */
  readonly answered: readonly SetAnswers[];
  /** Why it ended early; undefined if all was asked. */
  readonly stopped: "budget" | "interrupted" | undefined;
  readonly usage: Usage;
  /** Whether all answers at each set are the same text, three or more: the endpoint may decode greedily. */
  readonly repeats: boolean;
  /** Who answered, by the endpoint's own names. */
  readonly served: readonly { readonly model: string; readonly fingerprint: string | null; readonly answers: number }[];
}

/** Asks what is not kept yet. Throws the first error of an answer, after all others are kept. */
export async function measure(player: LlmPlayer, game: Game, options: MeasureOptions): Promise<Measured> {
  const { logprobs, budget, signal } = options;
  if (budget !== undefined && !player.price) {
    throw new UserError(
      2,
      "--budget needs to know what tokens cost: --llm-price <in,out>, or price in the --players file.",
    );
  }
  const samples = logprobs ? 1 : options.samples;
  const asked = setsToAsk(game, options.sets);
  const { asks } = player;
  const identity = { url: asks.client.url, model: asks.model, ...player.identity, logprobs };
  const dir = options.out ?? join(FOLDER, folderName(game, player.name, digest(identity)));
  const folder = openAnswers(
    dir,
    { game: game.id, version: game.version, player: player.name, asked: identity },
    spiralVersion(),
  );
  try {
    const answers = usable(folder.kept, asked, samples);
    const tally = new UsageTally(player.price);
    const add = ({ answers }: KeptAnswer): void => {
      for (const [i, answer] of answers.entries()) tally.add(answer, answers[i - 1]?.illegal !== undefined, answer);
    };
    answers.forEach(add);
    const tasks = missing(answers, asked, samples);
    if (tasks.length > 0) announce(tasks, answers, player, { dir, logprobs, budget });
    const ask = (logprobs ? logprobsAsk : modelAsk)(asks);
    const isSpent = (): boolean => budget !== undefined && (tally.usage().cost ?? 0) >= budget;
    const total = samples * asked.sets.length;
    const counter = countedOff("answers", total);
    const keep = (answer: KeptAnswer): void => {
      folder.append(answer);
      answers.push(answer);
      add(answer);
      counter.at(answers.length);
    };
    try {
      if (options.queued) {
        const { askWorkers } = await import("../queue/answers.ts");
        const common = { game, dir, asked, samples, logprobs, missing: tasks, keep, signal, isSpent };
        await askWorkers(options.queued, { ...common, wanted: options.sets, wording: asks.wording ?? {} });
      } else await askAll(tasks, ask, { atOnce: options.atOnce, keep, signal, isSpent });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const kept = `${answers.length} of ${plural(total, "answer")} are kept in ${dir}. The same command goes on with the rest.`;
      throw new UserError(error.exitCode, [...error.problems, kept], { cause: error });
    } finally {
      counter.close();
    }
    const isComplete = answers.length === total;
    return {
      ...asked,
      game,
      player: player.name,
      dir,
      logprobs,
      samples,
      answered: asked.sets.map((set) => tallied(set, answers)),
      stopped: isComplete ? undefined : signal.aborted ? "interrupted" : "budget",
      usage: tally.usage(),
      repeats: samples > 2 && isComplete && asked.sets.every((set) => areOneText(set, answers)),
      served: servedBy(answers),
    };
  } finally {
    folder.close();
  }
}

/** Legal answers by representative, for the exact evaluation. */
export function countsOf({ compiled, sets, answered }: Measured): AnswerCounts {
  const bySet = new Map(sets.map((set, i) => [set, answered[i]?.counts]));
  // Where there is one action, nobody is asked.
  return (compiled?.representatives ?? []).map((set) => (set.actions.length === 1 ? [1] : bySet.get(set)));
}

/** The same measurement has the same folder, so that the same command goes on with it. */
function folderName({ id }: Game, player: string, digest: string): string {
  const [game, name] = [id, player].map((text) => text.replaceAll(":", ".").replaceAll(/[^A-Za-z0-9.-]/g, "-"));
  return `${game}_${name?.slice(0, 60)}_${digest}`;
}

/** One answer of each sample of the sets that are asked about. */
function usable(kept: readonly KeptAnswer[], { sets }: AskedSets, samples: number): KeptAnswer[] {
  const names = new Set(sets.map(nameOf));
  const byTask = new Map<string, KeptAnswer>();
  for (const answer of kept) {
    if (names.has(answer.set) && answer.sample < samples) byTask.set(`${answer.sample} ${answer.set}`, answer);
  }
  return [...byTask.values()];
}

/** What is still to be asked: the first sample of all sets, then the second, so that a measurement that stops is balanced. */
function missing(answers: readonly KeptAnswer[], { sets }: AskedSets, samples: number): Task[] {
  const there = new Set(answers.map(({ set, sample }) => `${sample} ${set}`));
  return Array.from({ length: samples }, (_, sample) => sets.map((set) => ({ set, sample })))
    .flat()
    .filter(({ set, sample }) => !there.has(`${sample} ${nameOf(set)}`));
}

/** Says what is going to be asked, and about what it costs. Tokens are guessed from the kept answers, if there are any. */
function announce(
  tasks: readonly Task[],
  kept: readonly KeptAnswer[],
  { asks, name, price, identity }: LlmPlayer,
  { dir, logprobs, budget }: { readonly dir: string; readonly logprobs: boolean; readonly budget: number | undefined },
): void {
  const before = new UsageTally();
  for (const { answers } of kept) before.addDecision(answers);
  const { promptTokens, completionTokens } = before.usage();
  const number = (n: number): string => Math.round(n).toLocaleString("en-US");
  const sizes = new Map(
    [...new Set(tasks.map(({ set }) => set))].map((set) => {
      const { messages } = phrase(set, { ...asks.wording, ...(logprobs ? { withoutReasoning: true } : {}) });
      return [set, messages.reduce((sum, { content }) => sum + content.length, 0) / CHARACTERS];
    }),
  );
  const guess = tasks.reduce((sum, { set }) => sum + (sizes.get(set) ?? 0), 0);
  const isKnown = kept.length > 0 && promptTokens > 0;
  const read = isKnown ? (promptTokens / kept.length) * tasks.length : guess;
  const written = isKnown ? (completionTokens / kept.length) * tasks.length : Number(identity.maxTokens) * tasks.length;
  const most = isKnown ? "about" : "at most";
  const cost = (n: number): string => Number(n.toPrecision(2)).toString();
  const money = price
    ? `; about ${cost(costOf(price, read, 0))} for what is read, ${most} ${cost(costOf(price, 0, written))} for what is written`
    : "";
  const limit = budget === undefined ? "" : ` It stops when ${budget} is spent, after the requests that are under way.`;
  if (kept.length > 0) note(`${plural(kept.length, "answer")} of ${name} are there already.`);
  note(
    `Asking ${name} for ${plural(tasks.length, "answer")}: about ${number(read)} tokens to read, ${most} ${number(written)} to write${money}.${limit}`,
  );
  note(`Each answer is kept in ${dir}. Stopped at any time, the same command goes on.`);
}

function tallied(set: Task["set"], answers: readonly KeptAnswer[]): SetAnswers {
  const own = answers.filter((answer) => answer.set === nameOf(set));
  const names = set.actions.map((action) => set.game.actionName(set.state, action));
  const counts = names.map((name) =>
    own.reduce(
      (sum, { action, probabilities }) => sum + (probabilities ? (probabilities[name] ?? 0) : action === name ? 1 : 0),
      0,
    ),
  );
  return { counts, forfeits: own.filter(({ action }) => action === null).length, answers: own.length };
}

function areOneText(set: Task["set"], answers: readonly KeptAnswer[]): boolean {
  const own = answers.filter((answer) => answer.set === nameOf(set));
  return new Set(own.map(({ answers }) => answers.map(({ text }) => text).join("\n"))).size === 1;
}

function servedBy(answers: readonly KeptAnswer[]): Measured["served"] {
  const counts = new Map<string, { model: string; fingerprint: string | null; answers: number }>();
  for (const { served, fingerprint = null } of answers.flatMap((answer) => answer.answers)) {
    if (served === undefined) continue;
    const key = JSON.stringify([served, fingerprint]);
    const one = counts.get(key) ?? { model: served, fingerprint, answers: 0 };
    counts.set(key, { ...one, answers: one.answers + 1 });
  }
  return [...counts.values()];
}
