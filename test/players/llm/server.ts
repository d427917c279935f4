/** An endpoint of the tests: a local server that answers as it is told to, and a player that asks it. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll } from "vitest";
import { getGame } from "../../../src/games/registry.ts";
import { GameGraph, type Infoset } from "../../../src/graph/game-graph.ts";
import { type ClientSettings, chatClient } from "../../../src/players/llm/client.ts";
import { llmPlayer } from "../../../src/players/llm/llm-player.ts";

export interface Asked {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: { model: string; messages: { role: string; content: string }[]; [key: string]: unknown };
}

/** Answers request number `n`, counted from 0. */
export type Reply = (response: ServerResponse, asked: Asked, n: number) => void;

interface Parts {
  message?: object;
  usage?: object;
  finish_reason?: string | null;
  logprobs?: object;
  /** Of the completion itself, such as `model`. */
  more?: object;
}

/** Sends the parts of a completion; `message` over its content. */
export const says =
  (content: unknown, parts: Parts = {}): Reply =>
  (response) => {
    const { message, usage, finish_reason = "stop", logprobs, more } = parts;
    const choice = { index: 0, finish_reason, message: { role: "assistant", content, ...message } };
    const choices = [{ ...choice, ...(logprobs ? { logprobs } : {}) }];
    const body = { object: "chat.completion", choices, ...(usage ? { usage } : {}), ...more };
    sends(200, JSON.stringify(body))(response, never, 0);
  };

export const sends =
  (status: number, body: string, headers: Record<string, string> = {}): Reply =>
  (response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
  };

/** The first of the replies to the first request, …; the last to all that follow. */
export const inOrder =
  (...replies: Reply[]): Reply =>
  (response, asked, n) =>
    replies[Math.min(n, replies.length - 1)]?.(response, asked, n);

const never = undefined as unknown as Asked;

/** A server on a port of its own until the tests of the file are over. */
export async function serve(reply: Reply): Promise<{ url: string; asked: Asked[]; close(): void }> {
  const asked: Asked[] = [];
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    let text = "";
    request.on("data", (chunk) => {
      text += chunk;
    });
    request.on("end", () => {
      const { method, url: path, headers } = request;
      const one = { method, path, headers, body: text === "" ? {} : JSON.parse(text) } as Asked;
      asked.push(one);
      reply(response, one, asked.length - 1);
    });
    response.on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  afterAll(close);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/chat/completions`, asked, close };
}

/** A player that asks `url`, whose waits are noted instead of waited. */
export function playerAt(
  url: string,
  { retries = 2, ...settings }: Partial<ClientSettings> & { retries?: number } = {},
) {
  const waits: number[] = [];
  const warnings: string[] = [];
  const client = chatClient(
    { url, timeoutMs: 5000, attempts: 3, concurrency: 4, maxTokens: 100, ...settings },
    {
      now: () => Date.parse("2026-11-23T12:00:00Z"),
      sleep: async (ms, signal) => {
        signal.throwIfAborted();
        waits.push(ms);
      },
      warn: (message) => void warnings.push(message),
    },
  );
  return { player: llmPlayer("org/model:7b", client, retries), client, waits, warnings };
}

/** The first decision of a game, chance taking its first outcomes. */
export function firstDecision(id: string): Infoset {
  const graph = new GameGraph(getGame(id));
  let node = graph.root;
  while (node.turn.kind === "chance") node = graph.child(node, 0);
  return node.infoset as Infoset;
}
