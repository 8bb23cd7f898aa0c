// The sessions that somebody looks at, or looked at a moment ago. Events keep both fresh; after a gap the former
// are fetched anew and the latter put aside: opened again they show what they held, and are fetched then.
import type { Session } from "@opencode-ai/sdk/v2/client"
import { batch, createMemo, createSignal, onCleanup, untrack } from "solid-js"
import { unwrap } from "solid-js/store"
import { beforeDeadline } from "../connection/before-deadline.ts"
import { answer } from "../connection/client.ts"
import type { ServerEvent } from "../connection/connection.ts"
import { failureOf } from "../connection/failure.ts"
import type { Chat } from "./chat.ts"
import { copyTurns, type RememberedMessages } from "./chat-cache.ts"
import type { ChatRoom } from "./chat-room.ts"
import { fetchMessages, fetchSession, missing, type SessionSnapshot } from "./fetch-session.ts"
import { addEarlierMessages, type HeldTexts, holdTexts } from "./merge-messages.ts"
import { mergeOpened } from "./merge-opened.ts"
import { isDown } from "./session-pages.ts"
import { makeTornTexts, type TornTexts } from "./torn-texts.ts"

const pageSize = 50
/** More than this are not fetched at once after a gap, however far back a person has read. */
const mostRefetched = 500
/** Sessions that stay loaded after they were left. */
const mostKept = 5
/** A server that has to read its directory first takes its time. */
const createMs = 30_000
/** When one session could not be fetched although the link is live. After that, a person tries again. */
const againMs = [1_000, 3_000, 10_000, 30_000]

type Phase =
  | { kind: "loading" }
  | { kind: "ready"; cursor: string | undefined }
  | { kind: "missing" }
  | { kind: "failed"; reason: string }
type Shown = Phase | { kind: "waiting" }
type Opened = {
  id: string
  viewers: number
  /** In a row. */
  failures: number
  phase: () => Phase
  show: (phase: Phase) => void
}

/** Creates a session on the server. It is known to be empty, so there is nothing to load. */
export type CreateSession = (metadata?: Record<string, unknown>) => Promise<Session>

export type OpenedSessions = Pick<Chat, "openSession"> & {
  /** Whether it is loaded, or about to be. */
  has: (sessionID: string) => boolean
  create: CreateSession
  /** Called with every event of the stream, before it is applied. */
  beforeEvent: TornTexts["mark"]
  /** Fetches all that are open; the function it returns merges them. */
  fetch: (signal: AbortSignal) => Promise<(since: readonly ServerEvent[]) => void>
  /** What can be shown again later, of the sessions that were open; the last one at the end. */
  remembered: () => RememberedMessages
}

/** `aside`: what was remembered of sessions that were open earlier. */
export function createOpenedSessions(room: ChatRoom, aside: RememberedMessages = new Map()): OpenedSessions {
  const opened = new Map<string, Opened>()
  const torn = makeTornTexts()

  const add = (id: string, phase: Phase): Opened => {
    const [current, show] = createSignal<Phase>(phase)
    const one: Opened = { id, viewers: 0, failures: 0, phase: current, show }
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
  const putAside = (ones: Iterable<Opened>) => {
    for (const { id } of ones) {
      // Gone from the server, or never loaded.
      const turns = room.state.sessions[id] && copyTurns(unwrap(room.state).messages[id] ?? [])
      if (!turns?.length) continue
      aside.delete(id)
      aside.set(id, turns)
    }
    for (const oldest of [...aside.keys()].slice(0, -mostKept)) aside.delete(oldest)
  }
  const takeBack = (id: string) => {
    const turns = aside.get(id)
    if (!turns || !aside.delete(id)) return
    room.change((draft) => {
      draft.messages[id] = turns
    })
    torn.tear(room.state, id)
  }

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
      return () => {
        one.show({ kind: "failed", reason: failureOf(error).message })
        tryAgain(one)
      }
    }
  }
  const tryAgain = (one: Opened) => {
    const ms = againMs[one.failures++]
    if (ms === undefined) return
    const isWanted = () => opened.get(one.id) === one && one.viewers > 0 && one.phase().kind === "failed"
    room.clock.after(ms, () => {
      if (!room.ended.aborted && room.link.state() === "live" && isWanted()) void load(one)
    })
  }

  const load = async (one: Opened) => {
    const log = room.startLog()
    const signal = room.untilGap()
    // What is there, or what went wrong, stays on the screen until something better is known.
    if (!["ready", "failed"].includes(one.phase().kind)) one.show({ kind: "loading" })
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
    takeBack(id)
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
    async create(metadata) {
      const log = room.startLog()
      const gap = room.untilGap()
      try {
        const body = metadata ? { metadata } : {}
        const session = await beforeDeadline(room.clock, createMs, (signal) =>
          answer(room.client.session.create(body, { signal })),
        )
        // Somebody opened it already: it is loaded like any other.
        if (opened.has(session.id)) return session
        const one = add(session.id, { kind: "loading" })
        const empty = { session, children: [], turns: [], cursor: undefined }
        // Events were missed: what was told has a hole, and it may not be empty any more. Without a link, what
        // follows the gap loads it.
        mergeOne(room, one, empty, gap.aborted ? [] : log.events, new Map())
        if (gap.aborted && room.link.state() === "live") void load(one)
        return session
      } finally {
        log.stop()
      }
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
          if (room.link.state() !== "live") return room.link.retryNow()
          one().show({ kind: "loading" })
          void load(one())
        },
      }
    },
    beforeEvent: torn.mark,
    async fetch(signal) {
      putAside(left())
      forget(left())
      for (const id of opened.keys()) torn.tear(room.state, id)
      const merges = await Promise.all([...opened.values()].map((one) => fetchOne(one, signal)))
      return (since) => {
        for (const merge of merges) merge(since)
      }
    },
    remembered() {
      putAside(opened.values())
      return aside
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
  one.failures = 0
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
