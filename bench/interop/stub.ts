/** An endpoint with the chat completions API, streamed too, whose model always plays the first of its legal actions. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

interface Asked {
  readonly model: string;
  readonly stream?: boolean;
  readonly messages: readonly { readonly content: unknown }[];
}

export async function startStub(): Promise<{ readonly url: string; close(): void }> {
  const server = createServer(async (request, response) => {
    const { model, stream = false, messages } = (await json(request)) as Asked;
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
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
