/** An endpoint with the chat completions API, streamed too, whose model always plays the first of its legal actions. */
import { type Endpoint, endpointThat } from "../lib/endpoint.ts";

export const startStub = (): Promise<Endpoint> =>
  endpointThat(({ model, stream = false, messages }, response) => {
    // An observation as JSON within JSON has its quotation marks and line ends escaped.
    const last = JSON.stringify(messages.at(-1)?.content);
    const [, action] = /available (?:actions are|moves): (\[[^\]]+\])/i.exec(last) ?? [];
    const content = `I choose \\boxed{${action}}`;
    const about = { id: "stub", created: 1, model };
    const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
    if (!stream) {
      const choices = [{ index: 0, finish_reason: "stop", message: { role: "assistant", content } }];
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ ...about, object: "chat.completion", choices, usage }));
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    const chunk = (choices: readonly unknown[], more = {}): void => {
      response.write(`data: ${JSON.stringify({ ...about, object: "chat.completion.chunk", choices, ...more })}\n\n`);
    };
    chunk([{ index: 0, delta: { role: "assistant", content }, finish_reason: null }]);
    chunk([{ index: 0, delta: {}, finish_reason: "stop" }]);
    chunk([], { usage });
    response.end("data: [DONE]\n\n");
  });
