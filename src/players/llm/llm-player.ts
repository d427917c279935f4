/**
 * A language model as a player. It reads what its seat sees, is told to reason step by step and to put its action in
 * `\boxed{}` (the instruction of SPIRAL, arXiv 2506.24119), and is asked again, with the reason, after an answer that names no
 * legal action. When its retries are used up it forfeits the game. Each decision is a conversation of its own: the observation
 * holds all that the seat knows.
 */
import type { Infoset } from "../../graph/game-graph.ts";
import type { Utterance } from "../../record/episode.ts";
import { wellFormed } from "../../util/printable.ts";
import { Rng } from "../../util/rng.ts";
import type { AskedPlayer } from "../player.ts";
import { readAnswer, withoutThoughts } from "./answer.ts";
import type { ChatClient } from "./client.ts";
import type { ChatAnswer, ChatMessage } from "./request.ts";

/** Characters of an answer that the log keeps, of its beginning and of its end. */
const KEPT = 50_000;
/** Characters of an illegal answer that the model is shown again: the end, where the decision is. */
const SHOWN_AGAIN = 4000;

export interface LlmPlayer extends AskedPlayer {
  /** What it has come to so far. */
  readonly usage: () => Usage;
}

interface Usage {
  readonly answers: number;
  readonly illegal: number;
  /** As the endpoint counts them; 0 where it does not. */
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** `retries`: further answers at one decision after an illegal one. Players may share a client; it closes with the first that leaves. */
export function llmPlayer(model: string, client: ChatClient, retries: number): LlmPlayer {
  const waits = new Rng("llm").fork(model);
  const usage = { answers: 0, illegal: 0, promptTokens: 0, completionTokens: 0 };
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
        const parsed = readAnswer(infoset, answer.text);
        usage.answers++;
        usage.illegal += parsed.ok ? 0 : 1;
        usage.promptTokens += answer.promptTokens ?? 0;
        usage.completionTokens += answer.completionTokens ?? 0;
        if (parsed.ok) {
          said.push(utterance(answer));
          return { slot: infoset.actions.indexOf(parsed.action), said };
        }
        const reason = (answer.cutOff ? "Your answer was cut off; be brief. " : "") + wellFormed(parsed.reason);
        said.push({ ...utterance(answer), illegal: reason });
        if (said.length > retries) return { forfeit: reason, said };
        const shown = withoutThoughts(answer.text).trim().slice(-SHOWN_AGAIN);
        messages.push({ role: "assistant", content: shown || "(no answer)" }, { role: "user", content: again(reason) });
      }
    },
  };
}

/** What the model reads at a decision. No example of an answer: it would be played. */
function prompt({ game, state, player }: Infoset): string {
  return [
    "You are playing a two-player zero-sum game. Choose one of your available actions, and play to win.",
    "",
    game.observe(state, player),
    "",
    "Reason step by step, and put your final action, with its square brackets, within \\boxed{}.",
  ].join("\n");
}

const again = (reason: string): string =>
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
