/** An endpoint with the chat completions API whose model always plays the first of its legal actions. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

export async function startEndpoint(): Promise<{ readonly url: string; close(): void }> {
  const server = createServer(async (request, response) => {
    const { messages } = (await json(request)) as { readonly messages: readonly { readonly content: string }[] };
    const [, action] =
      /available actions are: (\[[^\]]+\])/.exec(messages.map(({ content }) => content).join("\n")) ?? [];
    const message = { role: "assistant", content: `\\boxed{${action}}` };
    const choices = [{ index: 0, finish_reason: "stop", message }];
    response.writeHead(200, { "content-type": "application/json" });
    response.end(
      JSON.stringify({ object: "chat.completion", choices, usage: { prompt_tokens: 200, completion_tokens: 10 } }),
    );
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
