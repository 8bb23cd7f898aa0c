// The chat of one server: puts the store's parts together and has the link feed them.
import { batch, onCleanup } from "solid-js"
import { createStore, produce } from "solid-js/store"
import { answer } from "../connection/client.ts"
import { browserClock, type Clock } from "../connection/clock.ts"
import type { Connection, Follower } from "../connection/connection.ts"
import { applyEvent } from "./apply-event.ts"
import { dropSession, putSession } from "./apply-session-event.ts"
import type { Chat } from "./chat.ts"
import type { ChatRoom } from "./chat-room.ts"
import { type ChatState, emptyChatState } from "./chat-state.ts"
import { makeEventLogs } from "./event-log.ts"
import { makeHoldBack } from "./hold-back.ts"
import { type MakeId, makeIds } from "./message-id.ts"
import { createOpenedSessions } from "./opened-sessions.ts"
import { makeOutbox } from "./outbox.ts"
import { sendPrompt } from "./send-prompt.ts"
import { createSessionPages } from "./session-pages.ts"

export type ChatOptions = { clock?: Clock; makeId?: MakeId }

export function createChat(connection: Connection, options: ChatOptions = {}): Chat {
  const { client, link } = connection
  const { clock = browserClock, makeId = makeIds(clock.now) } = options
  const [state, setState] = createStore<ChatState>(emptyChatState())
  const logs = makeEventLogs()
  const ended = new AbortController()
  let gap = new AbortController()
  const room: ChatRoom = {
    client,
    link,
    state,
    change: (edit) => setState(produce(edit)),
    startLog: logs.start,
    untilGap: () => gap.signal,
    ended: ended.signal,
    clock,
  }
  const pages = createSessionPages(room)
  const opened = createOpenedSessions(room)
  const holdBack = makeHoldBack(clock)
  const outbox = makeOutbox(clock)

  const resync: Follower["resync"] = async (signal) => {
    gap.abort()
    gap = new AbortController()
    const log = logs.start()
    signal.addEventListener("abort", log.stop)
    try {
      const [mergePages, mergeOpened] = await Promise.all([pages.fetch(signal), opened.fetch(signal)])
      return () => {
        log.stop()
        batch(() => {
          mergePages(log.events, opened.has)
          mergeOpened(log.events)
        })
      }
    } catch (error) {
      log.stop()
      throw error
    }
  }
  const reloadPages = async (signal: AbortSignal) => {
    const log = logs.start()
    try {
      const merge = await pages.fetch(signal)
      if (!signal.aborted) merge(log.events, opened.has)
    } finally {
      log.stop()
    }
  }

  link.follow({
    resync,
    apply(events) {
      logs.add(events)
      room.change((draft) => {
        for (const event of events) applyEvent(draft, event)
      })
      for (const event of events) {
        holdBack.see(event)
        outbox.see(event)
      }
    },
  })
  onCleanup(() => {
    gap.abort()
    ended.abort()
  })

  return {
    state,
    sessions: pages.sessions,
    sessionsState: pages.sessionsState,
    hasMoreSessions: pages.hasMoreSessions,
    loadMoreSessions: pages.loadMoreSessions,
    openSession: opened.openSession,
    reload() {
      if (link.state() !== "live") return link.retryNow()
      // A failure shows in sessionsState.
      reloadPages(gap.signal).catch(() => undefined)
    },
    async createSession() {
      const session = await answer(client.session.create({}))
      opened.adopt(session)
      return session
    },
    async renameSession(sessionID, title) {
      const session = await answer(client.session.update({ sessionID, title }))
      room.change((draft) => putSession(draft, session))
    },
    async deleteSession(sessionID) {
      await answer(client.session.delete({ sessionID }))
      room.change((draft) => dropSession(draft, sessionID))
    },
    send: (sessionID, prompt) => sendPrompt({ room, makeId, holdBack, outbox }, sessionID, prompt),
    async stop(sessionID) {
      await answer(client.session.abort({ sessionID }))
    },
  }
}
