/**
 * A language model as a player. The prompt holds the observation of its seat and tells it to reason step by step and to put
 * its action in `\boxed{}` (the instruction of SPIRAL, arXiv 2506.24119). After an answer without a legal action it is asked
 * again, with the reason. When no retries are left, it forfeits the game. Each decision is a new conversation, because the
 * observation contains everything that the seat knows.
 */
import type { Infoset } from "../../graph/game-graph.ts";
import type { Utterance } from "../../record/episode.ts";
import { type Price, type Usage, UsageTally } from "../../record/usage.ts";
import { wellFormed } from "../../util/printable.ts";
import { Rng } from "../../util/rng.ts";
import type { AskedPlayer } from "../player.ts";
import type { Advise } from "./advice.ts";
import { wordsBeside } from "./answer.ts";
import type { ChatClient } from "./client.ts";
import { type Asks, type Circumstances, converse, type Decided, type Turn } from "./conversation.ts";
import { phrase, type Wording } from "./wording.ts";

/** The log keeps this many characters of the beginning and of the end of an answer. */
const KEPT = 50_000;

export interface LlmPlayer extends AskedPlayer {
  readonly usage: () => Usage;
  /** How it is asked. */
  readonly asks: Asks;
  /** All that shapes its answers, as plain data: the model, its settings, the wording. */
  readonly identity: Readonly<Record<string, unknown>>;
}

interface More {
  /** `llm:MODEL` by default. */
  readonly name?: string;
  readonly wording?: Wording | undefined;
  readonly price?: Price | undefined;
  readonly identity?: Readonly<Record<string, unknown>>;
  /** What is said of an action that it proposes, after which it may choose once more. */
  readonly advise?: Advise | undefined;
}

/** `retries`: how often it is asked again at one decision. Players may share a client; the first `dispose` closes it. */
export function llmPlayer(model: string, client: ChatClient, retries: number, more: More = {}): LlmPlayer {
  const { name = `llm:${model}`, wording, price, identity = { model }, advise } = more;
  const waits = new Rng("llm").fork(model);
  const tally = new UsageTally(price);
  const asks: Asks = { client, model, retries, wording };

  /** Goes on from a legal proposal. A second thought that is no legal action changes nothing. */
  async function advised(
    infoset: Infoset,
    proposed: Awaited<ReturnType<typeof converse>>,
    circumstances: Circumstances,
  ): Promise<Decided> {
    const advice = proposed.slot === undefined ? undefined : advise?.(infoset, proposed.slot);
    if (advice === undefined) return proposed;
    const messages = [
      ...proposed.messages,
      { role: "user", content: phrase(infoset, wording, circumstances.talk).remark(advice) } as const,
    ];
    const second = await converse({ ...asks, retries: 0 }, infoset, { ...circumstances, messages });
    const turns = [...proposed.turns, ...second.turns];
    return second.slot === undefined ? { ...proposed, turns } : { ...second, turns };
  }

  return {
    kind: "asked",
    name,
    plays: () => true,
    usage: () => tally.usage(),
    tally,
    price,
    asks,
    identity,
    dispose: () => client.close(),
    async choose({ infoset, episode, ply, talk, signal }) {
      const onTurn = (turn: Turn, isRetry: boolean): void => tally.add(utterance(turn), isRetry, turn.answer);
      const circumstances = { rng: waits.fork("episode", episode).fork("ply", ply), signal, talk, onTurn };
      const proposed = await converse(asks, infoset, circumstances);
      const { slot, forfeit, turns } = await advised(infoset, proposed, circumstances);
      const said = turns.map(utterance);
      if (forfeit !== undefined) return { forfeit, said };
      // The last legal answer is the one that is played, and its words alone are said.
      const played = turns.findLast(({ illegal }) => illegal === undefined);
      return talk && played ? { slot, said, words: wordsBeside(played.answer.text, client.clean) } : { slot, said };
    },
  };
}

/** An answer as the log has it. */
export function utterance({ answer, illegal }: Turn): Utterance {
  const { text, reasoning, promptTokens, completionTokens, cutOff } = answer;
  const all = reasoning === "" ? text : `<think>\n${reasoning}\n</think>\n${text}`;
  const left = all.length - 2 * KEPT;
  return {
    text: wellFormed(left > 0 ? `${all.slice(0, KEPT)}\n[… ${left} characters …]\n${all.slice(-KEPT)}` : all),
    ...(promptTokens === undefined ? {} : { promptTokens }),
    ...(completionTokens === undefined ? {} : { completionTokens }),
    ...(illegal === undefined ? {} : { illegal, ...(cutOff ? { cutOff } : {}) }),
  };
}
