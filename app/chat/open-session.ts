// The session that a first prompt starts, made once: a tab may end between creating it and writing that down. So it
// carries a mark, by which the next one finds it (measured: OpenCode gives ids of its own, and keeps `metadata`).
import type { Session } from "@opencode-ai/sdk/v2/client"
import { beforeDeadline } from "../connection/before-deadline.ts"
import { answer } from "../connection/client.ts"
import type { ChatRoom } from "./chat-room.ts"
import type { CreateSession } from "./opened-sessions.ts"
import type { OutboxEntry } from "./outbox-entry.ts"
import type { OutboxStore } from "./outbox-store.ts"

/** More than are created while somebody reconnects. */
const newest = 50

const answerMs = 15_000

export type OpenSession = (entry: OutboxEntry, lost: AbortSignal) => Promise<string>

export function makeOpenSession(room: ChatRoom, store: OutboxStore, create: CreateSession): OpenSession {
  return async (entry, lost) => {
    if (entry.sessionID !== undefined) return entry.sessionID
    const opens = entry.opens ?? entry.messageID
    const changeAll = (fields: Partial<OutboxEntry>) => {
      for (const one of store.entries()) if (one.opens === opens) store.change(one.messageID, fields)
    }
    const there = entry.creating ? await find(room, opens, lost) : undefined
    if (there) {
      changeAll({ sessionID: there.id, creating: undefined, leftAt: undefined })
      return there.id
    }
    changeAll({ creating: true, leftAt: room.clock.now() })
    const session = await create({ sandbar: opens })
    changeAll({ sessionID: session.id, creating: undefined, leftAt: undefined })
    return session.id
  }
}

async function find(room: ChatRoom, opens: string, lost: AbortSignal): Promise<Session | undefined> {
  const list = (signal: AbortSignal) => answer(room.client.session.list({ limit: newest }, { signal }))
  const sessions = await beforeDeadline(room.clock, answerMs, list, lost)
  return sessions.find((session) => session.metadata?.sandbar === opens)
}
