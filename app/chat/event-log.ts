// Remembers the events that come while something is fetched, to replay them onto the answer.
import type { ServerEvent } from "../connection/connection.ts"

export type EventLog = { readonly events: readonly ServerEvent[]; stop: () => void }

export type EventLogs = {
  start: () => EventLog
  add: (events: readonly ServerEvent[]) => void
}

export function makeEventLogs(): EventLogs {
  const open = new Set<ServerEvent[]>()
  return {
    start() {
      const events: ServerEvent[] = []
      open.add(events)
      return { events, stop: () => void open.delete(events) }
    },
    add(events) {
      for (const log of open) log.push(...events)
    },
  }
}
