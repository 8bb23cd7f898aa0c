// The list of sessions: root sessions of the server's directory, by recency, in pages.
import type { Session } from "@opencode-ai/sdk/v2/client"
import { createMemo, createSignal } from "solid-js"
import { answer } from "../connection/client.ts"
import type { ServerEvent } from "../connection/connection.ts"
import type { Chat } from "./chat.ts"
import type { ChatRoom } from "./chat-room.ts"
import { addSessions, mergeSessions } from "./merge-sessions.ts"

const pageSize = 50

export type SessionPages = Pick<
  Chat,
  "sessions" | "sessionsState" | "hasMoreSessions" | "loadMoreSessions"
> & {
  /** Fetches as many as are shown; the function it returns merges them. */
  fetch: (signal: AbortSignal) => Promise<MergeSessions>
}

type MergeSessions = (since: readonly ServerEvent[], keep: (sessionID: string) => boolean) => void

export function createSessionPages(room: ChatRoom): SessionPages {
  const [directory, setDirectory] = createSignal<string>()
  const [hasMore, setHasMore] = createSignal(false)
  const [failed, setFailed] = createSignal(false)
  let shown = pageSize

  // Without a directory the server lists every directory of the project. There is no cursor: `start` is a
  // lower bound in time, so a further page means asking for more.
  const fetchList = (ours: string, limit: number, signal: AbortSignal) =>
    answer(room.client.session.list({ directory: ours, roots: true, limit }, { signal }))

  const fetch = async (signal: AbortSignal): Promise<MergeSessions> => {
    const limit = shown
    const status = answer(room.client.session.status({}, { signal }))
    const ours = (await answer(room.client.path.get({}, { signal }))).directory
    const snapshot = { sessions: await fetchList(ours, limit, signal), status: await status }
    return (since, keep) => {
      setDirectory(ours)
      setFailed(false)
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
      return failed() ? "failed" : "loading"
    },
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
        if (!signal.aborted) setFailed(true)
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
