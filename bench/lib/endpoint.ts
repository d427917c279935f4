/** Servers on this machine that answer as an endpoint with the chat completions API does. */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

export interface Endpoint {
  /** For `--llm-base-url`. */
  readonly url: string;
  close(): void;
}

/** What is read of a request. */
export interface Asked {
  readonly model: string;
  readonly stream?: boolean;
  readonly messages: readonly { readonly content: unknown }[];
}

/** Serves on a free port; `answer` gets the body of each request. */
export async function endpointThat(answer: (asked: Asked, response: ServerResponse) => void): Promise<Endpoint> {
  const server = createServer(async (request, response) => answer((await json(request)) as Asked, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** An endpoint whose model always plays the first of its legal actions. */
export const startEndpoint = (): Promise<Endpoint> =>
  endpointThat(({ messages }, response) => {
    const [, action] =
      /available actions are: (\[[^\]]+\])/.exec(messages.map(({ content }) => content).join("\n")) ?? [];
    const message = { role: "assistant", content: `\\boxed{${action}}` };
    const choices = [{ index: 0, finish_reason: "stop", message }];
    const usage = { prompt_tokens: 200, completion_tokens: 10 };
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ object: "chat.completion", choices, usage }));
  });
