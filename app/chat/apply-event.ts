// What an event does to the state. Pure but for the draft, which is a plain object or a store's draft.
// Newer servers send events and part kinds that we have not met; ignoring them is deliberate.
import type { ServerEvent } from "../connection/connection.ts"
import { applyMessageEvent } from "./apply-message-event.ts"
import { applySessionEvent } from "./apply-session-event.ts"
import type { ChatState } from "./chat-state.ts"
import { compareMessages } from "./turn-order.ts"

export function applyEvent(draft: ChatState, event: ServerEvent): void {
  applySessionEvent(draft, event)
  forgetOldError(draft, event)
  applyMessageEvent(draft, event)
}

/** A new prompt makes what went wrong with the one before history, also when a gap begins before its answer does. */
function forgetOldError(draft: ChatState, event: ServerEvent): void {
  if (event.type !== "message.updated" || event.properties.info.role !== "user") return
  const { sessionID, info } = event.properties
  const arrived = draft.messages[sessionID]?.filter((turn) => !turn.pending)
  if (arrived?.every((turn) => compareMessages(turn.info, info) < 0)) delete draft.errors[sessionID]
}
