/** One decision that a model takes, for the tests of what it and its endpoint may do. */
import type { Choice } from "../../../src/players/player.ts";
import { firstDecision, playerAt, type Reply, serve } from "./server.ts";

export const kuhn = firstDecision("kuhn");
export const decision = { infoset: kuhn, episode: 3, ply: 2 };
export const CHECK = 0;
export const BET = 1;

/** What comes of one decision: the choice or the error, the requests, the waits and what was said about them. */
export async function outcome(reply: Reply, settings: Parameters<typeof playerAt>[1] = {}) {
  const { url, asked } = await serve(reply);
  const { player, waits, warnings } = playerAt(url, settings);
  const result = await player.choose(decision).catch((error: unknown) => error);
  const choice = result instanceof Error ? undefined : (result as Choice);
  const error = result instanceof Error ? result : undefined;
  return { choice, error, asked, waits, warnings, url };
}

/** Promises more than is sent. */
export function cutOff(response: Parameters<Reply>[0]): void {
  response.writeHead(200, { "content-length": "1000" }).write('{"choices":');
  setTimeout(() => response.socket?.destroy(), 2);
}
