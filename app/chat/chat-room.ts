// What the parts of the chat store share.
import type { Clock } from "../connection/clock.ts"
import type { Connection } from "../connection/connection.ts"
import type { ChatState } from "./chat-state.ts"
import type { EventLog } from "./event-log.ts"

export type ChatRoom = Pick<Connection, "client" | "link"> & {
  state: ChatState
  /** One update, however much it changes. */
  change: (edit: (draft: ChatState) => void) => void
  /** Events from now on, to be replayed onto what is fetched meanwhile. */
  startLog: () => EventLog
  /**
   * Aborts at the next gap. Whatever was asked for before it must not be merged after it: the events in
   * between are missing from its log.
   */
  untilGap: () => AbortSignal
  /** Aborts when the server was left. */
  ended: AbortSignal
  clock: Clock
}
