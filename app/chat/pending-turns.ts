// Prompts of the outbox stand in the timeline as turns that are pending, until the server's own take their place.
import type { TextPart, UserMessage } from "@opencode-ai/sdk/v2/client"
import { type Accessor, createComputed, onCleanup, untrack } from "solid-js"
import type { ChatRoom } from "./chat-room.ts"
import type { ChatState, Turn } from "./chat-state.ts"
import { echoMs } from "./echoes.ts"
import type { OutboxEntry } from "./outbox-entry.ts"
import { findTurn, placeTurn } from "./turn-order.ts"

type InSession = OutboxEntry & { sessionID: string }

export function createPendingTurns(room: ChatRoom, entries: Accessor<readonly OutboxEntry[]>): void {
  let shown: readonly InSession[] = []
  const timers = new Set<() => void>()
  onCleanup(() => {
    for (const cancel of timers) cancel()
  })
  const drop = (gone: readonly InSession[]) => {
    if (gone.length === 0) return
    room.change((draft) => {
      for (const entry of gone) takeBack(draft, entry)
    })
  }
  // Another tab sent it: the echo is about to come here too.
  const dropLater = (entry: InSession) => {
    const cancel = room.clock.after(echoMs, () => {
      timers.delete(cancel)
      if (!shown.some((one) => one.messageID === entry.messageID)) drop([entry])
    })
    timers.add(cancel)
  }

  createComputed(() => {
    const now = entries().filter((entry): entry is InSession => {
      return entry.sessionID !== undefined && entry.state !== "back"
    })
    const ids = new Set(now.map((entry) => entry.messageID))
    // Loaded, or loaded anew.
    const loaded = now.filter((entry) => room.state.messages[entry.sessionID])
    const before = shown
    shown = now
    untrack(() => {
      const gone = before.filter((entry) => !ids.has(entry.messageID))
      const sent = (entry: InSession) =>
        entry.state === "sending" && !entries().some((one) => one.messageID === entry.messageID)
      drop(gone.filter((entry) => !sent(entry)))
      for (const entry of gone.filter(sent)) dropLater(entry)
      const missing = loaded.filter(
        (entry) => !findTurn(room.state.messages[entry.sessionID] ?? [], entry.messageID),
      )
      if (missing.length === 0) return
      room.change((draft) => {
        for (const entry of missing) showPending(draft, entry)
      })
    })
  })
}

function showPending(draft: ChatState, entry: InSession): void {
  const turns = draft.messages[entry.sessionID]
  if (turns) placeTurn(turns, pendingTurn(entry, turns.at(-1)?.info.time.created ?? 0))
}

/** Last, whatever our clock says; the server's echo brings its own time. */
function pendingTurn(entry: InSession, after: number): Turn {
  const { sessionID, messageID, text } = entry
  const info: UserMessage = {
    id: messageID,
    sessionID,
    role: "user",
    time: { created: Math.max(entry.createdAt, after + 1) },
    agent: entry.agent ?? "",
    model: entry.model ?? { providerID: "", modelID: "" },
  }
  const part: TextPart = { id: entry.partID, sessionID, messageID, type: "text", text }
  return { info, parts: [part], pending: true }
}

function takeBack(draft: ChatState, entry: InSession): void {
  const turns = draft.messages[entry.sessionID]
  const index = turns?.findIndex((turn) => turn.info.id === entry.messageID && turn.pending) ?? -1
  if (index >= 0) turns?.splice(index, 1)
}
