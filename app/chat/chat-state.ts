// The state of all sessions of one server, and nothing else. Changed only by the pure functions beside it.
import type { Message, Part, Session, SessionStatus } from "@opencode-ai/sdk/v2/client"
import { bareRecord } from "../base/bare-record.ts"

/** A message with its parts in order. `pending` until the server has confirmed a prompt of ours. */
export type Turn = { info: Message; parts: Part[]; pending?: boolean }

/** The ids are the server's, and one of them may be `constructor`: every record is a bare one. */
export type ChatState = {
  /** By session id. Sub-agent sessions (with a parentID) are here too; lists leave them out. */
  sessions: Record<string, Session>
  /** By session id; absent means idle. */
  status: Record<string, SessionStatus>
  /** By session id, in the server's order (time, then id); absent means not loaded. */
  messages: Record<string, Turn[]>
  /** By session id: the last session.error, until the next prompt. */
  errors: Record<string, string>
}

export function emptyChatState(): ChatState {
  return { sessions: bareRecord(), status: bareRecord(), messages: bareRecord(), errors: bareRecord() }
}
