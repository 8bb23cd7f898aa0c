// Brings the state up to what the server answered, then replays the events that came while it answered: each
// carries a whole entity, so what an event touched meanwhile wins. Events are in order and none is missing
// since the subscription, so replaying one that the answer already contains ends in the same state.
import type { Session, SessionStatus } from "@opencode-ai/sdk/v2/client"
import type { ServerEvent } from "../connection/connection.ts"
import { applySessionEvent, dropSession, putSession } from "./apply-session-event.ts"
import type { ChatState } from "./chat-state.ts"

export type SessionsSnapshot = { sessions: Session[]; status: Record<string, SessionStatus> }

/** `keep`: sessions that are fetched one by one and must not vanish because a list left them out. */
export function mergeSessions(
  draft: ChatState,
  snapshot: SessionsSnapshot,
  since: readonly ServerEvent[],
  keep: (sessionID: string) => boolean,
): void {
  const listed = new Set(snapshot.sessions.map((session) => session.id))
  for (const id of Object.keys(draft.sessions)) {
    if (!listed.has(id) && !keep(id)) dropSession(draft, id)
  }
  for (const session of snapshot.sessions) putSession(draft, session)
  for (const id of Object.keys(draft.status)) if (!Object.hasOwn(snapshot.status, id)) delete draft.status[id]
  for (const [id, status] of Object.entries(snapshot.status)) {
    if (status.type === "idle") delete draft.status[id]
    else draft.status[id] = status
    if (status.type !== "idle") delete draft.errors[id]
  }
  // What went wrong before the gap may have been made good in it; for those that are open, mergeOpened knows.
  for (const id of Object.keys(draft.errors)) if (!keep(id)) delete draft.errors[id]
  for (const event of since) applySessionEvent(draft, event)
}

/** The next page of the list: adds, and leaves alone what events keep up to date anyway. */
export function addSessions(
  draft: ChatState,
  sessions: readonly Session[],
  since: readonly ServerEvent[],
): void {
  for (const session of sessions) if (!draft.sessions[session.id]) draft.sessions[session.id] = session
  for (const event of since) if (event.type === "session.deleted") applySessionEvent(draft, event)
}
