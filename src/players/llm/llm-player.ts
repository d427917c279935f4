/**
 * A language model as a player. The prompt holds the observation of its seat and tells it to reason step by step and to put
 * its action in `\boxed{}` (the instruction of SPIRAL, arXiv 2506.24119). After an answer without a legal action it is asked
 * again, with the reason. When no retries are left, it forfeits the game. Each decision is a new conversation, because the
 * observation contains everything that the seat knows.
 */
import type { Infoset } from "../../graph/game-graph.ts";
import type { Utterance } from "../../record/episode.ts";
import { wellFormed } from "../../util/printable.ts";
import { Rng } from "../../util/rng.ts";
import type { AskedPlayer } from "../player.ts";
import { readAnswer, withoutThoughts } from "./answer.ts";
import type { ChatClient } from "./client.ts";
import type { ChatAnswer } from "./completion.ts";
import type { ChatMessage } from "./request.ts";

/** The log keeps this many characters of the beginning and of the end of an answer. */
const KEPT = 50_000;
/** After an illegal answer, the model is shown this many characters of its end. */
const SHOWN_AGAIN = 4000;

export type LlmPlayer = AskedPlayer & Required<Pick<AskedPlayer, "usage">>;

/** `retries`: how often it is asked again at one decision. Players may share a client; the first `dispose` closes it. */
export function llmPlayer(model: string, client: ChatClient, retries: number): LlmPlayer {
  const waits = new Rng("llm").fork(model);
  const usage = { answers: 0, illegal: 0, cutOff: 0, promptTokens: 0, completionTokens: 0 };
  return {
    kind: "asked",
    name: `llm:${model}`,
    plays: () => true,
    usage: () => ({ ...usage }),
    dispose: () => client.close(),
    async choose({ infoset, episode, ply, signal }) {
      const rng = waits.fork("episode", episode).fork("ply", ply);
      const messages: ChatMessage[] = [{ role: "user", content: prompt(infoset) }];
      const said: Utterance[] = [];
      for (;;) {
        const answer = await client.ask({ model, messages, rng, signal });
        const { cutOff, refused } = answer;
        // The decision comes last: an action in a truncated answer may stand in a list of what could be done. One in a
        // refusal may be what the model refuses.
        const parsed = readAnswer(infoset, cutOff || refused ? "" : answer.text, client.clean);
        usage.answers++;
        usage.cutOff += cutOff ? 1 : 0;
        usage.illegal += parsed.ok || cutOff ? 0 : 1;
        usage.promptTokens += answer.promptTokens ?? 0;
        usage.completionTokens += answer.completionTokens ?? 0;
        if (parsed.ok) {
          said.push(utterance(answer));
          return { slot: infoset.actions.indexOf(parsed.action), said };
        }
        const reason = (cutOff ? "Your answer was cut off; be brief. " : "") + wellFormed(parsed.reason);
        said.push({ ...utterance(answer), illegal: reason, ...(cutOff ? { cutOff } : {}) });
        if (said.length > retries) return { forfeit: reason, said };
        const shown = shownAgain(answer.text, client.clean);
        messages.push({ role: "assistant", content: shown }, { role: "user", content: again(reason) });
      }
    },
  };
}

/** The prompt at a decision. It has no example of an answer, because models tend to play the example. */
export function prompt({ game, state, player }: Pick<Infoset, "game" | "state" | "player">): string {
  return [
    "You are playing a two-player zero-sum game. Choose one of your available actions, and play to win.",
    "",
    game.observe(state, player),
    "",
    "Reason step by step, and put your final action, with its square brackets, within \\boxed{}.",
  ].join("\n");
}

/** What of an illegal answer its player is shown again: the end, where the decision is. */
export const shownAgain = (text: string, clean = (kept: string): string => kept): string =>
  clean(withoutThoughts(text)).trim().slice(-SHOWN_AGAIN) || "(no answer)";

/** What an illegal answer is answered with. */
export const again = (reason: string): string =>
  `That is no action you can take. ${reason}\nReason step by step, and put your final action within \\boxed{}.`;

function utterance({ text, reasoning, promptTokens, completionTokens }: ChatAnswer): Utterance {
  const all = reasoning === "" ? text : `<think>\n${reasoning}\n</think>\n${text}`;
  const left = all.length - 2 * KEPT;
  return {
    text: wellFormed(left > 0 ? `${all.slice(0, KEPT)}\n[… ${left} characters …]\n${all.slice(-KEPT)}` : all),
    ...(promptTokens === undefined ? {} : { promptTokens }),
    ...(completionTokens === undefined ? {} : { completionTokens }),
  };
}
