// Brings one open session up to what the server answered: itself, its sub-agent sessions, its messages.
import type { ServerEvent } from "../connection/connection.ts"
import { applySessionEvent, dropSession, putSession } from "./apply-session-event.ts"
import type { ChatState, Turn } from "./chat-state.ts"
import { missing, type SessionSnapshot } from "./fetch-session.ts"
import { type HeldTexts, mergeMessages } from "./merge-messages.ts"
import { hasArrived } from "./turn-order.ts"

export function mergeOpened(
  draft: ChatState,
  sessionID: string,
  snapshot: SessionSnapshot | typeof missing,
  since: readonly ServerEvent[],
  held: HeldTexts,
): void {
  if (snapshot === missing) {
    dropSession(draft, sessionID)
    return
  }
  if (wasPromptedSince(draft.messages[sessionID], snapshot.turns)) delete draft.errors[sessionID]
  const there = new Set(snapshot.children.map(({ id }) => id))
  for (const { id, parentID } of Object.values(draft.sessions))
    if (parentID === sessionID && !there.has(id)) dropSession(draft, id)
  for (const session of [snapshot.session, ...snapshot.children]) putSession(draft, session)
  for (const event of since) applySessionEvent(draft, event)
  // Deleted meanwhile.
  if (draft.sessions[sessionID]) mergeMessages(draft, sessionID, snapshot.turns, since, held)
}

/** The next prompt was sent in the gap: what went wrong with the one before is history. */
function wasPromptedSince(before: readonly Turn[] | undefined, now: readonly Turn[]): boolean {
  const last = now.findLast((turn) => turn.info.role === "user")
  return before !== undefined && last !== undefined && !hasArrived(before, last.info.id)
}
