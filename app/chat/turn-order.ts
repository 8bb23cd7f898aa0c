// Messages stand in the server's order: by time, then by id. Not by id alone: ids of prompts are made in the
// browser, whose clock may be wrong, and the digits of all ids start over every 795 days.
import type { Message } from "@opencode-ai/sdk/v2/client"
import type { Turn } from "./chat-state.ts"

export function compareMessages(a: Message, b: Message): number {
  return a.time.created - b.time.created || compareIds(a.id, b.id)
}

export function compareIds(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** Puts a turn where it belongs; most belong at the end. */
export function placeTurn(turns: Turn[], turn: Turn): void {
  let index = turns.length
  while (index > 0) {
    const before = turns[index - 1]
    if (!before || compareMessages(before.info, turn.info) <= 0) break
    index--
  }
  turns.splice(index, 0, turn)
}

export function findTurn(turns: readonly Turn[], messageID: string): Turn | undefined {
  return turns.findLast((turn) => turn.info.id === messageID)
}

/** What waits in the outbox stands there too, and has not. */
export function hasArrived(turns: readonly Turn[], messageID: string): boolean {
  const turn = findTurn(turns, messageID)
  return turn !== undefined && !turn.pending
}
