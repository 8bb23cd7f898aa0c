// The sessions that somebody looks at, or looked at a moment ago. Events keep both fresh; after a gap the former
// are fetched anew and the latter forgotten.
import type { Session } from "@opencode-ai/sdk/v2/client"
import { batch, createMemo, createSignal, onCleanup, untrack } from "solid-js"
import type { ServerEvent } from "../connection/connection.ts"
import { failureOf } from "../connection/failure.ts"
import { putSession } from "./apply-session-event.ts"
import type { Chat } from "./chat.ts"
import type { ChatRoom } from "./chat-room.ts"
import { fetchMessages, fetchSession, missing, type SessionSnapshot } from "./fetch-session.ts"
import { addEarlierMessages, type HeldTexts, holdTexts } from "./merge-messages.ts"
import { mergeOpened } from "./merge-opened.ts"
import { isDown } from "./session-pages.ts"

const pageSize = 50
/** More than this are not fetched at once after a gap, however far back a person has read. */
const mostRefetched = 500
/** Sessions that stay loaded after they were left. */
const mostKept = 5

type Phase =
  | { kind: "loading" }
  | { kind: "ready"; cursor: string | undefined }
  | { kind: "missing" }
  | { kind: "failed"; reason: string }
type Shown = Phase | { kind: "waiting" }
type Opened = { id: string; viewers: number; phase: () => Phase; show: (phase: Phase) => void }

export type OpenedSessions = Pick<Chat, "openSession"> & {
  /** Whether it is loaded, or about to be. */
  has: (sessionID: string) => boolean
  /** A session that was just created: known to be empty, so there is nothing to load. */
  adopt: (session: Session) => void
  /** Fetches all that are open; the function it returns merges them. */
  fetch: (signal: AbortSignal) => Promise<(since: readonly ServerEvent[]) => void>
}

export function createOpenedSessions(room: ChatRoom): OpenedSessions {
  const opened = new Map<string, Opened>()

  const add = (id: string, phase: Phase): Opened => {
    const [current, show] = createSignal<Phase>(phase)
    const one: Opened = { id, viewers: 0, phase: current, show }
    opened.set(id, one)
    return one
  }
  const forget = (ones: readonly Opened[]) => {
    for (const one of ones) opened.delete(one.id)
    room.change((draft) => {
      for (const one of ones) delete draft.messages[one.id]
    })
  }
  const left = () => [...opened.values()].filter((one) => one.viewers === 0)

  const fetchOne = async (
    one: Opened,
    signal: AbortSignal,
  ): Promise<(since: readonly ServerEvent[]) => void> => {
    const held = holdTexts(room.state, one.id)
    const count = room.state.messages[one.id]?.length ?? 0
    const limit = Math.max(pageSize, Math.min(count, mostRefetched))
    try {
      const snapshot = await fetchSession(room.client, one.id, limit, signal)
      return (since) => mergeOne(room, one, snapshot, since, held)
    } catch (error) {
      signal.throwIfAborted()
      // One broken session does not hold up the others.
      return () => one.show({ kind: "failed", reason: failureOf(error).message })
    }
  }

  const load = async (one: Opened) => {
    const log = room.startLog()
    const signal = room.untilGap()
    one.show({ kind: "loading" })
    try {
      const merge = await fetchOne(one, signal)
      if (!signal.aborted) merge(log.events)
    } catch (error) {
      // What follows the gap loads it.
      if (!signal.aborted) throw error
    } finally {
      log.stop()
    }
  }

  const enter = (id: string): Opened => {
    const one = opened.get(id) ?? add(id, { kind: "loading" })
    one.viewers++
    // Otherwise the resync that comes with the link loads it.
    if (one.phase().kind !== "ready" && room.link.state() === "live") void load(one)
    return one
  }
  const leave = (one: Opened) => {
    one.viewers--
    // To the end of the map: the one that was left longest ago goes first.
    if (opened.get(one.id) === one && one.viewers === 0 && opened.delete(one.id)) opened.set(one.id, one)
    const tooMany = left().slice(0, -mostKept)
    if (tooMany.length > 0) forget(tooMany)
  }

  return {
    has: (id) => opened.has(id),
    adopt(session) {
      add(session.id, { kind: "ready", cursor: undefined })
      room.change((draft) => {
        putSession(draft, session)
        draft.messages[session.id] = []
      })
    },
    openSession(id) {
      const one = createMemo(() => {
        const sessionID = id()
        // Only another id enters another session; loading is its own affair.
        const entered = untrack(() => enter(sessionID))
        onCleanup(() => leave(entered))
        return entered
      })
      const shown = () => shownPhase(room, one())
      return {
        state: () => shown().kind,
        reason: () => {
          const phase = shown()
          return phase.kind === "failed" ? phase.reason : undefined
        },
        hasEarlier: () => cursorOf(one()) !== undefined,
        loadEarlier: () => loadEarlier(room, one()),
        retry: () => {
          if (room.link.state() === "live") void load(one())
          else room.link.retryNow()
        },
      }
    },
    async fetch(signal) {
      forget(left())
      const merges = await Promise.all([...opened.values()].map((one) => fetchOne(one, signal)))
      return (since) => {
        for (const merge of merges) merge(since)
      }
    },
  }
}

function mergeOne(
  room: ChatRoom,
  one: Opened,
  snapshot: SessionSnapshot | typeof missing,
  since: readonly ServerEvent[],
  held: HeldTexts,
): void {
  batch(() => {
    room.change((draft) => mergeOpened(draft, one.id, snapshot, since, held))
    one.show(snapshot === missing ? { kind: "missing" } : { kind: "ready", cursor: snapshot.cursor })
  })
}

/** Two at once would bring the same page; a second call joins the first. */
const underWay = new WeakMap<Opened, Promise<void>>()

function loadEarlier(room: ChatRoom, one: Opened): Promise<void> {
  const running = underWay.get(one)
  if (running) return running
  const run = loadPage(room, one).finally(() => underWay.delete(one))
  underWay.set(one, run)
  return run
}

async function loadPage(room: ChatRoom, one: Opened): Promise<void> {
  const before = cursorOf(one)
  if (before === undefined) return
  const log = room.startLog()
  const signal = room.untilGap()
  try {
    const page = await fetchMessages(room.client, { sessionID: one.id, limit: pageSize, before }, signal)
    if (signal.aborted) return
    batch(() => {
      room.change((draft) => addEarlierMessages(draft, one.id, page.turns, log.events))
      one.show({ kind: "ready", cursor: page.cursor })
    })
  } catch (error) {
    // After a gap everything is fetched anew; the person may ask for more again.
    if (!signal.aborted) throw error
  } finally {
    log.stop()
  }
}

function cursorOf(one: Opened): string | undefined {
  const phase = one.phase()
  return phase.kind === "ready" ? phase.cursor : undefined
}

/** What the person is told, which also depends on the link and on what others did to the session. */
function shownPhase(room: ChatRoom, one: Opened): Shown {
  const phase = one.phase()
  if (phase.kind === "ready" && !room.state.sessions[one.id]) return { kind: "missing" }
  return phase.kind === "loading" && isDown(room) ? { kind: "waiting" } : phase
}
