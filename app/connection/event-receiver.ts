// Takes the data of one connection to the event stream, in order. Events wait until we know which directory
// is ours; the first thing that follows is a resync, so that nothing between two connections is missed.
import type { ServerEvent } from "./connection.ts"
import { type Envelope, readEnvelope } from "./envelope.ts"

export type EventReceiver = {
  queue: { push: (event: ServerEvent) => void; flushNow: () => void }
  locate: () => Promise<string>
  signal: AbortSignal
  fail: (error: unknown) => void
  resync: () => void
  live: () => void
}

export function makeEventReceiver(to: EventReceiver): (data: string) => void {
  let connected = false
  let directory: string | undefined
  let waiting: Envelope[] = []

  const pass = (envelope: Envelope) => {
    if (envelope.directory !== undefined && envelope.directory !== directory) return
    to.queue.push(envelope.event)
    if (!isReset(envelope.event)) return
    to.queue.flushNow()
    to.resync()
  }
  const stand = (ours: string) => {
    if (to.signal.aborted) return
    directory = ours
    // What the connection before left behind belongs before the gap.
    to.queue.flushNow()
    to.resync()
    to.live()
    for (const envelope of waiting) pass(envelope)
    waiting = []
  }

  return (data) => {
    const envelope = readEnvelope(data)
    if (!envelope) return
    if (directory !== undefined) return pass(envelope)
    if (connected) waiting.push(envelope)
    if (connected || envelope.event.type !== "server.connected") return
    connected = true
    to.locate().then(stand, to.fail)
  }
}

/** The server forgot what it held in memory (statuses, asks) and will not say so one by one. */
function isReset(event: ServerEvent): boolean {
  return event.type === "server.instance.disposed" || event.type === "global.disposed"
}
