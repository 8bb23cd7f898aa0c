// What is kept of a server's chat when the server is left: its list, and the sessions that were open last, as
// plain data. When it is opened again this stands there as it would after a gap, until the server has answered.
import type { Session, SessionStatus } from "@opencode-ai/sdk/v2/client"
import { bareRecord } from "../base/bare-record.ts"
import type { Slot } from "../connection/last-known.ts"
import { type ChatState, emptyChatState, type Turn } from "./chat-state.ts"

/** Asks are not in it: one that was answered elsewhere must not be there to be answered. */
export type ChatSnapshot = {
  directory: string
  sessions: Session[]
  status: Record<string, SessionStatus>
  errors: Record<string, string>
  messages: RememberedMessages
}

/** By session id, the one that was open last at the end. */
export type RememberedMessages = Map<string, Turn[]>

export const chatSlot: Slot<ChatSnapshot> = { name: "chat" }

const mostListed = 50
const mostSessions = 3
const mostTurns = 50
/** Of one session, in characters: an attached image is part of a message. */
const mostText = 1_000_000

/** `listed`: the sidebar's, in its order. `messages`: of the sessions that were open, the last one at the end. */
export function snapshotOf(
  state: ChatState,
  directory: string,
  listed: readonly Session[],
  messages: RememberedMessages,
): ChatSnapshot {
  const recent = new Map([...messages].slice(-mostSessions))
  const ids = new Set([...listed.slice(0, mostListed).map((session) => session.id), ...recent.keys()])
  const sessions = Object.values(state.sessions).filter(
    // Sub-agents ask under their own id.
    (session) => ids.has(session.id) || recent.has(session.parentID ?? ""),
  )
  const status = Object.entries(state.status).filter(([id]) => ids.has(id))
  const errors = Object.entries(state.errors).filter(([id]) => ids.has(id))
  return {
    directory,
    sessions: structuredClone(sessions),
    status: structuredClone(Object.fromEntries(status)),
    errors: Object.fromEntries(errors),
    messages: recent,
  }
}

export function stateFrom(snapshot: ChatSnapshot | undefined): ChatState {
  if (!snapshot) return emptyChatState()
  return {
    ...emptyChatState(),
    sessions: bareRecord(Object.fromEntries(snapshot.sessions.map((session) => [session.id, session]))),
    status: bareRecord(snapshot.status),
    errors: bareRecord(snapshot.errors),
  }
}

/** The newest turns. A prompt that the server has not confirmed is the outbox's to show again. */
export function copyTurns(turns: readonly Turn[]): Turn[] {
  const copies: Turn[] = []
  let room = mostText
  for (const turn of turns
    .filter((one) => !one.pending)
    .slice(-mostTurns)
    .reverse()) {
    room -= textIn(turn)
    if (room < 0) break
    copies.push(structuredClone(turn))
  }
  return copies.reverse()
}

function textIn(value: unknown): number {
  if (typeof value === "string") return value.length
  if (typeof value !== "object" || value === null) return 0
  return Object.values(value).reduce((sum: number, part) => sum + textIn(part), 0)
}
