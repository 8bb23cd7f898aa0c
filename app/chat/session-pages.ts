// The list of sessions: root sessions of the server's directory, by recency, in pages.
import type { Session } from "@opencode-ai/sdk/v2/client"
import { createMemo, createSignal, untrack } from "solid-js"
import { answer } from "../connection/client.ts"
import type { ServerEvent } from "../connection/connection.ts"
import { failureOf } from "../connection/failure.ts"
import type { Chat } from "./chat.ts"
import type { ChatRoom } from "./chat-room.ts"
import { addSessions, mergeSessions } from "./merge-sessions.ts"

const pageSize = 50

export type SessionPages = Pick<
  Chat,
  "sessions" | "sessionsState" | "sessionsReason" | "hasMoreSessions" | "loadMoreSessions"
> & {
  /** The server's directory; undefined before the first list. */
  directory: () => string | undefined
  /** Fetches as many as are shown; the function it returns merges them. */
  fetch: (signal: AbortSignal) => Promise<MergeSessions>
}

type MergeSessions = (since: readonly ServerEvent[], keep: (sessionID: string) => boolean) => void

/** `known`: the directory, where the list of an earlier visit is shown until the server has answered. */
export function createSessionPages(room: ChatRoom, known?: string): SessionPages {
  const [directory, setDirectory] = createSignal(known)
  const [hasMore, setHasMore] = createSignal(false)
  const [failure, setFailure] = createSignal<string>()
  let shown = pageSize

  // Without a directory the server lists every directory of the project. There is no cursor: `start` is a
  // lower bound in time, so a further page means asking for more.
  const fetchList = (ours: string, limit: number, signal: AbortSignal) =>
    answer(room.client.session.list({ directory: ours, roots: true, limit }, { signal }))

  const fetch = async (signal: AbortSignal): Promise<MergeSessions> => {
    const limit = shown
    const before = untrack(directory)
    // The directory is nearly always the one of the last time: then everything takes one round trip.
    const [{ directory: ours }, status, early] = await Promise.all([
      answer(room.client.path.get({}, { signal })),
      answer(room.client.session.status({}, { signal })),
      before === undefined ? undefined : fetchList(before, limit, signal),
    ])
    const sessions = early && ours === before ? early : await fetchList(ours, limit, signal)
    const snapshot = { sessions, status }
    return (since, keep) => {
      setDirectory(ours)
      setFailure(undefined)
      setHasMore(snapshot.sessions.length >= limit)
      room.change((draft) => mergeSessions(draft, snapshot, since, keep))
    }
  }

  const sessions = createMemo(() => {
    const ours = directory()
    return Object.values(room.state.sessions)
      .filter(
        (session) => session.directory === ours && !session.parentID && session.time.archived === undefined,
      )
      .sort(byRecency)
  })

  return {
    sessions,
    sessionsState: () => {
      if (directory() !== undefined) return "ready"
      if (isDown(room)) return "waiting"
      return failure() === undefined ? "loading" : "failed"
    },
    sessionsReason: failure,
    directory,
    hasMoreSessions: hasMore,
    async loadMoreSessions() {
      const ours = directory()
      if (ours === undefined || !hasMore()) return
      const log = room.startLog()
      const signal = room.untilGap()
      const limit = shown + pageSize
      try {
        const list = await fetchList(ours, limit, signal)
        if (signal.aborted) return
        shown = limit
        setHasMore(list.length >= limit)
        room.change((draft) => addSessions(draft, list, log.events))
      } catch (error) {
        // After a gap everything is fetched anew; the person may ask for more again.
        if (!signal.aborted) throw error
      } finally {
        log.stop()
      }
    },
    async fetch(signal) {
      try {
        return await fetch(signal)
      } catch (error) {
        // A connection that ended meanwhile is not an answer; the next one asks anew.
        if (!signal.aborted) setFailure(failureOf(error).message)
        throw error
      }
    },
  }
}

/** Whether the link will not deliver before something changes. */
export function isDown(room: Pick<ChatRoom, "link">): boolean {
  return ["retrying", "offline", "refused"].includes(room.link.state())
}

function byRecency(a: Session, b: Session): number {
  return b.time.updated - a.time.updated || (a.id < b.id ? -1 : 1)
}
