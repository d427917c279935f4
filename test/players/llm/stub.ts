/** A model whose strategy is known: it finds the information set that it is asked about by the messages, and draws an action. */
import { compiledGame } from "../../../src/exact/compiled-game.ts";
import { getGame } from "../../../src/games/registry.ts";
import type { Infoset } from "../../../src/graph/game-graph.ts";
import type { ChatClient } from "../../../src/players/llm/client.ts";
import type { ChatMessage } from "../../../src/players/llm/request.ts";
import { phrase, reworded, type Wording } from "../../../src/players/llm/wording.ts";
import { uniforms } from "../../../src/util/bootstrap-interval.ts";
import { type Reply, says, sends } from "./server.ts";

/** Probabilities by slot; what they lack of 1 is answers without an action. */
export type StubStrategy = (infoset: Infoset, wording: Wording) => readonly number[];

type Messages = readonly Pick<ChatMessage, "role" | "content">[];

/** Its answers, in every one of these wordings; undefined to messages that it does not know. */
function answersOf(game: string, strategy: StubStrategy, wordings: readonly Wording[]) {
  const known = new Map<string, { infoset: Infoset; wording: Wording }>();
  const keyOf = (messages: Messages): string => messages.map(({ role, content }) => `${role} ${content}`).join("\n");
  for (const infoset of compiledGame(getGame(game)).infosets) {
    for (const wording of wordings) known.set(keyOf(phrase(infoset, wording).messages), { infoset, wording });
  }
  const u = uniforms("stub");
  return (messages: Messages): string | undefined => {
    const answered = messages.findIndex(({ role }) => role === "assistant");
    const found = known.get(keyOf(answered < 0 ? messages : messages.slice(0, answered)));
    if (!found) return undefined;
    const { infoset, wording } = found;
    let rest = u();
    const slot = strategy(infoset, wording).findIndex((p) => {
      rest -= p;
      return rest < 0;
    });
    const name = infoset.game.actionName(infoset.state, infoset.actions[slot] ?? 0);
    return slot < 0 ? "Hm." : `\\boxed{${reworded(name, infoset, wording)}}`;
  };
}

/** An endpoint with such a model. */
export function stubModel(game: string, strategy: StubStrategy, wordings: readonly Wording[] = [{}]): Reply {
  const answer = answersOf(game, strategy, wordings);
  return (response, asked, n) => {
    const text = answer(asked.body.messages as Messages);
    const usage = { prompt_tokens: 100, completion_tokens: 10 };
    const more = { model: "stub-1", system_fingerprint: "fp_1" };
    const reply = text === undefined ? sends(400, '{"error":"unknown prompt"}') : says(text, { usage, more });
    reply(response, asked, n);
  };
}

/** A client of such a model, without a network between. */
export function stubClient(game: string, strategy: StubStrategy, wordings: readonly Wording[] = [{}]) {
  const answer = answersOf(game, strategy, wordings);
  const client = {
    asked: 0,
    url: "http://stub/v1/chat/completions",
    async ask({ messages }) {
      client.asked++;
      const text = answer(messages);
      if (text === undefined) throw new Error("the stub does not know this prompt");
      return { text, reasoning: "", cutOff: false, refused: false, ms: 1, failed: 0 };
    },
    clean: (text) => text,
    close: () => {},
  } satisfies ChatClient & { asked: number };
  return client;
}
