// What an event about a message or its parts does to the state.
import type { Part } from "@opencode-ai/sdk/v2/client"
import type { ServerEvent } from "../connection/connection.ts"
import { assignInPlace } from "./assign-in-place.ts"
import type { ChatState, Turn } from "./chat-state.ts"
import { compareIds, compareMessages, findTurn, placeTurn } from "./turn-order.ts"

export function applyMessageEvent(draft: ChatState, event: ServerEvent): void {
  switch (event.type) {
    case "message.updated":
      putMessage(draft.messages[event.properties.sessionID], event.properties.info)
      return
    case "message.removed": {
      const turns = draft.messages[event.properties.sessionID]
      const index = turns?.findIndex((turn) => turn.info.id === event.properties.messageID) ?? -1
      if (index >= 0) turns?.splice(index, 1)
      return
    }
    case "message.part.updated": {
      const { part, sessionID } = event.properties
      const turn = turnOf(draft, sessionID, part.messageID)
      if (turn) putPart(turn.parts, part)
      return
    }
    case "message.part.removed": {
      const { sessionID, messageID, partID } = event.properties
      const parts = turnOf(draft, sessionID, messageID)?.parts
      const index = parts?.findIndex((part) => part.id === partID) ?? -1
      if (index >= 0) parts?.splice(index, 1)
      return
    }
    case "message.part.delta": {
      const { sessionID, messageID, partID, field, delta } = event.properties
      const part = turnOf(draft, sessionID, messageID)?.parts.findLast((one) => one.id === partID)
      if (part && !isFinished(part)) appendTo(part, field, delta)
      return
    }
  }
}

/** A text that is complete. Deltas that still arrive were overtaken by a snapshot and are in it already. */
export function isFinished(part: Part): boolean {
  return (part.type === "text" || part.type === "reasoning") && part.time?.end !== undefined
}

/** Replaces our optimistic turn too: it has the same id. */
function putMessage(turns: Turn[] | undefined, info: Turn["info"]): void {
  if (!turns) return
  const known = findTurn(turns, info.id)
  if (!known) {
    // Older than everything here: it is in a page that was not loaded, and comes with it.
    const oldest = turns.find((turn) => !turn.pending)
    if (!oldest || compareMessages(oldest.info, info) <= 0) placeTurn(turns, { info: { ...info }, parts: [] })
    return
  }
  const moved = known.info.time.created !== info.time.created
  delete known.pending
  assignInPlace(known.info, info)
  if (!moved) return
  // Our clock and the server's differ.
  turns.splice(turns.indexOf(known), 1)
  placeTurn(turns, known)
}

function putPart(parts: Part[], part: Part): void {
  const known = parts.findLast((one) => one.id === part.id)
  if (known) {
    assignInPlace(known, part)
    return
  }
  const index = parts.findLastIndex((one) => compareIds(one.id, part.id) < 0) + 1
  parts.splice(index, 0, { ...part })
}

function turnOf(draft: ChatState, sessionID: string, messageID: string): Turn | undefined {
  const turns = draft.messages[sessionID]
  return turns && findTurn(turns, messageID)
}

function appendTo(part: Part, field: string, delta: string): void {
  const fields = part as unknown as Record<string, unknown>
  const text = fields[field]
  if (typeof text === "string") fields[field] = text + delta
}
