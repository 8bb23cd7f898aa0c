// Prompts of one server that it does not have yet: kept through reloads, shown in every tab, sent once by one of
// them. Removing the server or signing out throws nothing away: what waits longer than a day is a draft again.

import { type Accessor, onCleanup } from "solid-js"
import { gone } from "../base/gone.ts"
import { browserLocks, type TabLocks } from "../base/tab-lock.ts"
import type { Connection, ServerEvent } from "../connection/connection.ts"
import type { Prompt } from "./chat.ts"
import type { ChatRoom } from "./chat-room.ts"
import { createCourier } from "./courier.ts"
import { deliverPrompt } from "./deliver-prompt.ts"
import { makeEchoes } from "./echoes.ts"
import type { HoldBack } from "./hold-back.ts"
import type { MakeId } from "./message-id.ts"
import { makeOpenSession } from "./open-session.ts"
import type { CreateSession } from "./opened-sessions.ts"
import { makeEntry, type OutboxEntry, ownerOf, type Place } from "./outbox-entry.ts"
import { createOutboxStore, makeOutboxItems } from "./outbox-store.ts"
import { createPendingTurns } from "./pending-turns.ts"

export type Outbox = {
  /** The oldest first. */
  entries: Accessor<readonly OutboxEntry[]>
  /** `place`: the session, or undefined for one that this prompt starts. Returns the message's id. */
  send: (place: Place | undefined, prompt: Prompt) => string
  /** Becomes a draft again, without a reason; one that may have arrived, once the server said that it did not. */
  cancel: (messageID: string) => void
  /** Takes one that came back out; undefined when another tab did. */
  collect: (messageID: string) => OutboxEntry | undefined
}

export type OutboxOptions = {
  server: Connection["server"]
  room: ChatRoom
  makeId: MakeId
  holdBack: HoldBack
  createSession: CreateSession
  locks?: TabLocks | undefined
}

export function createOutbox(options: OutboxOptions): Outbox & { see: (event: ServerEvent) => void } {
  const { server, room, makeId, holdBack } = options
  const owner = ownerOf(server)
  const locks = "locks" in options ? options.locks : browserLocks()
  const store = createOutboxStore(makeOutboxItems(server.id), owner)
  const echoes = makeEchoes(room.clock)
  const openSession = makeOpenSession(room, store, options.createSession)
  const tab = makeId("msg")
  const left = new AbortController()
  onCleanup(() => left.abort(gone))
  createCourier({
    name: server.url,
    tab,
    store,
    link: room.link,
    clock: room.clock,
    isHidden: () => document.hidden,
    locks,
    deliver: (entry, taken) =>
      deliverPrompt({ room, store, holdBack, echoes, openSession }, entry, {
        taken,
        lost: AbortSignal.any([taken, left.signal]),
      }),
  })
  createPendingTurns(room, store.entries)

  return {
    entries: store.entries,
    send(place, prompt) {
      const messageID = makeId("msg")
      // After those that wait already, whatever the clock says.
      const createdAt = Math.max(room.clock.now(), (store.entries().at(-1)?.createdAt ?? 0) + 1)
      store.put(
        makeEntry(
          { ...owner, messageID, partID: makeId("prt"), tab, createdAt },
          place ?? { opens: messageID },
          prompt,
        ),
      )
      const sessionID = place?.sessionID
      if (sessionID !== undefined) room.change((draft) => void delete draft.errors[sessionID])
      return messageID
    },
    cancel(messageID) {
      const mayHaveArrived = store.get(messageID)?.state === "sending"
      store.change(messageID, mayHaveArrived ? { cancelled: true } : { state: "back", reason: undefined })
    },
    collect: (messageID) => (store.get(messageID)?.state === "back" ? store.remove(messageID) : undefined),
    see: echoes.see,
  }
}
