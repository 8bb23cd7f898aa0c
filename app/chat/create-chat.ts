// The chat of one server: puts the store's parts together and has the link feed them.
import { batch, createSignal, onCleanup } from "solid-js"
import { createStore, produce, unwrap } from "solid-js/store"
import { gone } from "../base/gone.ts"
import type { TabLocks } from "../base/tab-lock.ts"
import { answer } from "../connection/client.ts"
import { browserClock, type Clock } from "../connection/clock.ts"
import type { Connection, Follower } from "../connection/connection.ts"
import { applyEvent } from "./apply-event.ts"
import { applySessionEvent, dropSession, putSession } from "./apply-session-event.ts"
import type { Chat } from "./chat.ts"
import { chatSlot, snapshotOf, stateFrom } from "./chat-cache.ts"
import type { ChatRoom } from "./chat-room.ts"
import type { ChatState } from "./chat-state.ts"
import { makeEventLogs } from "./event-log.ts"
import { makeHoldBack } from "./hold-back.ts"
import { type MakeId, makeIds } from "./message-id.ts"
import { createOpenedSessions } from "./opened-sessions.ts"
import { createOutbox } from "./outbox.ts"
import { makeRetryPrompt } from "./retry-prompt.ts"
import { createSessionPages } from "./session-pages.ts"

export type ChatOptions = { clock?: Clock; makeId?: MakeId; locks?: TabLocks | undefined }

export function createChat(connection: Connection, options: ChatOptions = {}): Chat {
  const { client, link } = connection
  const { clock = browserClock, makeId = makeIds(clock.now) } = options
  const before = connection.lastKnown?.take(chatSlot)
  const [state, setState] = createStore<ChatState>(stateFrom(before))
  const [stale, setStale] = createSignal(before !== undefined)
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
  const pages = createSessionPages(room, before?.directory)
  const opened = createOpenedSessions(room, before?.messages)
  const holdBack = makeHoldBack(clock)
  const { see: seeEcho, ...outbox } = createOutbox({
    server: connection.server,
    room,
    makeId,
    holdBack,
    createSession: opened.create,
    ...("locks" in options && { locks: options.locks }),
  })

  /** With its sub-agents, which no list has: one may have been opened, and fetched, since the list was asked for. */
  const isOpened = (id: string) => opened.has(id) || opened.has(state.sessions[id]?.parentID ?? "")

  const resync: Follower["resync"] = async (signal) => {
    gap.abort(gone)
    gap = new AbortController()
    holdBack.seeGap()
    const log = logs.start()
    signal.addEventListener("abort", log.stop)
    try {
      const [mergePages, mergeOpened] = await Promise.all([pages.fetch(signal), opened.fetch(signal)])
      return () => {
        log.stop()
        batch(() => {
          mergePages(log.events, isOpened)
          mergeOpened(log.events)
          setStale(false)
        })
      }
    } catch (error) {
      log.stop()
      throw error
    }
  }
  const reloadPages = async (signal: AbortSignal) => {
    const log = logs.start()
    // Lists leave sub-agent sessions out. No gap came, so events keep them true.
    const keep = (id: string) => opened.has(id) || state.sessions[id]?.parentID !== undefined
    try {
      const merge = await pages.fetch(signal)
      if (!signal.aborted) merge(log.events, keep)
    } finally {
      log.stop()
    }
  }

  const keep = () => {
    const directory = pages.directory()
    if (directory === undefined) return
    const listed = pages.sessions().map((session) => unwrap(session))
    connection.lastKnown?.keep(chatSlot, snapshotOf(unwrap(state), directory, listed, opened.remembered()))
  }

  link.follow({
    resync,
    apply(events) {
      logs.add(events)
      room.change((draft) => {
        for (const event of events) {
          opened.beforeEvent(draft, event)
          applyEvent(draft, event)
        }
      })
      for (const event of events) {
        holdBack.see(event)
        seeEcho(event)
      }
    },
  })
  onCleanup(() => {
    gap.abort(gone)
    ended.abort(gone)
    keep()
  })

  return {
    state,
    sessions: pages.sessions,
    sessionsState: pages.sessionsState,
    sessionsReason: pages.sessionsReason,
    directory: pages.directory,
    stale,
    hasMoreSessions: pages.hasMoreSessions,
    loadMoreSessions: pages.loadMoreSessions,
    openSession: opened.openSession,
    reload() {
      if (link.state() !== "live") return link.retryNow()
      // A failure shows in sessionsState.
      reloadPages(gap.signal).catch(() => undefined)
    },
    createSession: opened.create,
    async renameSession(sessionID, title) {
      const log = logs.start()
      try {
        const session = await answer(client.session.update({ sessionID, title }))
        room.change((draft) => {
          putSession(draft, session)
          // The answer may be older than what came while it was on its way.
          for (const event of log.events) applySessionEvent(draft, event)
        })
      } finally {
        log.stop()
      }
    },
    async deleteSession(sessionID) {
      await answer(client.session.delete({ sessionID }))
      room.change((draft) => dropSession(draft, sessionID))
    },
    live: () => link.state() === "live",
    outbox,
    retryPrompt: makeRetryPrompt(room, holdBack),
    async stop(sessionID) {
      await answer(client.session.abort({ sessionID }))
    },
  }
}
