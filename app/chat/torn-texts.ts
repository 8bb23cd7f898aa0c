// Texts that were being written when a gap came. Words may be missing at their end, and until the answer of the server
// is merged nobody knows: the first words that come meanwhile must not look as if they were the next.
import type { ServerEvent } from "../connection/connection.ts"
import { isFinished } from "./apply-message-event.ts"
import type { ChatState } from "./chat-state.ts"
import { holdTexts } from "./merge-messages.ts"
import { gapMark } from "./text-after-gap.ts"
import { findTurn } from "./turn-order.ts"

export type TornTexts = {
  /** Whatever of this session is being written may have missed words. */
  tear: (state: ChatState, sessionID: string) => void
  /** Called before the event is applied. */
  mark: (draft: ChatState, event: ServerEvent) => void
}

export function makeTornTexts(): TornTexts {
  /** By part id, as they stood. One that changed since was merged, or has its mark. */
  const torn = new Map<string, string>()
  return {
    tear(state, sessionID) {
      for (const [partID, text] of holdTexts(state, sessionID)) torn.set(partID, text)
    },
    mark(draft, event) {
      if (event.type !== "message.part.delta") return
      const { sessionID, messageID, partID } = event.properties
      const stood = torn.get(partID)
      if (stood === undefined) return
      torn.delete(partID)
      const turn = findTurn(draft.messages[sessionID] ?? [], messageID)
      const part = turn?.parts.find((one) => one.id === partID)
      if (part?.type !== "text" && part?.type !== "reasoning") return
      if (part.text === stood && !isFinished(part) && !stood.endsWith(gapMark)) part.text += gapMark
    },
  }
}
