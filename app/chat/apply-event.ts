// What an event does to the state. Pure but for the draft, which is a plain object or a store's draft.
// Newer servers send events and part kinds that we have not met; ignoring them is deliberate.
import type { ServerEvent } from "../connection/connection.ts"
import { applyMessageEvent } from "./apply-message-event.ts"
import { applySessionEvent } from "./apply-session-event.ts"
import type { ChatState } from "./chat-state.ts"

export function applyEvent(draft: ChatState, event: ServerEvent): void {
  applySessionEvent(draft, event)
  applyMessageEvent(draft, event)
}
