/** The reply to each message of a session. */
import { type ErrorCode, ProtocolError, parseMessage } from "./messages.ts";
import type { Session } from "./session.ts";

export interface Reply {
  /** The text that is sent; undefined after `close`, which has no reply. */
  readonly text: string | undefined;
  /** Whether the message was a move or began a game. */
  readonly isMove: boolean;
}

/** `mayBegin`: whether games may begin. Rejects only by a fault of Spiral. */
export async function replyTo(session: Session, message: string, mayBegin = true): Promise<Reply> {
  let isMove = false;
  try {
    const { type, data } = parseMessage(message);
    if (type === "close") return { text: undefined, isMove };
    if (type === "state") return { text: JSON.stringify({ type, data: session.state() }), isMove };
    isMove = true;
    if (type === "reset" && !mayBegin) {
      throw new ProtocolError("CAPACITY_REACHED", "The server is ending: no more games begin.");
    }
    const observed = await (type === "step" ? session.step(data) : session.reset(data));
    return { text: JSON.stringify({ type: "observation", data: observed }), isMove };
  } catch (error) {
    if (error instanceof ProtocolError) return { text: errorText(error.code, error.message), isMove };
    throw error;
  }
}

export const errorText = (code: ErrorCode, message: string): string =>
  JSON.stringify({ type: "error", data: { message, code } });
