// What comes in over the link, whichever tab holds the stream: events go to the stores once per frame, and after
// every gap the stores fetch what they missed.
import { batch } from "solid-js"
import { makeFrameQueue, type Schedule } from "../base/frame-queue.ts"
import type { Clock } from "./clock.ts"
import type { Follower, ServerEvent } from "./connection.ts"
import { makeFollowers } from "./followers.ts"

export type Intake = {
  /** A stream stands; the signal aborts when it ends. Nothing is merged before `ready`. */
  begin: (signal: AbortSignal, ready: Promise<void>) => void
  /** An event of the stream that began last. */
  take: (event: ServerEvent) => void
  add: (follower: Follower) => () => void
  stop: () => void
}

export type IntakeOptions = { clock: Clock; random: () => number; schedule?: Schedule | undefined }

export function makeIntake(options: IntakeOptions): Intake {
  // What came before an answer is applied before it is merged: all of a gap is one change of the view.
  const patch = (merge: () => void) =>
    batch(() => {
      queue.flushNow()
      merge()
    })
  const followers = makeFollowers(options.clock, options.random, patch)
  const queue = makeFrameQueue<ServerEvent>(
    (events) => batch(() => followers.apply(events)),
    options.schedule,
  )
  let current: { signal: AbortSignal; ready: Promise<void> } | undefined

  const resync = () => {
    // What the connection before left behind belongs before the gap.
    queue.flushNow()
    if (current) followers.resync(current.signal, current.ready)
  }

  return {
    begin(signal, ready) {
      current = { signal, ready }
      resync()
    },
    take(event) {
      queue.push(event)
      if (isReset(event)) resync()
    },
    add: followers.add,
    stop: queue.stop,
  }
}

/** The server forgot what it held in memory (statuses, asks) and will not say so one by one. */
function isReset(event: ServerEvent): boolean {
  return event.type === "server.instance.disposed" || event.type === "global.disposed"
}
